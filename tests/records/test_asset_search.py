"""Finding assets again, and what no pattern may do to the database."""

from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest

from models.tables.asset import AssetKind, AssetSource
from models.tables.base import utc_now
from models.tables.identity import Workspace
from records import asset_search, assets
from records.asset_search import AssetQuery, BadPattern, Rights
from records.database import Database
from tests.records.test_assets import add, picture

# Each makes some engine run for ages or take all memory: nested repeats, overlapping choices, huge counts.
HOSTILE = (
    "(a+)+$",
    "(a|aa)+$",
    "(a|a?)+$",
    "(.*a){30}",
    "(.*)*b",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "((a{1,100}){1,100}){1,100}",
    "(((a{0,255}){0,255}){0,255}){0,255}",
    "(x?){255}x{255}",
    "(?=(a+)+$)(?=(a*)*b)a",
    "(" * 45 + ")" * 45,
    "[[:alpha:]]{255}[^a]{255}",
    "(a|b|ab){1,255}(c|d|cd){1,255}!",
    "\\m(\\w+\\M\\W*)+$",
)


async def names(db: Database, workspace: Workspace, query: AssetQuery) -> list[str]:
    async with db.workspace_transaction(workspace.id) as session:
        return [row.filename for row in await asset_search.search(session, query)]


async def test_a_search_is_newest_first_and_paged(db: Database, workspace: Workspace) -> None:
    await add(db, *(picture(workspace.id, f"{number}.png") for number in range(5)))

    assert await names(db, workspace, AssetQuery(limit=2)) == ["4.png", "3.png"]
    assert await names(db, workspace, AssetQuery(limit=2, offset=4)) == ["0.png"]


async def test_a_search_filters_by_kind_all_tags_and_filename_in_any_case(db: Database, workspace: Workspace) -> None:
    await add(
        db,
        picture(workspace.id, "Oud-Summer.png", tags=["summer", "product"]),
        picture(workspace.id, "amber.png", tags=["summer"]),
        picture(workspace.id, "oud.mp4", kind=AssetKind.VIDEO),
    )

    assert await names(db, workspace, AssetQuery(filename="OUD")) == ["oud.mp4", "Oud-Summer.png"]
    assert await names(db, workspace, AssetQuery(filename="OUD", kind=AssetKind.VIDEO)) == ["oud.mp4"]
    assert await names(db, workspace, AssetQuery(tags=("product", "summer"))) == ["Oud-Summer.png"]


async def test_a_filename_is_matched_as_a_regular_expression(db: Database, workspace: Workspace) -> None:
    await add(db, *(picture(workspace.id, name) for name in ("oud_1.png", "oud_22.png", "Oud-3.jpg", "50% off.png")))

    assert await names(db, workspace, AssetQuery(filename=r"^oud[_-]\d\.")) == ["Oud-3.jpg", "oud_1.png"]
    assert await names(db, workspace, AssetQuery(filename=r"(jpg|off\.png)$")) == ["50% off.png", "Oud-3.jpg"]
    assert await names(db, workspace, AssetQuery(filename="%")) == ["50% off.png"]


async def test_category_source_and_state_of_the_rights_narrow_a_search(db: Database, workspace: Workspace) -> None:
    now = utc_now()
    await add(
        db,
        picture(workspace.id, "free.png", category="product", source=AssetSource.AI),
        picture(workspace.id, "over.png", rights_until=now - timedelta(minutes=1)),
        picture(workspace.id, "soon.png", rights_until=now + timedelta(days=12), category="logo"),
        picture(workspace.id, "later.png", rights_until=now + timedelta(days=90)),
    )

    assert await names(db, workspace, AssetQuery(category="logo")) == ["soon.png"]
    assert await names(db, workspace, AssetQuery(source=AssetSource.AI)) == ["free.png"]
    by_rights = {state: await names(db, workspace, AssetQuery(rights=state)) for state in Rights}
    assert by_rights == {
        Rights.UNLIMITED: ["free.png"],
        Rights.LIMITED: ["later.png"],
        Rights.EXPIRING: ["soon.png"],
        Rights.EXPIRED: ["over.png"],
    }


async def test_each_word_may_be_in_name_tags_or_category(db: Database, workspace: Workspace) -> None:
    await add(
        db,
        picture(workspace.id, "Oud Royal.png", tags=["gift"], category="product"),
        picture(workspace.id, "amber.png", tags=["gift", "رمضان"]),
        picture(workspace.id, "100%_wool.png"),
    )

    assert await names(db, workspace, AssetQuery(q="GIFT oud")) == ["Oud Royal.png"]
    assert await names(db, workspace, AssetQuery(q="product royal")) == ["Oud Royal.png"]
    assert await names(db, workspace, AssetQuery(q="رمضان")) == ["amber.png"]
    assert await names(db, workspace, AssetQuery(q="%_")) == ["100%_wool.png"]
    assert await names(db, workspace, AssetQuery(q="oud amber")) == []


async def test_archived_assets_are_found_on_request_only(db: Database, workspace: Workspace) -> None:
    gone, _ = await add(db, picture(workspace.id, "old.png"), picture(workspace.id, "new.png"))
    async with db.workspace_transaction(workspace.id) as session:
        await assets.archive(session, gone)

    assert await names(db, workspace, AssetQuery()) == ["new.png"]
    assert await names(db, workspace, AssetQuery(archived=True)) == ["old.png"]


async def test_facets_count_what_the_filter_leaves_whatever_the_page(db: Database, workspace: Workspace) -> None:
    await add(
        db,
        picture(workspace.id, "a.png", tags=["summer", "tea"], category="product"),
        picture(workspace.id, "b.png", tags=["summer"], source=AssetSource.AI),
        picture(workspace.id, "c.mp4", tags=["winter"], kind=AssetKind.VIDEO),
    )

    async with db.workspace_transaction(workspace.id) as session:
        whole = await asset_search.facets(session, AssetQuery(limit=1))
        summer = await asset_search.facets(session, AssetQuery(tags=("summer",), filename="png$"))
        nothing = await asset_search.facets(session, AssetQuery(q="coffee"))

    assert whole.total == 3
    assert whole.kinds == {"image": 2, "video": 1}
    assert list(whole.tags.items()) == [("summer", 2), ("tea", 1), ("winter", 1)]
    assert (whole.categories, whole.sources) == ({"product": 1}, {"upload": 2, "ai": 1})
    assert (summer.total, summer.kinds) == (2, {"image": 2})
    assert (nothing.total, nothing.tags) == (0, {})


async def test_another_workspaces_assets_are_neither_found_nor_counted(
    db: Database, workspace: Workspace, stranger: Workspace
) -> None:
    await add(db, picture(workspace.id, tags=["secret"]))

    assert await names(db, stranger, AssetQuery(filename=".")) == []
    async with db.workspace_transaction(stranger.id) as session:
        assert (await asset_search.facets(session, AssetQuery())).total == 0


@pytest.mark.parametrize("pattern", HOSTILE)
async def test_a_hostile_pattern_ends_soon_and_leaves_the_database_well(
    db: Database, workspace: Workspace, pattern: str
) -> None:
    """The server itself ends it after a second; it may also just be answered."""
    await add(db, picture(workspace.id, "a" * 196 + ".png"), picture(workspace.id, "ab" * 98 + "c.png"))

    with suppress(BadPattern):
        await names(db, workspace, AssetQuery(filename=pattern))

    assert len(await names(db, workspace, AssetQuery(filename="png"))) == 2


async def test_a_pattern_that_takes_too_long_is_cancelled_by_the_server(
    db: Database, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asset_search, "PATTERN_TIMEOUT", "1ms")
    await add(db, picture(workspace.id))

    # One that no connection has met yet, for the server keeps what it has worked out.
    fresh = f"((a?){{60}}(b?){{60}}(a?){{60}}){{2}}{uuid4().hex}"
    with pytest.raises(BadPattern, match="too long"):
        await names(db, workspace, AssetQuery(filename=fresh))


@pytest.mark.parametrize("pattern", [r"(a)\1", r"(a+)(b)\2", r"\\\1(x)"])
async def test_references_back_are_refused(db: Database, workspace: Workspace, pattern: str) -> None:
    with pytest.raises(BadPattern, match="refer back"):
        await names(db, workspace, AssetQuery(filename=pattern))


async def test_an_escaped_backslash_before_a_digit_is_no_reference(db: Database, workspace: Workspace) -> None:
    assert await names(db, workspace, AssetQuery(filename=r"\\1")) == []


@pytest.mark.parametrize("pattern", ["(", "a{2,1}", "[z-a]", "*", "a" * 101])
async def test_what_is_no_pattern_is_refused_in_words(db: Database, workspace: Workspace, pattern: str) -> None:
    with pytest.raises(BadPattern, match="pattern"):
        await names(db, workspace, AssetQuery(filename=pattern))
