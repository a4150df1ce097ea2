"""A campaign from its brief to live ads and to its end, with every activity real and Meta simulated."""

from models.contracts import commands as c
from models.domain.states import CampaignStatus
from tests.workflows.campaign_desk import Shop


async def test_a_brief_becomes_live_ads_and_ends(shop: Shop) -> None:
    run = await shop.started()
    await run.approved()
    publish = run.request(c.Publish())
    await run.send(publish)
    # By now another publish would be refused; a repeat of this one is answered.
    await run.send(publish)
    seen = await run.until(lambda now: now.status is not CampaignStatus.PUBLISHING)
    await run.do(c.End())
    ended = await run.handle.result()

    assert (seen.status, seen.publish_number, seen.problem) == (CampaignStatus.SCHEDULED, 1, None)
    assert ended is not None
    assert ended.status is CampaignStatus.ENDED
    books = shop.meta.books()
    assert [books["counts"][kind] for kind in ("campaigns", "adsets", "ads", "creatives")] == [1, 1, 2, 2]
    assert {entry["status"] for entry in books["campaigns"]} == {"PAUSED"}
    assert (books["duplicates"], (await run.row()).status) == (0, CampaignStatus.ENDED)
