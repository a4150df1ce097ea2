"""What a run decided on and what came of it, as one file in the object store: enough to compute it all again."""

import gzip
import hashlib
from collections.abc import Sequence
from uuid import UUID

from anyio import to_thread
from pydantic import BaseModel, ConfigDict
from pydantic_core import from_json, to_json

from models.domain.rules import Evaluation, Rule
from optimizer.engines import ENGINES, decide
from optimizer.problem import Decision, Problem
from optimizer.rules import apply
from providers.storage.keys import run_key
from providers.storage.protocol import ObjectStore


class RunBlob(BaseModel):
    """`decision` is what the engine answered and `rules` made of it, with the reason for each budget; a guard may have
    refused some of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    problem: Problem
    decision: Decision
    rules: list[Rule] = []


class UnknownEngine(Exception):
    """What decided then is not part of this version, so the decision cannot be computed again."""


async def store_blob(store: ObjectStore, workspace_id: UUID, blob: RunBlob) -> str:
    """Returns the SHA-256 by which it is found again. A repeat stores nothing twice."""
    # Without the time of packing, so that the same content has the same name.
    packed = gzip.compress(blob.model_dump_json().encode(), compresslevel=6, mtime=0)
    sha256 = hashlib.sha256(packed).hexdigest()
    await store.put_if_absent(run_key(workspace_id, sha256), packed, "application/gzip")
    return sha256


async def read_blob(store: ObjectStore, workspace_id: UUID, sha256: str) -> RunBlob:
    """Raises ObjectMissing."""
    return await to_thread.run_sync(unpacked, await store.get(run_key(workspace_id, sha256)))


def unpacked(packed: bytes) -> RunBlob:
    """Takes seconds where an account is large: not in the event loop."""
    return RunBlob.model_validate_json(gzip.decompress(packed))


def unpacked_for(packed: bytes, campaign_id: UUID) -> RunBlob:
    """With the pool of that campaign alone, which takes a fifth of the time. To be shown, not decided again."""
    raw = from_json(gzip.decompress(packed))
    for part in (raw["problem"], raw["decision"]):
        part["pools"] = [pool for pool in part["pools"] if pool["campaign_id"] == str(campaign_id)]
    return RunBlob.model_validate_json(to_json(raw))


def decided(problem: Problem, rules: Sequence[Rule]) -> tuple[Decision, list[Evaluation]]:
    """By the engine that the problem names, and then by people's rules; with what each rule found."""
    return apply(problem, decide(problem), rules)


def replay(blob: RunBlob) -> Decision:
    """Decides anew, by the same engine and rules, from exactly what was known then.

    Raises:
        UnknownEngine: the engine that decided then is not part of this version.
    """
    if blob.problem.engine not in ENGINES:
        raise UnknownEngine(f"{blob.problem.engine} decided then; this version has {', '.join(ENGINES)}.")
    return decided(blob.problem, blob.rules)[0]
