"""Splits that are made once and never changed, except for ad sets that come later."""

import numpy as np

from bench.peers.seen import Message, Seen, shared


class EqualSplit:
    def reset(self, info: Message) -> None: ...

    def step(self, observation: Message) -> Message:
        seen = Seen(observation)
        return {"budgets": np.where(seen.mask, np.floor(seen.total / seen.mask.sum(axis=1, keepdims=True)), 0.0)}


class PriorSplit:
    """By the score before launch."""

    def reset(self, info: Message) -> None: ...

    def step(self, observation: Message) -> Message:
        seen = Seen(observation)
        return {"budgets": shared(seen, seen.prior)}
