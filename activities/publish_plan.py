"""What a publish will put on the platform: objects in their order. Pure, made from approved documents alone.

Nothing has a platform id yet, so payloads hold references to our own objects.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid5

import rfc8785

from models.domain.ads_plan import AdsPlan, PlannedAd, PlannedAdSet, PlannedCampaign
from models.domain.content import ItemContent, item_key
from models.domain.markers import clean_name, marker_for, name_with_marker
from models.domain.references import reference_to
from models.domain.states import PlatformKind
from models.tables.base import JsonObject
from models.tables.ledger import PlatformObject
from providers.ads.meta.payloads import (
    Approved,
    ItemMedia,
    Media,
    ad_payload,
    ad_set_payload,
    campaign_payload,
    creative_payload,
)
from providers.errors import Refused
from records.platform_objects import media_object_id

Crop = tuple[int, int, int, int]
_NAME_LIMITS = {PlatformKind.CREATIVE: 100}


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A picture to upload, cut to `crop` (ten-thousandths: left, top, right, bottom) where that is given.

    `sha256` is the approved one of the whole file; `key` tells its cuts apart.
    """

    object_id: UUID
    asset_id: UUID
    sha256: str
    key: str
    crop: Crop | None


@dataclass(frozen=True, slots=True)
class PlannedObject:
    """`problem` holds the rule that forbids it; its payload is empty then."""

    kind: PlatformKind
    key: str
    object_id: UUID
    name: str
    request_hash: str
    parent_object_id: UUID | None = None
    payload: JsonObject = field(default_factory=dict)
    problem: str | None = None

    @property
    def marker(self) -> str:
        return marker_for(self.object_id)


@dataclass(frozen=True, slots=True)
class Publishable:
    """What is approved, and what of it is on the platform already. `items` are the included ones, by item key."""

    campaign_id: UUID
    ad_account_id: UUID
    number: int
    approved: Approved
    items: Mapping[str, ItemContent]
    existing: Mapping[tuple[PlatformKind, str], PlatformObject]

    @property
    def plan(self) -> AdsPlan:
        return self.approved.plan

    def ads(self) -> list[PlannedAd]:
        """Ads of excluded items are left out, and so are ad sets and campaigns that have no ad then."""
        return [ad for ad in self.plan.ads if item_key(ad.concept, ad.language) in self.items]


def media_files(source: Publishable) -> list[MediaFile]:
    """Each picture once, however many ads use it."""
    files: dict[UUID, MediaFile] = {}
    for ad in source.ads():
        item = source.items[item_key(ad.concept, ad.language)]
        for asset in item.assets:
            file = _media_file(source, asset.asset_id, asset.sha256, asset.crop)
            files[file.object_id] = file
        for card in item.cards:
            file = _media_file(source, card.asset_id, card.sha256, None)
            files[file.object_id] = file
    return list(files.values())


def _media_file(source: Publishable, asset_id: UUID, sha256: str, crop: Crop | None) -> MediaFile:
    key = sha256 if crop is None else hashlib.sha256(f"{sha256}:{crop}".encode()).hexdigest()
    object_id = media_object_id(source.ad_account_id, PlatformKind.IMAGE, key)
    return MediaFile(object_id, asset_id, sha256, key, crop)


def planned_objects(source: Publishable) -> list[PlannedObject]:
    """Creatives, campaigns, ad sets and ads, parents before children."""
    builder = _Builder(source)
    ads = source.ads()
    ad_set_keys = {ad.ad_set for ad in ads}
    ad_sets = [ad_set for ad_set in source.plan.ad_sets if ad_set.key in ad_set_keys]
    campaign_keys = {ad_set.campaign for ad_set in ad_sets}
    creatives = {ad.key: builder.creative(ad) for ad in ads}
    campaigns = {part.key: builder.campaign(part) for part in source.plan.campaigns if part.key in campaign_keys}
    sets = {ad_set.key: builder.ad_set(ad_set, campaigns[ad_set.campaign]) for ad_set in ad_sets}
    for ad in ads:
        builder.ad(ad, ad_set=sets[ad.ad_set], creative=creatives[ad.key])
    return builder.objects


class _Builder:
    def __init__(self, source: Publishable) -> None:
        self.objects: list[PlannedObject] = []
        self._source = source

    def creative(self, ad: PlannedAd) -> UUID:
        item = self._source.items[item_key(ad.concept, ad.language)]
        media = _references(self._source, item)

        def payload(name: str) -> JsonObject:
            return creative_payload(self._source.approved, ad, item, media, name)

        return self._add(PlatformKind.CREATIVE, ad.key, ad.name, payload)

    def campaign(self, campaign: PlannedCampaign) -> UUID:
        def payload(name: str) -> JsonObject:
            return campaign_payload(self._source.approved, campaign, name)

        return self._add(PlatformKind.CAMPAIGN, campaign.key, campaign.name, payload)

    def ad_set(self, ad_set: PlannedAdSet, campaign: UUID) -> UUID:
        def payload(name: str) -> JsonObject:
            return ad_set_payload(self._source.approved, ad_set, name, campaign_id=reference_to(campaign))

        return self._add(PlatformKind.AD_SET, ad_set.key, ad_set.name, payload, campaign)

    def ad(self, ad: PlannedAd, *, ad_set: UUID, creative: UUID) -> None:
        ids = {"ad_set_id": reference_to(ad_set), "creative_id": reference_to(creative)}

        def payload(name: str) -> JsonObject:
            return ad_payload(self._source.approved, ad, name, **ids)

        self._add(PlatformKind.AD, ad.key, ad.name, payload, ad_set)

    def _add(
        self, kind: PlatformKind, key: str, name: str, payload: Callable[[str], JsonObject], parent: UUID | None = None
    ) -> UUID:
        limit = _NAME_LIMITS.get(kind, 400)
        clean = clean_name(name, limit)
        try:
            digest = hashlib.sha256(rfc8785.dumps(payload(clean))).hexdigest()
        except Refused as refusal:
            object_id = self._new_id(kind, key)
            self.objects.append(PlannedObject(kind, key, object_id, clean, "", parent, problem=refusal.message))
            return object_id
        object_id = self._object_id(kind, key, digest)
        marked = payload(name_with_marker(name, marker_for(object_id), limit))
        self.objects.append(PlannedObject(kind, key, object_id, clean, digest, parent, marked))
        return object_id

    def _object_id(self, kind: PlatformKind, key: str, digest: str) -> UUID:
        """An object that is there keeps its id; creatives cannot be changed, so another content is another object."""
        existing = self._source.existing.get((kind, key))
        reusable = existing is not None and (kind is not PlatformKind.CREATIVE or existing.request_hash == digest)
        return existing.id if existing is not None and reusable else self._new_id(kind, key)

    def _new_id(self, kind: PlatformKind, key: str) -> UUID:
        return uuid5(self._source.campaign_id, f"{self._source.number}:{kind.value}:{key}")


def _references(source: Publishable, item: ItemContent) -> ItemMedia:
    def picture(asset_id: UUID, sha256: str, crop: Crop | None) -> Media:
        return Media(image_hash=reference_to(_media_file(source, asset_id, sha256, crop).object_id))

    return ItemMedia(
        by_ratio={asset.ratio: picture(asset.asset_id, asset.sha256, asset.crop) for asset in item.assets},
        cards=tuple(picture(card.asset_id, card.sha256, None) for card in item.cards),
    )
