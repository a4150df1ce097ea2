"""Looking for an object by its marker: all pages or an error, never a shorter list."""

import pytest

from models.domain.markers import name_with_marker
from models.domain.states import PlatformKind, WriteOp
from providers.ads.meta.payloads import campaign_payload
from providers.ads.meta.reads import MetaReader
from providers.ads.meta.transport import MetaTransport
from providers.errors import RetryLater
from tests.providers.ads.meta.advertiser import Advertiser
from tests.providers.ads.meta.plans import approved
from tests.providers.ads.meta.publishing import Publisher, new_marker
from tests.providers.ads.meta.wire_stub import reply, wire_stub

MARKER = "gl-agjpjid5hr7dvgy6l5vhxde5by"


async def test_every_page_is_read_and_only_the_whole_marker_matches(
    publisher: Publisher, transport: MetaTransport
) -> None:
    shop, marker = publisher.shop, new_marker()
    plan = approved(target=shop.target)
    wanted = await publisher.campaign(plan, marker)
    for name in (f"{marker} in front", f"Lamps {marker[:-1]}", "Lamps", name_with_marker("Other", new_marker())):
        payload = campaign_payload(plan, plan.plan.campaigns[0], name)
        await publisher.create(PlatformKind.CAMPAIGN, payload)

    found = await MetaReader(transport, page_size=2).find_by_marker(
        PlatformKind.CAMPAIGN, account_id=shop.id, parent_id=None, marker=marker, token=shop.token
    )

    assert [thing.id for thing in found] == [wanted]
    assert (found[0].status, found[0].effective_status) == ("PAUSED", "PAUSED")
    assert found[0].created_time is not None


async def test_two_objects_with_one_marker_are_both_reported(publisher: Publisher, transport: MetaTransport) -> None:
    shop, marker = publisher.shop, new_marker()
    made = {await publisher.campaign(approved(target=shop.target), marker) for _ in range(2)}

    found = await MetaReader(transport, page_size=1).find_by_marker(
        PlatformKind.CAMPAIGN, account_id=shop.id, parent_id=None, marker=marker, token=shop.token
    )

    assert {thing.id for thing in found} == made


async def test_an_archived_object_is_found_and_known_to_be_archived(publisher: Publisher, reader: MetaReader) -> None:
    shop, marker = publisher.shop, new_marker()
    campaign_id = await publisher.campaign(approved(target=shop.target), marker)
    await publisher.change(WriteOp.UPDATE, PlatformKind.CAMPAIGN, campaign_id, status="ARCHIVED")

    found = await reader.find_by_marker(
        PlatformKind.CAMPAIGN, account_id=shop.id, parent_id=None, marker=marker, token=shop.token
    )

    assert [thing.effective_status for thing in found] == ["ARCHIVED"]


async def test_a_failed_page_fails_the_look_up(shop: Advertiser) -> None:
    first = {"data": [], "paging": {"cursors": {"after": "a"}, "next": "http://x/"}}
    down = reply({"error": {"message": "down", "code": 2}}, 500)
    async with wire_stub(reply(first), down) as stub, MetaTransport(stub.url) as transport:
        with pytest.raises(RetryLater):
            await MetaReader(transport).find_by_marker(
                PlatformKind.CAMPAIGN, account_id="42", parent_id=None, marker=MARKER, token=shop.token
            )


async def test_an_empty_page_in_the_middle_does_not_end_the_look_up(shop: Advertiser) -> None:
    empty = {"data": [], "paging": {"cursors": {"after": "a"}, "next": "http://x/"}}
    last = {
        "data": [{"id": "7", "name": f"Lamps {MARKER}", "status": "PAUSED"}],
        "paging": {"cursors": {"after": "b"}},
    }
    async with wire_stub(reply(empty), reply(last)) as stub, MetaTransport(stub.url) as transport:
        found = await MetaReader(transport).find_by_marker(
            PlatformKind.CAMPAIGN, account_id="42", parent_id=None, marker=MARKER, token=shop.token
        )

    assert [thing.id for thing in found] == ["7"]
    assert b"after=a" in stub.requests[1]


@pytest.mark.parametrize(
    "page",
    [
        {"data": [], "paging": {"cursors": {"after": "same"}, "next": "http://x/"}},
        {"data": [], "paging": {"next": "http://x/"}},
        {"data": {}},
        {"data": ["7"]},
        {"data": [{"name": "without an id"}]},
    ],
)
async def test_a_list_that_is_not_one_is_no_proof_of_absence(shop: Advertiser, page: dict[str, object]) -> None:
    async with wire_stub(reply(page), reply(page)) as stub, MetaTransport(stub.url) as transport:
        with pytest.raises(RetryLater):
            await MetaReader(transport).find_by_marker(
                PlatformKind.CAMPAIGN, account_id="42", parent_id=None, marker=MARKER, token=shop.token
            )


@pytest.mark.parametrize(
    ("kind", "parent_id"), [(PlatformKind.AD, None), (PlatformKind.CAMPAIGN, "1"), (PlatformKind.IMAGE, None)]
)
async def test_a_look_up_in_the_wrong_place_is_a_mistake_and_not_absence(
    reader: MetaReader, shop: Advertiser, kind: PlatformKind, parent_id: str | None
) -> None:
    with pytest.raises(ValueError, match=r"parent_id|hash"):
        await reader.find_by_marker(kind, account_id=shop.id, parent_id=parent_id, marker=MARKER, token=shop.token)
