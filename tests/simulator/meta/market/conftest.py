from collections.abc import Callable

import pytest

from tests.simulator.meta.advertiser import MakeAdvertiser, made
from tests.simulator.meta.market.live import Live

MakeLive = Callable[..., Live]


@pytest.fixture
def make_live(make_advertiser: MakeAdvertiser) -> MakeLive:
    """Accounts whose clocks stand at midnight of Sunday, 10 January 2027, in UTC, unless another moment is given."""

    def make(at: str = "2027-01-10T00:00:00Z", **spec: object) -> Live:
        advertiser = make_advertiser(**{"review_delay_s": 0, "timezone": "UTC", "seed": 7, **spec})
        live = Live(advertiser, made(advertiser.creative()))
        live.advance_to(at)
        return live

    return make


@pytest.fixture
def live(make_live: MakeLive) -> Live:
    return make_live()
