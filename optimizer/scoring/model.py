"""A model of the score: a few coefficients, kept as plain numbers, so that reading one runs no code."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import special

from optimizer.scoring.arms import Floats
from optimizer.scoring.features import NAMES, UNIVERSAL, Features

_FORMAT = 1


class UnknownModel(ValueError):
    """What was stored is not a model that this version can read."""


@dataclass(frozen=True, slots=True)
class Model:
    """The log odds of the score are `intercept` plus `weights` times the features of those `names`."""

    name: str
    names: tuple[str, ...]
    weights: tuple[float, ...]
    intercept: float

    def log_odds(self, seen: Features) -> Floats:
        return np.asarray(seen.columns(self.names) @ np.array(self.weights) + self.intercept, dtype=np.float64)

    def probability(self, seen: Features) -> Floats:
        return np.asarray(special.expit(self.log_odds(seen)), dtype=np.float64)

    def dumped(self) -> bytes:
        """The same model gives the same bytes."""
        body = {"format": _FORMAT, "names": self.names, "weights": self.weights, "intercept": self.intercept}
        return json.dumps(body, sort_keys=True, allow_nan=False).encode()

    @classmethod
    def loaded(cls, content: bytes, name: str) -> Self:
        """Raises UnknownModel."""
        try:
            body = json.loads(content)
            if body["format"] != _FORMAT:
                raise UnknownModel(f"It has format {body['format']!r}; this version reads {_FORMAT}.")
            model = cls(name, tuple(body["names"]), tuple(map(float, body["weights"])), float(body["intercept"]))
        except (KeyError, TypeError, ValueError) as error:
            raise UnknownModel(f"The stored model cannot be read: {error}") from error
        _check(model.names, [*model.weights, model.intercept])
        return model


def _check(names: Sequence[str], numbers: Sequence[float]) -> None:
    if unknown := [name for name in names if name not in NAMES]:
        raise UnknownModel(f"It looks at {', '.join(map(str, unknown))}, which this version does not know.")
    if len(numbers) != len(names) + 1 or not all(map(math.isfinite, numbers)):
        raise UnknownModel("Its weights are not one finite number for each feature.")


SMOOTHED = Model("smoothed ratio", ("smoothed",), (1.0,), 0.0)
"""The baseline as a model: its probability as it is."""

# Fitted on simulated panels of many kinds by `python -m bench.fit_score`, which prints these numbers.
BUILT_IN = Model(
    "built-in model 1",
    UNIVERSAL,
    (0.376, 0.695, 1.634, -0.429, 0.781),
    -0.248,
)
"""Serves wherever a workspace has no model of its own that is better."""
