"""Builds every activity with what it needs, once per worker process. Nothing else reads the settings here below."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from activities.ad_platform import AdPlatform, WriteLimits
from activities.campaigns import CampaignRecords
from activities.changing import Changing
from activities.pictures import Pictures
from activities.planning import Planning
from activities.platform_writes import PlatformWrites
from activities.published_tree import PublishedTree
from activities.publishing import Publishing
from activities.writing import TextModels, Writing
from providers.ads.meta.reads import MetaReader
from providers.ads.meta.transport import MetaTransport
from providers.ads.meta.writes import MetaWriter
from providers.storage.s3 import S3Store
from providers.text.openai import OpenAIText
from providers.text.protocol import TokenPrice
from records.database import Database
from records.secrets import SecretBox
from settings import Settings

Registered = list[Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class Activities:
    """Activities by the kind of work; the worker puts each kind on its task queue."""

    records: Registered
    text: Registered
    ads_meta: Registered


async def build(settings: Settings, closing: AsyncExitStack) -> Activities:
    """Connections are closed with `closing`."""
    database = Database(settings.database_url)
    closing.push_async_callback(database.close)
    storage = _storage(settings)
    text = _text(settings)
    closing.push_async_callback(text.close)
    transport = MetaTransport(
        settings.meta_graph_url,
        api_version=settings.meta_api_version,
        app_secret=settings.meta_app_secret,
        timeout_s=settings.platform_timeout_s,
    )
    closing.push_async_callback(transport.close)
    platform = AdPlatform(
        database,
        MetaReader(transport),
        SecretBox.from_base64(settings.master_keys, settings.master_key_id),
        _limits(settings),
    )
    models = TextModels(settings.openai_model_parse, settings.openai_model_strategy, settings.openai_model_copy)
    writing = Writing(database, text, storage, models, monthly_cap_micros=settings.ai_monthly_cap_cents * 10_000)
    writes = PlatformWrites(platform, MetaWriter(transport), Pictures(database, storage))
    # Some of its steps only record, and run beside the campaigns; the others call Meta.
    publishing = _activities(Publishing(platform, writes))
    return Activities(
        records=[*_activities(CampaignRecords(database)), *_activities(Planning(database)), *publishing],
        text=_activities(writing),
        ads_meta=[
            *publishing,
            *_activities(writes),
            *_activities(PublishedTree(platform, writes)),
            *_activities(Changing(platform, writes)),
        ],
    )


def _text(settings: Settings) -> OpenAIText:
    return OpenAIText(
        api_key=settings.openai_api_key.get_secret_value(), base_url=settings.openai_base_url, prices=_prices(settings)
    )


def _activities(room: object) -> Registered:
    """The methods of a class that are activities."""
    found = (getattr(room, name) for name in dir(type(room)))
    return [method for method in found if hasattr(method, "__temporal_activity_definition")]


def _storage(settings: Settings) -> S3Store:
    return S3Store(
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        bucket=settings.s3_bucket,
        access_key_id=settings.s3_access_key_id,
        secret_access_key=settings.s3_secret_access_key.get_secret_value(),
    )


def _prices(settings: Settings) -> dict[str, TokenPrice]:
    return {
        model: TokenPrice.per_million(input=price.input, cached=price.cached_input, output=price.output)
        for model, price in settings.openai_prices.items()
    }


def _limits(settings: Settings) -> WriteLimits:
    return WriteLimits(
        send_within=timedelta(seconds=settings.send_deadline_s),
        lookup_waits=tuple(timedelta(seconds=wait) for wait in settings.publish_lookup_waits_s),
    )
