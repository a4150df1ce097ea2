"""What is known of the owners: counts per day, newest first, and how much of each day they could have spent."""

from dataclasses import dataclass

import numpy as np

from optimizer.funnel2.layout import Floats

WINDOW_DAYS = 14


@dataclass(frozen=True, slots=True)
class History:
    """Shape [owners, days]; column 0 is the day under way. `ran` is the share of each day that an owner ran.

    `converting` are the clicks of days whose conversions are known. `learning` is the share of its running time in
    which the platform was still learning. Money in units of the pool.
    """

    spend: Floats
    clicks: Floats
    conversions: Floats
    converting: Floats
    ran: Floats
    learning: Floats

    @property
    def days(self) -> Floats:
        """Of each owner, how long it ran within the window."""
        return np.asarray(self.ran.sum(axis=1), dtype=np.float64)
