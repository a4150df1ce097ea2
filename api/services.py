"""What the handlers work with, made once per process."""

from dataclasses import dataclass

from pydantic import SecretStr
from temporalio.client import Client

from api.live import ChangeHub
from providers.storage.s3 import S3Store
from records.database import Database
from settings import Settings
from workflows.temporal_client import connect


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    database: Database
    temporal: Client
    storage: S3Store
    changes: ChangeHub

    async def close(self) -> None:
        await self.changes.close()
        await self.database.close()


async def open_services(settings: Settings) -> Services:
    """Opens no connection that has to succeed: reading goes on while Temporal is down, and the health page says so."""
    database = Database(settings.database_url)
    return Services(
        settings=settings,
        database=database,
        temporal=await connect(
            settings.temporal_address,
            settings.temporal_namespace,
            api_key=_value(settings.temporal_api_key),
            lazy=True,
        ),
        storage=S3Store(
            endpoint=settings.s3_endpoint,
            region=settings.s3_region,
            bucket=settings.s3_bucket,
            access_key_id=settings.s3_access_key_id,
            secret_access_key=settings.s3_secret_access_key.get_secret_value(),
            public_endpoint=settings.s3_public_url,
        ),
        changes=ChangeHub(settings.database_url),
    )


def _value(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
