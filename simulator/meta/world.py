"""What every part of the simulated Meta shares, and one call as the handlers see it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from simulator.faults import Fault, FaultName, Faults
from simulator.meta.clock import market_now, real_now
from simulator.meta.errors import GraphError, Refusal
from simulator.meta.market.state import Market
from simulator.meta.params import Params
from simulator.store import Document, Json, Store

API_VERSION = "v26.0"
APP_ID = "1000000000000001"
APP_SECRET = "simulated-app-secret"  # noqa: S105 (opens nothing but the simulation)


@dataclass(frozen=True, slots=True)
class World:
    """The state of the simulated Meta and the one app that is registered with it."""

    store: Store
    faults: Faults
    app_id: str = APP_ID
    app_secret: str = APP_SECRET
    # Ad markets that have been read from the store, by account number.
    markets: dict[str, Market] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file part of a multipart request."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """A Graph request after transport: `path` without version and slashes at its ends, parameters merged."""

    method: str
    path: str
    params: Params
    files: tuple[Upload, ...] = ()
    base_url: str = ""
    full_path: str = ""

    @property
    def is_write(self) -> bool:
        return self.method != "GET"

    @property
    def wants_insights(self) -> bool:
        return self.path.endswith("/insights")


@dataclass(slots=True)
class Call:
    """A request by a known caller about a node that this caller may see."""

    world: World
    request: Request
    token: Document
    kind: str
    node: Document
    account: Document | None
    _cache: dict[str, Document] = field(default_factory=dict)

    @property
    def params(self) -> Params:
        return self.request.params

    @property
    def store(self) -> Store:
        return self.world.store

    @property
    def owner(self) -> Document:
        """The ad account that the node belongs to; only for routes below an account."""
        if self.account is None:
            raise GraphError(Refusal.UNSUPPORTED, method=self.request.method, path=self.request.path)
        return self.account

    @property
    def now(self) -> datetime:
        """Market time of the account, else real time."""
        return market_now(self.account) if self.account else real_now()

    def fetch(self, kind: str, object_id: str) -> Document:
        """A document of the same account; 100/33 when it is missing or foreign."""
        found = self._cache.get(object_id) or self.store.get(kind, object_id)
        if found is None or (self.account and found.get("account_id") != self.account["account_id"]):
            raise GraphError(Refusal.MISSING_OBJECT, id=object_id)
        return self._cache.setdefault(object_id, found)

    def known(self, kind: str, object_id: Json) -> bool:
        found = self.store.get(kind, str(object_id))
        return found is not None and found.get("account_id") == self.owner["account_id"]

    def save(self, kind: str, document: Document, parent: str = "") -> None:
        self._cache[document["id"]] = document
        self.store.put(kind, document, account=document["account_id"], parent=parent)

    def record(self, event: str, object_id: str) -> None:
        self.store.record_event(self.owner["account_id"], event, object_id, self.now.isoformat())

    def take(self, name: FaultName) -> Fault | None:
        return self.world.faults.take(name, self.request.method, self.request.full_path)

    def next_url(self, path: str, after: str) -> str:
        """The address of the page after this cursor, with the parameters of this call."""
        query = {key: value for key, value in self.params.items() if isinstance(value, str | int)}
        return f"{self.request.base_url}/{API_VERSION}/{path}?{urlencode({**query, 'after': after})}"

    def hidden_until(self) -> str | None:
        """When a fault delays visibility: the real time until which lists leave a new object out."""
        if fault := self.take(FaultName.DELAYED_VISIBILITY):
            return (real_now() + timedelta(seconds=float(fault.params.get("seconds", 5)))).isoformat()
        return None
