"""What the handlers work with, made once per process."""

from dataclasses import dataclass

from pydantic import SecretStr
from temporalio.client import Client

from activities.media_wiring import callback_urls, media_providers
from api.live import ChangeHub
from providers.ads.meta.oauth import MetaApp, MetaOAuth
from providers.ads.meta.reads import MetaReader
from providers.ads.meta.transport import MetaTransport
from providers.media.callbacks import CallbackUrls
from providers.media.registry import MediaProviders
from providers.storage.s3 import S3Store
from records.database import Database
from records.secrets import SecretBox
from settings import Settings
from workflows.temporal_client import connect


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    database: Database
    temporal: Client
    storage: S3Store
    changes: ChangeHub
    box: SecretBox
    transport: MetaTransport
    ads: MetaReader
    oauth: MetaOAuth
    media: MediaProviders
    callbacks: CallbackUrls

    async def close(self) -> None:
        await self.changes.close()
        await self.transport.close()
        await self.media.close()
        await self.database.close()


async def open_services(settings: Settings) -> Services:
    """Opens no connection that has to succeed: reading goes on while Temporal is down, and the health page says so."""
    database = Database(settings.database_url)
    app_secret = settings.meta_app_secret
    transport = MetaTransport(
        settings.meta_graph_url,
        api_version=settings.meta_api_version,
        app_secret=app_secret,
        timeout_s=settings.platform_timeout_s,
    )
    meta_app = MetaApp(settings.meta_app_id, app_secret, settings.meta_dialog_url, settings.meta_api_version)
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
        box=SecretBox.from_base64(settings.master_keys, settings.master_key_id),
        transport=transport,
        ads=MetaReader(transport),
        oauth=MetaOAuth(transport, meta_app),
        media=media_providers(settings),
        callbacks=callback_urls(settings),
    )


def _value(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
