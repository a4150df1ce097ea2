"""Where the simulator keeps its world: JSON documents by kind in one SQLite file.

Every change is committed before the reply leaves, so a killed process comes back with all that it ever admitted.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# The providers' own JSON: its shape is theirs, not ours.
Json = Any
Document = dict[str, Json]

# Real object ids have 15 to 18 digits and do not fit a JavaScript number; nor may ours.
FIRST_ID = 120_210_000_000_000_137
ID_STEP = 10

SCHEMA = """
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS documents (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
  account TEXT NOT NULL, parent TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS documents_by_account ON documents (kind, account, seq);
CREATE INDEX IF NOT EXISTS documents_by_parent ON documents (kind, parent, seq);
CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, name TEXT NOT NULL,
  object_id TEXT NOT NULL, at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS events_by_account ON events (account, name);
CREATE TABLE IF NOT EXISTS requests (
  account TEXT NOT NULL, method TEXT NOT NULL, route TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (account, method, route));
CREATE TABLE IF NOT EXISTS blobs (
  account TEXT NOT NULL, kind TEXT NOT NULL, key INTEGER NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (account, kind, key)) WITHOUT ROWID;
"""


class Store:
    """Documents, events and request counts; `transaction()` makes several changes one."""

    def __init__(self, state_dir: Path) -> None:
        state_dir.mkdir(parents=True, exist_ok=True)
        self.media = state_dir / "media"
        self.media.mkdir(exist_ok=True)
        self._db = sqlite3.connect(state_dir / "simulator.db", isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        # In WAL mode NORMAL survives the death of the process; only a power cut could take the last commit.
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; an inner transaction joins the outer one."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def count(self, name: str) -> int:
        """Raises the named counter by one and returns it, starting at 1."""
        row = self._db.execute(
            "INSERT INTO counters VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
            (name,),
        ).fetchone()
        return int(row[0])

    def new_id(self) -> str:
        return str(FIRST_ID + ID_STEP * self.count("id"))

    def put(self, kind: str, document: Document, *, account: str = "", parent: str = "") -> None:
        """Inserts or replaces the document with this `id`; account and parent are fixed by the first insert."""
        self._db.execute(
            "INSERT INTO documents (id, kind, account, parent, body) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (document["id"], kind, account, parent, json.dumps(document)),
        )

    def find(self, object_id: str) -> tuple[str, Document] | None:
        """The kind and the document with this id, whatever it is."""
        row = self._db.execute("SELECT kind, body FROM documents WHERE id = ?", (object_id,)).fetchone()
        return None if row is None else (row[0], json.loads(row[1]))

    def get(self, kind: str, object_id: str) -> Document | None:
        found = self.find(object_id)
        return found[1] if found and found[0] == kind else None

    def all(self, kind: str, *, account: str | None = None, parent: str | None = None) -> list[Document]:
        """Documents of a kind, oldest first."""
        where, values = ["kind = ?"], [kind]
        if account is not None:
            where.append("account = ?")
            values.append(account)
        if parent is not None:
            where.append("parent = ?")
            values.append(parent)
        query = f"SELECT body FROM documents WHERE {' AND '.join(where)} ORDER BY seq"  # noqa: S608 (fixed names)
        return [json.loads(row[0]) for row in self._db.execute(query, values)]

    def remove(self, object_id: str) -> bool:
        return self._db.execute("DELETE FROM documents WHERE id = ?", (object_id,)).rowcount > 0

    def put_blob(self, account: str, kind: str, key: int, body: bytes) -> None:
        """Inserts or replaces packed numbers, such as what an hour brought."""
        self._db.execute("INSERT OR REPLACE INTO blobs VALUES (?, ?, ?, ?)", (account, kind, key, body))

    def blobs(self, account: str, kind: str, since: int = 0, until: int = 2**62) -> Iterator[tuple[int, bytes]]:
        """Keys and bodies by rising key, from `since` to just before `until`."""
        query = "SELECT key, body FROM blobs WHERE account = ? AND kind = ? AND key >= ? AND key < ? ORDER BY key"
        yield from self._db.execute(query, (account, kind, since, until))

    def record_event(self, account: str, name: str, object_id: str, at: str) -> None:
        self._db.execute(
            "INSERT INTO events (account, name, object_id, at) VALUES (?, ?, ?, ?)",
            (account, name, object_id, at),
        )

    def events(self, account: str, name: str) -> list[Document]:
        rows = self._db.execute(
            "SELECT object_id, at FROM events WHERE account = ? AND name = ? ORDER BY seq",
            (account, name),
        )
        return [{"id": row[0], "at": row[1]} for row in rows]

    def record_request(self, account: str, method: str, route: str) -> None:
        self._db.execute(
            "INSERT INTO requests VALUES (?, ?, ?, 1)"
            " ON CONFLICT (account, method, route) DO UPDATE SET count = count + 1",
            (account, method, route),
        )

    def requests(self, account: str) -> dict[str, int]:
        """Request counts of an account, keyed "POST account/campaigns"."""
        rows = self._db.execute(
            "SELECT method, route, count FROM requests WHERE account = ? ORDER BY method, route",
            (account,),
        )
        return {f"{row[0]} {row[1]}": int(row[2]) for row in rows}
