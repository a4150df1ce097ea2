"""What looks wrong over HTTP: listed, dismissed by those who may, quiet until it is over; scores beside it."""

from models.domain.roles import Role
from records.database import Database
from tests.api.people import Join, Member
from tests.readings import market
from tests.signs import WORDS, broken_tracking, scored

ALL = "/api/v1/anomalies"


async def test_an_anomaly_is_dismissed_once_by_those_who_may_and_stays_quiet_until_it_is_over(
    owner: Member, records: Database, join: Join
) -> None:
    ads = await market(records, owner.workspace_id)
    fault = await broken_tracking(ads)
    path, key = f"{ALL}/{fault.id}", {"Idempotency-Key": "it-is-right"}
    client, approver = [await join(role, owner.workspace_id) for role in (Role.CLIENT, Role.APPROVER)]
    stranger = await join()

    shown = (await owner.http.get(path)).json()
    refused = [(await who.http.post(f"{path}/dismiss")).status_code for who in (client, approver, stranger)]
    done = [await owner.http.post(f"{path}/dismiss", headers=key) for _ in "ab"]
    late = await owner.http.post(f"{path}/dismiss")
    still = await broken_tracking(ads)
    over = await broken_tracking(ads, goes_on=False)
    soon_again = await broken_tracking(ads)

    assert (shown["words"], shown["freezes"], shown["campaign_id"]) == (WORDS, True, None)
    assert shown["ad_account_name"] == ads.account.name
    assert refused == [403, 403, 404]
    assert [reply.status_code for reply in done] == [200, 200]
    assert {reply.json()["dismissed_by"] for reply in done} == {shown_name(done[0].json())}
    assert (late.status_code, "dismissed it already" in late.json()["detail"]) == (409, True)
    assert (still.id, over.id) == (fault.id, fault.id)
    assert over.until is not None
    assert (soon_again.id, soon_again.until) == (fault.id, None)
    assert soon_again.dismissed_at is not None


def shown_name(view: dict[str, str | None]) -> str:
    name = view["dismissed_by"]
    assert name
    return name


async def test_a_campaign_is_told_of_its_own_and_its_accounts_anomalies(owner: Member, records: Database) -> None:
    ads, other = await market(records, owner.workspace_id), await market(records, owner.workspace_id)
    fault = await broken_tracking(ads)

    def listed(reply: dict[str, list[dict[str, str]]]) -> list[str]:
        return [row["id"] for row in reply["items"]]

    async def of(**wanted: str) -> list[str]:
        return listed((await owner.http.get(ALL, params=wanted)).json())

    assert await of(campaign_id=str(ads.campaign.id)) == [str(fault.id)]
    assert await of(campaign_id=str(other.campaign.id)) == []
    assert (await of(over="false"), await of(over="true")) == ([str(fault.id)], [])
    points = (await owner.http.get("/api/v1/dashboard/summary")).json()["attention"]
    assert [point["topic"] for point in points].count("anomaly") == 1


async def test_scores_and_trends_are_read_for_each_ad_set(owner: Member, records: Database, join: Join) -> None:
    ads = await market(records, owner.workspace_id)
    await scored(ads, "Broad", None, "Not enough to say whether results per spend rise or fall.")
    await scored(ads, "Retargeting", 0.7)
    path = f"/api/v1/campaigns/{ads.campaign.id}/signals"

    items = (await owner.http.get(path)).json()["items"]

    assert [(row["name"], row["score"], row["trend"]) for row in items] == [
        ("Broad", None, "unknown"),
        ("Retargeting", 0.7, "rising"),
    ]
    assert (await (await join()).http.get(path)).status_code == 404
    client = await join(Role.CLIENT, owner.workspace_id)
    assert [(await client.http.get(one)).status_code for one in (path, ALL)] == [403, 403]
