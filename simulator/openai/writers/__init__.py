"""What a good writer would answer, by the data blocks that a prompt brings."""

from random import Random

from simulator.openai.prompt_data import Blocks, Value
from simulator.openai.reading.brief import read_brief
from simulator.openai.writers.adviser import advice
from simulator.openai.writers.copywriter import Copywriter
from simulator.openai.writers.reviser import revised_copy
from simulator.openai.writers.strategist import Strategist, redrafted


def suggestion(found: Blocks, seed: int) -> Value:
    """A value for the caller's schema, or None where the prompt brings no data that we know."""
    random = Random(seed)
    if "copy_task" in found:
        return _copy(found, random)
    if {"brief", "strategy_task", "current_strategy", "instruction"} <= found.keys():
        return redrafted(found, random)
    if {"brief", "strategy_task"} <= found.keys():
        return Strategist(found["brief"], found["strategy_task"], random).draft()
    if "advice_task" in found:
        return advice(found["advice_task"])
    return read_brief(found) if "raw_text" in found else None


def _copy(found: Blocks, random: Random) -> Value:
    if {"brief", "current_copy", "instruction"} <= found.keys():
        return revised_copy(found, random)
    return Copywriter(found["brief"], found["copy_task"], random).write() if "brief" in found else None
