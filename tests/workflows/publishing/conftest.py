"""The same desk as the activities' tests use."""

from tests.activities.conftest import advertisers, db, desk, fault, shop, store, transport

__all__ = ["advertisers", "db", "desk", "fault", "shop", "store", "transport"]
