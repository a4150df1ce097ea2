"""What a publish will put on the platform: objects in their order. Pure, made from approved documents alone.

Nothing has a platform id yet, so payloads hold references to our own objects.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid5

import rfc8785

from models.domain.ads_plan import AdsPlan, PlannedAd, PlannedAdSet, PlannedCampaign
from models.domain.content import AssetRef, ItemAsset, ItemContent, item_key
from models.domain.markers import clean_name, marker_for, name_with_marker
from models.domain.references import reference_to
from models.domain.states import PlatformKind
from models.tables.base import JsonObject
from models.tables.ledger import PlatformObject
from providers.ads.meta.payloads import (
    Approved,
    ItemMedia,
    Media,
    VideoFile,
    ad_payload,
    ad_set_payload,
    campaign_payload,
    check_use,
    creative_payload,
    video_payload,
)
from providers.ads.meta.payloads.approved import refuse
from providers.errors import Refused
from records.platform_objects import media_object_id

Crop = tuple[int, int, int, int]
_NAME_LIMITS = {PlatformKind.CREATIVE: 100, PlatformKind.VIDEO: 100}
# Neither can be changed, so another content is another object.
_IMMUTABLE = (PlatformKind.CREATIVE, PlatformKind.VIDEO)
# Stands in a video's payload for the link to its file, which is made when it is sent: a link opens the file to anybody.
LINK = "asset:"


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
    """What is approved, and what of it is on the platform already. `items` are the included ones, by item key.

    `videos` are those among the assets that the items name; `unfetchable` says why the platform could not fetch them.
    """

    campaign_id: UUID
    ad_account_id: UUID
    number: int
    approved: Approved
    items: Mapping[str, ItemContent]
    existing: Mapping[tuple[PlatformKind, str], PlatformObject]
    videos: Mapping[UUID, VideoFile] = field(default_factory=dict)
    unfetchable: str = ""

    @property
    def plan(self) -> AdsPlan:
        return self.approved.plan

    def ads(self) -> list[PlannedAd]:
        """Ads of excluded items are left out, and so are ad sets and campaigns that have no ad then."""
        return [ad for ad in self.plan.ads if item_key(ad.concept, ad.language) in self.items]


def media_files(source: Publishable) -> list[MediaFile]:
    """Each picture once, however many ads use it; of a video its poster, which is a picture."""
    files: dict[UUID, MediaFile] = {}
    for ad in source.ads():
        item = source.items[item_key(ad.concept, ad.language)]
        for asset_id, sha256, crop in _pictures(source, item):
            file = _media_file(source, asset_id, sha256, crop)
            files[file.object_id] = file
    return list(files.values())


def _pictures(source: Publishable, item: ItemContent) -> Iterator[tuple[UUID, str, Crop | None]]:
    for shown in item.assets:
        if shown.asset_id not in source.videos:
            yield shown.asset_id, shown.sha256, shown.crop
        elif shown.poster is not None:
            yield shown.poster.asset_id, shown.poster.sha256, None
    for card in item.cards:
        yield card.asset_id, card.sha256, None


def _media_file(source: Publishable, asset_id: UUID, sha256: str, crop: Crop | None) -> MediaFile:
    key = sha256 if crop is None else hashlib.sha256(f"{sha256}:{crop}".encode()).hexdigest()
    object_id = media_object_id(source.ad_account_id, PlatformKind.IMAGE, key)
    return MediaFile(object_id, asset_id, sha256, key, crop)


def planned_objects(source: Publishable) -> list[PlannedObject]:
    """Videos, creatives, campaigns, ad sets and ads, each after what it refers to."""
    builder = _Builder(source)
    ads = source.ads()
    ad_set_keys = {ad.ad_set for ad in ads}
    ad_sets = [ad_set for ad_set in source.plan.ad_sets if ad_set.key in ad_set_keys]
    campaign_keys = {ad_set.campaign for ad_set in ad_sets}
    builder.videos(ads)
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
        self._videos: dict[UUID, UUID] = {}

    def videos(self, ads: Sequence[PlannedAd]) -> None:
        """Each video once, however many ads show it."""
        for ad in ads:
            for shown in self._item(ad).assets:
                if shown.asset_id in self._source.videos and shown.asset_id not in self._videos:
                    self._videos[shown.asset_id] = self._video(shown)

    def _video(self, shown: ItemAsset) -> UUID:
        video = self._source.videos[shown.asset_id]

        def payload(name: str) -> JsonObject:
            there = (PlatformKind.VIDEO, shown.sha256) in self._source.existing
            if self._source.unfetchable and not there:
                refuse(self._source.unfetchable)
            return video_payload(video, name, link=f"{LINK}{shown.asset_id}")

        return self._add(PlatformKind.VIDEO, shown.sha256, video.filename, payload)

    def _item(self, ad: PlannedAd) -> ItemContent:
        return self._source.items[item_key(ad.concept, ad.language)]

    def creative(self, ad: PlannedAd) -> UUID:
        item = self._item(ad)

        def payload(name: str) -> JsonObject:
            return creative_payload(self._source.approved, ad, item, self._media(item), name)

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
        """An object that is there keeps its id."""
        existing = self._source.existing.get((kind, key))
        reusable = existing is not None and (kind not in _IMMUTABLE or existing.request_hash == digest)
        return existing.id if existing is not None and reusable else self._new_id(kind, key)

    def _new_id(self, kind: PlatformKind, key: str) -> UUID:
        return uuid5(self._source.campaign_id, f"{self._source.number}:{kind.value}:{key}")

    def _media(self, item: ItemContent) -> ItemMedia:
        return ItemMedia(
            by_ratio={shown.ratio: self._shown(shown) for shown in item.assets},
            cards=tuple(self._picture(card.asset_id, card.sha256, None) for card in item.cards),
        )

    def _shown(self, shown: ItemAsset) -> Media:
        video = self._source.videos.get(shown.asset_id)
        if video is None:
            return self._picture(shown.asset_id, shown.sha256, shown.crop)
        check_use(video, shown.ratio, shown.crop)
        poster = self._poster(video, shown.poster)
        return Media(
            video_id=reference_to(self._videos[shown.asset_id]),
            thumbnail_hash=self._picture(poster.asset_id, poster.sha256, None).image_hash,
        )

    def _poster(self, video: VideoFile, poster: AssetRef | None) -> AssetRef:
        if poster is None:
            refuse(f"{video.filename} has no poster: choose the still that is shown before it plays.")
        if poster.asset_id in self._source.videos:
            refuse(f"The poster of {video.filename} is a video: choose a picture.")
        return poster

    def _picture(self, asset_id: UUID, sha256: str, crop: Crop | None) -> Media:
        if asset_id in self._source.videos:
            refuse(f"{self._source.videos[asset_id].filename} is a video: the cards of a carousel show pictures only.")
        return Media(image_hash=reference_to(_media_file(self._source, asset_id, sha256, crop).object_id))
