"""Builds every activity with what it needs, once per worker process. Nothing else reads the settings here below."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from activities.ad_platform import AdPlatform
from activities.ads_wiring import ad_platform, link_base
from activities.advising import Advising
from activities.campaigns import CampaignRecords
from activities.caps import Caps
from activities.changing import Changing
from activities.composing import ItemPictures, RenderModels
from activities.deciding import Deciding
from activities.drifting import Drifting
from activities.forecasting import Forecasting
from activities.importing import Importing
from activities.judging import Judging
from activities.measuring import Measuring
from activities.media_wiring import callback_urls, can_be_called_back, media_access, media_providers
from activities.moving import Moving
from activities.optimizer_runs import OptimizerRuns
from activities.pictures import Pictures
from activities.planning import Planning
from activities.platform_writes import PlatformWrites
from activities.predicting import Predicting
from activities.published_tree import PublishedTree
from activities.publishing import Publishing
from activities.render_files import RenderFiles
from activities.rendering import Rendering, RenderLimits
from activities.signs import Signs
from activities.stopping import Stopping
from activities.token_warnings import TokenWarnings
from activities.upkeep import Keeping, Upkeep
from activities.what_ifs import WhatIfs
from activities.writing import TextModels, Writing
from providers.ads.meta.oauth import MetaApp, MetaOAuth
from providers.ads.meta.transport import MetaTransport
from providers.ads.meta.writes import MetaWriter
from providers.media.download import Downloader
from providers.storage.s3 import S3Store
from providers.text.openai import OpenAIText
from providers.text.protocol import TokenPrice
from records.database import Database
from settings import Settings

Registered = list[Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class Activities:
    """Activities by the kind of work; the worker puts each kind on its task queue."""

    database: Database
    records: Registered
    text: Registered
    render: Registered
    ads_meta: Registered
    optimizer: Registered


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
    platform = ad_platform(settings, database, transport)
    models = TextModels(settings.openai_model_parse, settings.openai_model_strategy, settings.openai_model_copy)
    cap = settings.ai_monthly_cap_cents * 10_000
    writing = Writing(database, text, storage, models, monthly_cap_micros=cap)
    advising = Advising(database, text, settings.openai_model_strategy, monthly_cap_micros=cap)
    writes = PlatformWrites(platform, MetaWriter(transport), Pictures(database, storage))
    # Some of their steps only record, and run beside the campaigns; the others call Meta.
    rooms = (Publishing(platform, writes), Stopping(platform, writes), Drifting(platform, writes), Importing(platform))
    on_both = [found for room in rooms for found in _activities(room)]
    pictures = ItemPictures(database, storage, RenderModels(settings.render_image_model, settings.render_video_model))
    item_pictures = _activities(pictures)
    return Activities(
        database=database,
        records=[
            *_activities(CampaignRecords(database)),
            *_activities(Planning(database)),
            *_activities(OptimizerRuns(database)),
            *_activities(Judging(database)),
            *_activities(_upkeep(settings, database, storage, platform)),
            *on_both,
            *item_pictures,
        ],
        text=[*_activities(writing), *_activities(advising)],
        render=[*_activities(_rendering(settings, database, storage, closing)), *item_pictures],
        ads_meta=[*on_both, *_on_ads_meta(settings, platform, writes, transport)],
        optimizer=_on_optimizer(database, storage),
    )


def _on_optimizer(database: Database, storage: S3Store) -> Registered:
    rooms = (Deciding, WhatIfs, Predicting, Signs)
    return [found for room in rooms for found in _activities(room(database, storage))]


def _on_ads_meta(
    settings: Settings, platform: AdPlatform, writes: PlatformWrites, transport: MetaTransport
) -> Registered:
    rooms = (
        writes,
        PublishedTree(platform, writes),
        Changing(platform, writes),
        Measuring(platform),
        Caps(platform, writes),
        Moving(platform, writes),
        Forecasting(platform),
        TokenWarnings(platform, _inspector(settings, transport)),
    )
    return [found for room in rooms for found in _activities(room)]


def _upkeep(settings: Settings, database: Database, storage: S3Store, platform: AdPlatform) -> Upkeep:
    keeping = Keeping(
        metric_months=settings.metric_months_kept,
        inputs=timedelta(days=settings.decision_days_kept),
        read_notices=timedelta(days=settings.read_notice_days_kept),
    )
    return Upkeep(database, storage, platform.box, keeping)


def _inspector(settings: Settings, transport: MetaTransport) -> MetaOAuth | None:
    """Meta tells an app of its own tokens only."""
    if not settings.meta_app_id:
        return None
    app = MetaApp(settings.meta_app_id, settings.meta_app_secret, settings.meta_dialog_url, settings.meta_api_version)
    return MetaOAuth(transport, app)


def _rendering(settings: Settings, database: Database, storage: S3Store, closing: AsyncExitStack) -> Rendering:
    access = media_access(settings)
    providers = media_providers(settings)
    closing.push_async_callback(providers.close)
    downloader = Downloader(way.base_url for way in access.values())
    closing.push_async_callback(downloader.close)
    limits = RenderLimits(
        send_within=timedelta(seconds=settings.render_send_deadline_s),
        grace=timedelta(seconds=5),
        lookup_waits=tuple(timedelta(seconds=wait) for wait in settings.publish_lookup_waits_s),
        first_retry=timedelta(seconds=settings.render_first_retry_s),
        default_cap=settings.ai_monthly_cap_cents * 10_000,
    )
    callbacks = callback_urls(settings) if can_be_called_back(settings) else None
    return Rendering(database, providers, RenderFiles(database, storage, downloader), callbacks, limits)


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
        public_endpoint=link_base(settings),
    )


def _prices(settings: Settings) -> dict[str, TokenPrice]:
    return {
        model: TokenPrice.per_million(input=price.input, cached=price.cached_input, output=price.output)
        for model, price in settings.openai_prices.items()
    }
