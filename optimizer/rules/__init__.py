"""Rules that people write, beside the engine: `evaluate` says what holds, `apply` lays it over a decision. Pure."""

from optimizer.rules.applying import apply
from optimizer.rules.evaluating import evaluate

__all__ = ["apply", "evaluate"]
