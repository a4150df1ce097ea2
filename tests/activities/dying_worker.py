"""A worker process that is killed by the system right after the platform has applied its first write.

Its one argument is JSON with database, simulator, secret, workspace and campaign.
"""

import asyncio
import json
import os
import signal
import sys
from typing import NoReturn
from uuid import UUID

from pydantic import SecretStr
from temporalio.testing import ActivityEnvironment

from activities.ad_platform import AdPlatform
from activities.pictures import Pictures
from activities.platform_writes import PlatformWrites
from models.contracts.publishing import PublishRef, PublishStage, StageRef
from providers.ads.meta.reads import MetaReader
from providers.ads.meta.transport import MetaTransport
from providers.ads.meta.writes import MetaWriter
from providers.ads.protocol import PlatformWrite, WriteReceipt
from providers.storage.s3 import S3Store
from records.database import Database
from tests.activities.crashing import DyingWriter
from tests.activities.publishing_desk import BOX, QUICK, Launch


class KilledWriter(DyingWriter):
    async def send(self, write: PlatformWrite, token: SecretStr, *, send_before: float | None = None) -> WriteReceipt:
        await self.real.send(write, token, send_before=send_before)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("unreachable")


async def main(given: dict[str, str]) -> NoReturn:
    database = Database(given["database"])
    transport = MetaTransport(given["simulator"], app_secret=SecretStr(given["secret"]))
    platform = AdPlatform(database, MetaReader(transport), BOX, QUICK, Launch())
    # Creatives, campaigns, ad sets and ads need no store; media are there already.
    store = S3Store(endpoint="http://127.0.0.1:1", region="auto", bucket="b", access_key_id="a", secret_access_key="s")
    writes = PlatformWrites(platform, KilledWriter(MetaWriter(transport), applies=True), Pictures(database, store))
    ref = PublishRef(workspace_id=UUID(given["workspace"]), campaign_id=UUID(given["campaign"]), number=1)
    await ActivityEnvironment().run(writes.ensure_stage, StageRef(publish=ref, stage=PublishStage.ADS))
    raise SystemExit("survived")


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
