"""What the upkeep warns of, clears away and renews, in all workspaces, once however often it runs."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlmodel import col, select
from temporalio.testing import ActivityEnvironment

from activities.ad_platform import AdPlatform
from activities.token_warnings import TokenInspector, TokenWarnings
from activities.upkeep import Keeping, Upkeep
from models.contracts.optimizing import BeginRun, EndRun, RunRef, Swept, UpkeepRun
from models.domain.account_days import hour_floor
from models.domain.metrics import MetricLevel
from models.domain.states import RunOutcome
from models.tables.ad_account import AdAccount
from models.tables.asset import Upload
from models.tables.base import utc_now
from models.tables.metrics import MetricReading
from models.tables.notification import Notification
from models.tables.optimization import OptimizerRun
from providers.ads.meta.oauth import MetaApp, MetaOAuth
from providers.ads.meta.reads import MetaReader
from providers.ads.meta.transport import MetaTransport
from providers.storage.keys import rest_key, run_key, upload_key
from providers.storage.protocol import ObjectMissing
from providers.storage.s3 import S3Store
from records import ad_accounts, notifications
from records.database import Database
from records.optimizing import runs
from records.secrets import SecretBox
from tests import servers
from tests.office import BOX, Office, open_office
from tests.providers.ads.meta.advertiser import Advertiser

KEEPING = Keeping(metric_months=2, inputs=timedelta(days=400), read_notices=timedelta(days=90))
RUN = UpkeepRun()


@pytest_asyncio.fixture
async def alone(database: servers.Database) -> AsyncIterator[Database]:
    """Without the workspaces of other tests."""
    db = Database(database.app_url)
    yield db
    await db.close()


@pytest_asyncio.fixture
async def office(alone: Database, shop: Advertiser) -> Office:
    return await open_office(alone, shop.info)


@pytest.fixture
def upkeep(alone: Database, store: S3Store) -> Upkeep:
    return Upkeep(alone, store, BOX, KEEPING)


@pytest.fixture
def inspector(simulator: servers.Simulator, transport: MetaTransport) -> MetaOAuth:
    app = simulator.control.get("/meta/app").json()
    return MetaOAuth(transport, MetaApp(app["app_id"], SecretStr(app["app_secret"]), simulator.url, "v26.0"))


async def warned(office: Office, transport: MetaTransport, inspector: TokenInspector | None) -> Swept:
    warnings = TokenWarnings(AdPlatform(office.db, MetaReader(transport), BOX), inspector)
    return await ActivityEnvironment().run(warnings.warn_of_expiring_tokens, RUN)


async def token_ends(office: Office, at: datetime) -> None:
    async with office.db.workspace_transaction(office.workspace_id) as session:
        (await session.get_one(AdAccount, office.account_id)).token_expires_at = at


async def titles(office: Office) -> list[str]:
    async with office.db.workspace_transaction(office.workspace_id) as session:
        assert office.ana.user_id is not None
        return [notice.title for notice in await notifications.notices_for(session, office.ana.user_id)]


async def test_people_are_told_once_at_each_mark_that_a_connection_is_about_to_end(
    office: Office, transport: MetaTransport
) -> None:
    await token_ends(office, utc_now() + timedelta(days=13))
    assert [(await warned(office, transport, None)).done for _ in range(2)] == [1, 0]

    await token_ends(office, utc_now() + timedelta(hours=20))
    assert [(await warned(office, transport, None)).done for _ in range(2)] == [1, 0]

    assert await titles(office) == [
        "Connect Lamp shop again within a day",
        "Connect Lamp shop again within 14 days",
    ]


async def test_the_platform_is_asked_when_token_and_data_end(
    office: Office, transport: MetaTransport, inspector: MetaOAuth, simulator: servers.Simulator, shop: Advertiser
) -> None:
    made = simulator.control.post(
        "/meta/tokens", json={"user_id": shop.info["user_id"], "expires_in_s": timedelta(days=5).total_seconds()}
    )
    made.raise_for_status()
    sealed = BOX.seal(office.workspace_id, made.json()["access_token"])
    async with office.db.workspace_transaction(office.workspace_id) as session:
        account = await session.get_one(AdAccount, office.account_id)
        account.token_ciphertext, account.token_nonce = sealed.ciphertext, sealed.nonce
        account.token_expires_at = None

    swept = await warned(office, transport, inspector)

    assert swept == Swept(done=1)
    assert await titles(office) == ["Connect Lamp shop again within 7 days"]


async def test_while_the_platform_is_away_what_it_said_at_first_counts(
    office: Office, transport: MetaTransport, inspector: MetaOAuth, fault: Callable[..., None]
) -> None:
    await token_ends(office, utc_now() + timedelta(days=3))
    fault("http_500", method="GET", path="/v26.0/debug_token")

    swept = await warned(office, transport, inspector)

    assert swept.done == 1
    assert len(swept.problems) == 1


async def test_uploads_that_nobody_finished_are_removed_with_what_was_stored_of_them(
    office: Office, upkeep: Upkeep, store: S3Store
) -> None:
    upload_id = uuid4()
    key = upload_key(office.workspace_id, upload_id)
    rest = rest_key(office.workspace_id, upload_id)
    upload = Upload(
        id=upload_id,
        workspace_id=office.workspace_id,
        filename="film.mp4",
        byte_size=10,
        storage_key=key,
        multipart_id=await store.begin_parts(key, "video/mp4"),
        expires_at=utc_now() - timedelta(minutes=1),
    )
    await store.put(rest, b"half", "video/mp4")
    async with office.db.workspace_transaction(office.workspace_id) as session:
        session.add(upload)

    done = [(await ActivityEnvironment().run(upkeep.remove_expired_uploads, RUN)).done for _ in range(2)]

    assert done == [1, 0]
    with pytest.raises(ObjectMissing):
        await store.head(rest)


async def test_tokens_of_a_retired_key_get_the_current_one(office: Office, alone: Database, store: S3Store) -> None:
    rotated = SecretBox({"k1": bytes(32), "k2": bytes(range(32))}, "k2")
    upkeep = Upkeep(alone, store, rotated, KEEPING)

    done = [(await ActivityEnvironment().run(upkeep.reseal_tokens, RUN)).done for _ in range(2)]

    async with alone.workspace_transaction(office.workspace_id) as session:
        account = await session.get_one(AdAccount, office.account_id)
    assert done == [1, 0]
    assert account.token_key_id == "k2"
    assert ad_accounts.token_of(account, rotated)


async def test_one_workspaces_trouble_keeps_no_other_from_its_upkeep(
    office: Office, alone: Database, store: S3Store, shop: Advertiser
) -> None:
    other = await open_office(alone)
    async with alone.workspace_transaction(other.workspace_id) as session:
        (await session.get_one(AdAccount, other.account_id)).token_key_id = "lost"
    upkeep = Upkeep(alone, store, SecretBox({"k1": bytes(32), "k2": bytes(range(32))}, "k2"), KEEPING)

    swept = await ActivityEnvironment().run(upkeep.reseal_tokens, RUN)

    assert swept.done == 1
    assert len(swept.problems) == 1
    assert str(other.workspace_id) in swept.problems[0]


async def test_old_months_of_figures_and_notices_that_were_read_are_dropped(office: Office, upkeep: Upkeep) -> None:
    today = utc_now().date()
    await _figures(office, days := [today.replace(day=1) - timedelta(days=back) for back in (1, 32, 63)])
    await _notices(office, read_days_ago=(91, 10, None))

    await ActivityEnvironment().run(upkeep.drop_old_rows, RUN)

    async with office.db.workspace_transaction(office.workspace_id) as session:
        kept = set(await session.scalars(select(col(MetricReading.account_day))))
        notices = list(await session.scalars(select(Notification.dedupe_key)))
    assert kept == set(days[:2])
    assert sorted(notices) == ["1", "2"]


async def _figures(office: Office, days: list[date]) -> None:
    async with office.db.workspace_transaction(office.workspace_id) as session:
        for day in days:
            session.add(
                MetricReading(
                    workspace_id=office.workspace_id,
                    ad_account_id=office.account_id,
                    external_id="23851",
                    account_day=day,
                    attribution="7d_click",
                    read_at=utc_now(),
                    level=MetricLevel.AD_SET,
                    utc_offset_minutes=0,
                    spend_minor=1,
                    impressions=1,
                    clicks=1,
                )
            )


async def _notices(office: Office, read_days_ago: tuple[int | None, ...]) -> None:
    async with office.db.workspace_transaction(office.workspace_id) as session:
        for number, days in enumerate(read_days_ago):
            read_at = None if days is None else utc_now() - timedelta(days=days)
            session.add(
                Notification(
                    workspace_id=office.workspace_id, kind="x", title="x", dedupe_key=str(number), read_at=read_at
                )
            )


async def _run(office: Office, outcome: RunOutcome | None) -> UUID:
    run_id = uuid4()
    ref = RunRef(workspace_id=office.workspace_id, ad_account_id=office.account_id, run_id=run_id)
    begun = BeginRun(**dict(ref), trigger="schedule", logical_hour=hour_floor(utc_now()))
    async with office.db.workspace_transaction(office.workspace_id) as session:
        await runs.begin(session, begun)
        if outcome is not None:
            await runs.end(session, EndRun(**dict(ref), outcome=outcome))
        (await session.get_one(OptimizerRun, run_id)).started_at = utc_now() - timedelta(days=8)
    return run_id


async def test_old_runs_that_found_nothing_are_dropped_and_the_others_kept(office: Office, upkeep: Upkeep) -> None:
    await _run(office, RunOutcome.NOTHING_LIVE)
    kept = {await _run(office, RunOutcome.DECIDED), await _run(office, RunOutcome.FAILED)}

    await ActivityEnvironment().run(upkeep.drop_old_rows, RUN)

    async with office.db.workspace_transaction(office.workspace_id) as session:
        assert set(await session.scalars(select(OptimizerRun.id))) == kept


async def test_what_old_runs_decided_on_is_deleted_and_the_decisions_stay(
    office: Office, alone: Database, store: S3Store
) -> None:
    upkeep = Upkeep(alone, store, BOX, replace(KEEPING, inputs=timedelta(days=7)))
    run_id, key = await _run(office, RunOutcome.DECIDED), run_key(office.workspace_id, "f00")
    await store.put(key, b"{}", "application/gzip")
    async with office.db.workspace_transaction(office.workspace_id) as session:
        (await session.get_one(OptimizerRun, run_id)).inputs_sha256 = "f00"

    await ActivityEnvironment().run(upkeep.drop_old_rows, RUN)

    async with office.db.workspace_transaction(office.workspace_id) as session:
        assert (await session.get_one(OptimizerRun, run_id)).inputs_sha256 is None
    with pytest.raises(ObjectMissing):
        await store.head(key)


async def test_a_run_that_nobody_will_end_any_more_is_closed_in_words(office: Office) -> None:
    lost = await _run(office, None)

    async with office.db.workspace_transaction(office.workspace_id) as session:
        assert await runs.close_silent(session, office.account_id) == 1
        run = await session.get_one(OptimizerRun, lost, populate_existing=True)

    assert run.outcome is RunOutcome.FAILED
    assert "terminated" in (run.error or "")


async def test_partitions_are_made_ahead_and_readings_without_one_are_told(office: Office, upkeep: Upkeep) -> None:
    assert await ActivityEnvironment().run(upkeep.make_partitions, RUN) == Swept()

    await _figures(office, [date(2051, 5, 5)])
    swept = await ActivityEnvironment().run(upkeep.make_partitions, RUN)

    assert swept.problems == ["1 readings lie in the default partition, of a month that has none of its own"]
