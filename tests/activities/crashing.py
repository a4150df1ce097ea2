"""Deaths at chosen points: ports that end the process's work the way SIGKILL does, without any handler running."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from models.domain.states import PlatformKind
from providers.ads.meta.reads import MetaReader
from providers.ads.protocol import AdsWriter, PlatformWrite, UploadFile, WriteReceipt
from providers.ads.results import NodeState
from providers.errors import Refused
from records.campaigns.launch import LaunchCheck


class Died(BaseException):
    """No `except Exception` may handle it, as none would run in a killed process."""


@dataclass
class DyingWriter:
    """Dies just before the request leaves, or just after the platform has applied it."""

    real: AdsWriter
    applies: bool

    async def send(self, write: PlatformWrite, token: SecretStr, *, send_before: float | None = None) -> WriteReceipt:
        if self.applies:
            await self.real.send(write, token)
        raise Died

    async def validate(self, write: PlatformWrite, token: SecretStr) -> None:
        await self.real.validate(write, token)

    async def upload_image(self, account_id: str, file: UploadFile, token: SecretStr) -> WriteReceipt:
        return await self.real.upload_image(account_id, file, token)


@dataclass
class RefusingWriter:
    """The platform takes no change of one object, for good."""

    real: AdsWriter
    node_id: str

    async def send(self, write: PlatformWrite, token: SecretStr, *, send_before: float | None = None) -> WriteReceipt:
        if write.node_id == self.node_id:
            raise Refused("Meta", "Nobody may change this ad.")
        return await self.real.send(write, token, send_before=send_before)

    async def validate(self, write: PlatformWrite, token: SecretStr) -> None:
        await self.real.validate(write, token)

    async def upload_image(self, account_id: str, file: UploadFile, token: SecretStr) -> WriteReceipt:
        return await self.real.upload_image(account_id, file, token)


class DyingReader(MetaReader):
    """Dies when the node of an update is read, which is before its claim."""

    async def read_node(
        self, kind: PlatformKind, node_id: str, token: SecretStr, *, also: Iterable[str] = ()
    ) -> NodeState:
        raise Died


class DyingLaunch:
    """Dies while the approvals are asked, which is inside the transaction of the claim."""

    async def __call__(self, session: AsyncSession, campaign_id: UUID) -> LaunchCheck:
        raise Died
