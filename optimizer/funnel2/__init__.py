"""The engine that decides: `decide` for a whole problem, `allocate` for the split alone."""

from optimizer.funnel2.allocation import Curves, allocate
from optimizer.funnel2.engine import ENGINE, decide

__all__ = ["ENGINE", "Curves", "allocate", "decide"]
