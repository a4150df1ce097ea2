"""What hours and days brought, packed in the store: one blob per hour for delivery, truth and conversions."""

import numpy as np
from numpy.typing import NDArray

from simulator.meta.market.state import Records, pack, unpack
from simulator.store import Store

COUNTS = ("spend", "impressions", "clicks", "link_clicks", "landing_page_views", "views", "thruplays")
# Of one ad; `views` are of at least three seconds.
DELIVERY = np.dtype([("ad", "i4"), ("spend", "i8"), *((name, "i4") for name in COUNTS[1:])])
# Of one ad set, for the books: clicks at full response, the spend at which response is 1, conversions per click, and
# what learning leaves of them.
TRUTH = np.dtype([
    ("arm", "i4"), ("spend", "i8"), ("clicks", "f4"), ("scale", "f4"), ("rate", "f4"), ("learning", "f4"),
])  # fmt: skip
Table = NDArray[np.int64]


def dense(rows: Records, ads: int) -> Table:
    """[ad, count]; ads without a row have zeros."""
    table = np.zeros((ads, len(COUNTS)), np.int64)
    for column, name in enumerate(COUNTS):
        table[rows["ad"], column] = rows[name]
    return table


def sparse(table: Table) -> Records:
    ads = np.flatnonzero(table.any(axis=1))
    rows = np.zeros(len(ads), DELIVERY)
    rows["ad"] = ads
    for column, name in enumerate(COUNTS):
        rows[name] = table[ads, column]
    return rows


def write(store: Store, number: str, kind: str, key: int, rows: Records) -> None:
    if len(rows):
        store.put_blob(number, kind, key, pack(rows))


def read(store: Store, number: str, kind: str, since: int, until: int) -> list[tuple[int, Records]]:
    """Delivery ("hour" by unix second, "day" by ordinal) or "truth", from `since` to just before `until`."""
    dtype = TRUTH if kind == "truth" else DELIVERY
    return [(key, unpack(body, dtype)) for key, body in store.blobs(number, kind, since, until)]
