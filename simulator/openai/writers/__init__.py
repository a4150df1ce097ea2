"""What a good writer would answer, by the data blocks that a prompt brings."""

from random import Random

from simulator.openai.prompt_data import Blocks, Value


def suggestion(found: Blocks, random: Random) -> Value:
    """A value for the caller's schema, or None where the prompt brings no data that we know."""
    return None
