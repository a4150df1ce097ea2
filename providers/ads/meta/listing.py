"""Reads an edge of the graph to its last page; a listing with a missing page is an error, never a shorter list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue, SecretStr

from providers.ads.meta.errors import asks_for_less, unusable_answer
from providers.ads.meta.transport import Call, MetaTransport, Reply
from providers.ads.meta.wire import Row
from providers.errors import ProviderError, Refused, RetryLater


@dataclass(frozen=True, slots=True)
class Listing:
    """`began` is the platform's time at the first page, `platform_time` at the last one."""

    rows: list[Row]
    platform_time: datetime
    began: datetime
    calls: int


@dataclass(frozen=True, slots=True)
class ListedPage:
    """`after` is the cursor of what follows; None at the end."""

    rows: list[Row]
    after: str | None
    platform_time: datetime


async def list_page(
    transport: MetaTransport, path: str, params: Mapping[str, JsonValue], token: SecretStr, after: str | None
) -> ListedPage:
    """One page of the edge: the first, or what comes after a cursor. Raises ProviderError."""
    reply = await transport.call(Call("GET", path, {**params, **({"after": after} if after else {})}), token)
    return ListedPage(_rows(reply), _next_cursor(reply, after), reply.platform_time)


async def list_all(
    transport: MetaTransport,
    path: str,
    params: Mapping[str, JsonValue],
    token: SecretStr,
    *,
    smallest: int | None = None,
) -> Listing:
    """Every row of the edge, in Meta's order. Pages that Meta finds too large shrink, down to `smallest` rows.

    Raises:
        ProviderError: any page failed, or the cursor does not move.
    """
    pages: list[ListedPage] = []
    seen: set[str] = set()
    after: str | None = None
    calls = 0
    while True:
        calls += 1
        try:
            pages.append(await list_page(transport, path, params, token, after))
        except (RetryLater, Refused) as error:
            params = _smaller(params, smallest, error)
            continue
        after = pages[-1].after
        if after is None:
            rows = [row for page in pages for row in page.rows]
            return Listing(rows, pages[-1].platform_time, pages[0].platform_time, calls)
        if after in seen:
            raise unusable_answer(200, "a list that never ends", effects=False, request_id=None)
        seen.add(after)


def _smaller(params: Mapping[str, JsonValue], smallest: int | None, error: ProviderError) -> Mapping[str, JsonValue]:
    """The same with half the rows per page. Raises the error where that does not help."""
    size = params.get("limit")
    if smallest is None or not isinstance(size, int) or size <= smallest or not asks_for_less(error):
        raise error
    return {**params, "limit": max(size // 2, smallest)}


def _rows(reply: Reply) -> list[Row]:
    data = reply.body.get("data")
    if not isinstance(data, list):
        raise _unusable(reply, "no list of objects")
    rows = [row for row in data if isinstance(row, dict)]
    if len(rows) != len(data):
        raise _unusable(reply, "a list of something else than objects")
    return rows


def _next_cursor(reply: Reply, asked: str | None) -> str | None:
    """The cursor of the next page. Meta sends one on the last page too; only `next` says that there is more."""
    paging = reply.body.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return None
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    if not isinstance(after, str) or not after:
        raise _unusable(reply, "a next page without a cursor")
    if after == asked:
        raise _unusable(reply, "a list that never ends")
    return after


def _unusable(reply: Reply, problem: str) -> ProviderError:
    return unusable_answer(reply.status, problem, effects=False, request_id=reply.request_id)
