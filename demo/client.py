"""Greenlight's HTTP API as the demo uses it, and the control page of the simulator."""

import mimetypes
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx

# A restart of any part of the stack takes seconds; the demo waits for it rather than giving up.
PATIENCE_S = 90.0
RETRY_S = 0.3
# The change feed says when to look again; this is for what happened while it was away.
LOOK_ANYWAY_S = 3.0

# The same hidden market for each demo; what it does with it still depends on the hour of the day.
MARKET_SEED = 7

Json = dict[str, Any]


class DemoFailed(Exception):
    """The demo met something it did not expect; the message is what the API said."""


class Api:
    """Repeats what a restart interrupted: every command carries a key, so a repeat is the same command."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self._client = httpx.Client(
            base_url=base_url, headers={"Authorization": f"Bearer {api_key}"}, timeout=30, trust_env=False
        )
        self._changed = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        """Notes that something changed, for as long as the program runs."""
        while True:
            try:
                with self._client.stream("GET", "/api/v1/events", timeout=httpx.Timeout(30, read=None)) as feed:
                    for line in feed.iter_lines():
                        if line:
                            self._changed.set()
            except httpx.TransportError:
                time.sleep(RETRY_S)

    def get(self, path: str) -> Json:
        return self._call("GET", path)

    def post(self, path: str, body: Json | None = None, key: str = "") -> Json:
        return self._call("POST", path, {"json": body, "headers": {"Idempotency-Key": key or str(uuid.uuid4())}})

    def put(self, path: str, body: Json, version: int) -> Json:
        headers = {"If-Match": f'"{version}"', "Idempotency-Key": str(uuid.uuid4())}
        return self._call("PUT", path, {"json": body, "headers": headers})

    def put_plain(self, path: str, body: Json) -> Json:
        return self._call("PUT", path, {"json": body})

    def get_absolute(self, url: str) -> Json:
        """Follows a redirect that the browser would follow, to our own address."""
        return self._call("GET", httpx.URL(url).raw_path.decode())

    def upload(self, path: str, name: str, content: bytes) -> Json:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return self._call("POST", path, {"files": {"file": (name, content, kind)}})

    def download(self, path: str) -> bytes:
        return downloaded(self._client, path)

    def wait(self, path: str, until: Callable[[Json], bool], what: str) -> Json:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            self._changed.clear()
            seen = self.get(path)
            if until(seen):
                return seen
            if time.monotonic() > deadline:
                raise DemoFailed(f"Waited {PATIENCE_S:.0f} s for: {what}. Last seen: {_brief(seen)}")
            self._changed.wait(LOOK_ANYWAY_S)

    def _call(self, method: str, path: str, request: Json | None = None) -> Json:
        response = persistently(self._client, method, path, request or {})
        if response.is_error:
            raise DemoFailed(f"{method} {path}: {response.status_code} {response.text}")
        return response.json() if response.content else {}


def persistently(client: httpx.Client, method: str, path: str, request: Json) -> httpx.Response:
    """Sends until something that is up and not overloaded answers."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            response = client.request(method, path, **request)
            if response.status_code < 500 and response.status_code != 429:
                return response
            problem = response.text
        except httpx.TransportError as error:
            problem = str(error)
        if time.monotonic() > deadline:
            raise DemoFailed(f"{method} {path}: {problem}")
        time.sleep(RETRY_S)


def downloaded(client: httpx.Client, url: str) -> bytes:
    """A file, wherever its address leads to."""
    response = persistently(client, "GET", url, {"follow_redirects": True})
    if response.is_error:
        raise DemoFailed(f"GET {url}: {response.status_code} {response.text[:300]}")
    return response.content


def _brief(seen: Json) -> str:
    return str({key: seen[key] for key in ("status", "waiting_on", "problem") if key in seen} or seen)[:600]


class Simulator:
    """A fresh advertiser for each demo, faults on demand, and the books to check ours against."""

    def __init__(self, base_url: str) -> None:
        self._client = httpx.Client(base_url=base_url, timeout=30, trust_env=False)

    def new_advertiser(self, name: str, currency: str, zone: str) -> Json:
        spec = {"name": name, "currency": currency, "timezone": zone, "seed": MARKET_SEED}
        return self._control("POST", "/control/meta/accounts", {"json": spec})

    def fault(self, spec: Json) -> None:
        self._control("POST", "/control/faults", {"json": spec})

    def books(self, account_id: str) -> Json:
        return self._control("GET", f"/control/meta/accounts/{account_id}/books", {})

    def market(self, account_id: str, since: int = 0, as_of: int | None = None) -> Json:
        """The truth about what ads brought from `since` on, and what other divisions would have.

        What counts as reported is what was told at `as_of`; both in unix seconds.
        """
        known = "" if as_of is None else f"&as_of={as_of}"
        return self._control("GET", f"/control/meta/accounts/{account_id}/market/books?since={since}{known}", {})

    def arms(self, account_id: str, hidden: Json) -> None:
        self._control("PUT", f"/control/meta/accounts/{account_id}/market/arms", {"json": hidden})

    def outage(self, account_id: str, hours: float) -> None:
        self._control("POST", f"/control/meta/accounts/{account_id}/market/outages", {"json": {"hours": hours}})

    def advance(self, account_id: str, hours: int) -> None:
        self._control("POST", f"/control/meta/accounts/{account_id}/advance", {"json": {"hours": hours}})

    def render_jobs(self) -> list[Json]:
        """Every job that any media provider ever took."""
        books = self._control("GET", "/control/media/books", {})
        return [job for service in books.values() for job in service["jobs"]]

    def file(self, url: str) -> bytes:
        """A file that the platform got from us."""
        return downloaded(self._client, url)

    def consent(self, dialog_url: str, user_id: str) -> str:
        """Answers the consent dialog as the person would, and returns the address that it sends the browser to."""
        asked = dict(httpx.URL(dialog_url).params)
        decision = {**asked, "user": user_id, "decision": "continue"}
        answer = persistently(self._client, "POST", dialog_url, {"data": decision})
        if answer.status_code != 303:
            raise DemoFailed(f"The consent dialog answered {answer.status_code}: {answer.text[:300]}")
        return answer.headers["location"]

    def _control(self, method: str, path: str, request: Json) -> Json:
        response = persistently(self._client, method, path, request)
        if response.is_error:
            raise DemoFailed(f"Simulator: {response.status_code} {response.text[:300]}")
        found: Json = response.json()
        return found
