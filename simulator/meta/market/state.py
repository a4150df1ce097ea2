"""What the market keeps of one account between two hours: hidden parameters, money spent so far, learning."""

import json
import struct
import zlib
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.store import Document, Store

# An ad set's hidden parameters, then what changes from hour to hour. Money in minor units, times in unix seconds.
ARM = np.dtype([
    ("campaign", "i4"), ("family", "u1"), ("bend", "f8"), ("season", "u1"),
    ("saturation", "f8"),  # daily spend at which the curves are 1
    ("click_cost", "f8"),  # of a link click at that spend, while fresh
    ("click_rate", "f8"),  # link clicks per impression
    ("conversion_rate", "f8"),  # conversions ever caused per link click
    ("value", "f8"),  # of a conversion; 0: it has none
    ("on_meta", "?"),  # the conversion happens on Meta, as with lead forms
    ("basis", "u1"),  # what counts as a result: see arms.Basis
    ("reachable", "f8"),  # daily spend cannot exceed so many times the saturation
    ("audience", "f8"), ("fatigue", "f8"), ("volatility", "f8"), ("learning_cost", "f8"),
    ("dies_at", "i8"),  # 0: never
    ("begun", "?"), ("click_drift", "f8"), ("conversion_drift", "f8"), ("exposure", "f8"),
    ("edited", "i8"), ("week_from", "i8"), ("results", "i8"), ("stage", "u1"), ("learnt", "f8"),
])  # fmt: skip
# What a campaign or ad set has spent, for its budget, whichever of the two owns it.
PURSE = np.dtype([
    ("spent", "i8"), ("day", "i4"), ("today", "i8"), ("highest", "i8"), ("day_share", "f8"),
    ("week", "i4"), ("week_spent", "i8"), ("week_allowed", "i8"),
])  # fmt: skip
AD = np.dtype([("arm", "i4"), ("quality", "f8"), ("video", "?")])
# One conversion: `day` and `hour` are the local ones under which Meta counts it, `window` indexes conversions.Window.
EVENT = np.dtype([
    ("ad", "i4"), ("day", "i4"), ("hour", "u1"), ("window", "u1"), ("on_meta", "?"), ("value", "i8"),
    ("caused", "i8"), ("happened", "i8"), ("reported", "i8"),
])  # fmt: skip
Records = NDArray[np.void]
Indices = NDArray[np.int64]


@dataclass(slots=True)
class Market:
    """`settled` is the unix second up to which hours have been played; ids stand in the order of the arrays."""

    settled: int
    campaign_ids: list[str] = field(default_factory=list)
    adset_ids: list[str] = field(default_factory=list)
    ad_ids: list[str] = field(default_factory=list)
    campaigns: Records = field(default_factory=lambda: np.zeros(0, PURSE))
    adsets: Records = field(default_factory=lambda: np.zeros(0, PURSE))
    arms: Records = field(default_factory=lambda: np.zeros(0, ARM))
    ads: Records = field(default_factory=lambda: np.zeros(0, AD))
    events: Records = field(default_factory=lambda: np.zeros(0, EVENT))
    rules: list[Document] = field(default_factory=list)
    freezes: list[Document] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    # Sums of reports that are being paged through; not kept in the store.
    sums: dict[Hashable, Any] = field(default_factory=dict)

    def place(self, object_id: str) -> int | None:
        """Where in its arrays a campaign, ad set or ad stands, once it has been part of the market."""
        if not self.places:
            for ids in (self.campaign_ids, self.adset_ids, self.ad_ids):
                self.places.update({each: index for index, each in enumerate(ids)})
        return self.places.get(object_id)


_PLAIN = ("settled", "campaign_ids", "adset_ids", "ad_ids", "rules", "freezes")
_ARRAYS = {"campaigns": PURSE, "adsets": PURSE, "arms": ARM, "ads": AD}


def pack(records: Records) -> bytes:
    return zlib.compress(records.tobytes(), 1)


def unpack(body: bytes, kind: np.dtype[Any]) -> Records:
    return np.frombuffer(zlib.decompress(body), kind).copy()


def save(store: Store, number: str, market: Market) -> None:
    """Everything but the events, which are kept with the hours that caused them."""
    parts = [json.dumps({name: getattr(market, name) for name in _PLAIN}).encode()]
    parts += [getattr(market, name).tobytes() for name in _ARRAYS]
    store.put_blob(
        number, "state", 0, zlib.compress(b"".join(struct.pack("<q", len(part)) + part for part in parts), 1)
    )


def load(store: Store, number: str) -> Market | None:
    found = dict(store.blobs(number, "state"))
    if not found:
        return None
    body, parts, at = zlib.decompress(found[0]), [], 0
    while at < len(body):
        (size,) = struct.unpack_from("<q", body, at)
        parts.append(body[at + 8 : at + 8 + size])
        at += 8 + size
    arrays = {
        name: np.frombuffer(part, kind).copy() for (name, kind), part in zip(_ARRAYS.items(), parts[1:], strict=True)
    }
    events = [unpack(blob, EVENT) for _, blob in store.blobs(number, "events")]
    plain: dict[str, Any] = json.loads(parts[0])
    return Market(**plain | arrays, events=np.concatenate(events or [np.zeros(0, EVENT)]))
