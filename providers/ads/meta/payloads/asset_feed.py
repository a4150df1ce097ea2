"""`asset_feed_spec`: several pictures or texts in one creative.

Placement customization gives each group of placements its own picture and text by labels and rules; text options let
Meta choose among texts. The two cannot be mixed, and neither uses `is_dynamic_creative`.
Source: placement asset customization and asset customization rules guides, v26.0, read September 2026.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pydantic import JsonValue

from models.domain.content import ItemContent
from models.domain.states import Placement, Ratio
from providers.ads.meta.facts import FACTS
from providers.ads.meta.payloads.approved import Payload, refuse

_LIMITS = FACTS.asset_feed
_T = TypeVar("_T")


class UploadedMedia(Protocol):
    @property
    def image_hash(self) -> str | None: ...
    @property
    def video_id(self) -> str | None: ...
    @property
    def thumbnail_hash(self) -> str | None: ...
    @property
    def is_video(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Group:
    """Placements that share picture and text; `ratios` from best to worst fit. No positions: the default rule.

    `plays` says whether videos are shown there; where they are not, the default rule covers the place.
    """

    label: str
    placement: Placement
    ratios: tuple[Ratio, ...]
    facebook: tuple[str, ...] = ()
    instagram: tuple[str, ...] = ()
    plays: bool = True

    def spec(self, platforms: Sequence[str]) -> Payload:
        """The rule's condition for the platforms the ad set uses; empty for the default rule."""
        positions = {"facebook": self.facebook, "instagram": self.instagram}
        used = [platform for platform in positions if platform in platforms and positions[platform]]
        spec: Payload = {"publisher_platforms": [*used]} if used else {}
        return spec | {f"{platform}_positions": [*positions[platform]] for platform in used}


_TALL = (Ratio.VERTICAL, Ratio.PORTRAIT, Ratio.SQUARE, Ratio.LANDSCAPE)
_UPRIGHT = (Ratio.PORTRAIT, Ratio.SQUARE, Ratio.LANDSCAPE, Ratio.VERTICAL)
_WIDE = (Ratio.LANDSCAPE, Ratio.SQUARE, Ratio.PORTRAIT, Ratio.VERTICAL)
_EVEN = (Ratio.SQUARE, Ratio.PORTRAIT, Ratio.LANDSCAPE, Ratio.VERTICAL)
_GROUPS = (
    _Group("story", Placement.STORY, _TALL, ("story",), ("story",)),
    _Group("reel", Placement.REEL, _TALL, ("facebook_reels",), ("reels",)),
    _Group("feed", Placement.FEED, _UPRIGHT, ("feed",), ("stream",)),
    _Group("right_column", Placement.RIGHT_COLUMN, _WIDE, ("right_hand_column",), plays=False),
)
_DEFAULT = _Group("default", Placement.FEED, _EVEN)


def placement_feed(item: ItemContent, by_ratio: Mapping[Ratio, UploadedMedia], platforms: Sequence[str]) -> Payload:
    """Labelled pictures and texts with one rule per group of placements and a default for all others."""
    kinds = {media.is_video for media in by_ratio.values()}
    if len(kinds) > 1:
        refuse(f"The item {item.concept!r} mixes pictures and videos: use one kind for all its ratios.")
    is_video = kinds.pop()
    named = (group for group in _GROUPS if group.spec(platforms) and (group.plays or not is_video))
    groups = [*named, _DEFAULT]
    chosen = {group.label: next(by_ratio[ratio] for ratio in group.ratios if ratio in by_ratio) for group in groups}
    bodies = {group.label: item.text_for(group.placement).primary_text for group in groups}
    titles = {group.label: _headline(item, group.placement) for group in groups}
    feed: Payload = {
        "videos" if is_video else "images": [
            {**_media(media), "adlabels": _labels("media", labels)} for media, labels in _shared(chosen)
        ],
        "bodies": _texts("body", bodies),
        "ad_formats": ["SINGLE_VIDEO" if is_video else "SINGLE_IMAGE"],
        "optimization_type": "PLACEMENT",
        "asset_customization_rules": [
            _rule(group, platforms, priority, is_video=is_video, titled=bool(titles[group.label]))
            for priority, group in enumerate(groups, start=1)
        ],
    }
    if any(titles.values()):
        feed["titles"] = _texts("title", {label: title for label, title in titles.items() if title})
    if description := item.text_for(Placement.FEED).description:
        feed["descriptions"] = [{"text": description}]  # Meta takes only one when placements are customized
    return feed


def text_options_feed(item: ItemContent, media: UploadedMedia) -> Payload:
    """One picture or video with all distinct texts of the item, for Meta to choose from."""
    feed: Payload = {
        "videos" if media.is_video else "images": [_media(media)],
        "ad_formats": ["SINGLE_VIDEO" if media.is_video else "SINGLE_IMAGE"],
        "optimization_type": "DEGREES_OF_FREEDOM",
    }
    for name, texts in (
        ("bodies", [text.primary_text for text in item.texts]),
        ("titles", [text.headline for text in item.texts]),
        ("descriptions", [text.description for text in item.texts]),
    ):
        if distinct := [text for text in dict.fromkeys(texts) if text]:
            feed[name] = [{"text": text} for text in distinct]
    return feed


def feed_limits(feed: Payload) -> Payload:
    """The same feed, if it keeps Meta's limits.

    Raises:
        Refused: too many assets, or a text too long for a feed.
    """
    counts = {name: len(listed) for name in _LIMITS.most if isinstance(listed := feed.get(name), list)}
    for name, count in counts.items():
        if count > _LIMITS.most[name]:
            refuse(f"One ad takes at most {_LIMITS.most[name]} {name}, this one has {count}: remove some.")
    if sum(counts.values()) > _LIMITS.most_together:
        refuse(f"One ad takes at most {_LIMITS.most_together} pictures and texts, this one has {sum(counts.values())}.")
    for name, longest in _LIMITS.longest.items():
        for text in _written(feed.get(name)):
            if len(text) > longest:
                refuse(f"Among Meta's {name} no text may be longer than {longest} characters; {text[:40]!r}… is.")
    return feed


def _rule(group: _Group, platforms: Sequence[str], priority: int, *, is_video: bool, titled: bool) -> Payload:
    rule: Payload = {
        "customization_spec": {} if group is _DEFAULT else group.spec(platforms),
        "priority": priority,
        "video_label" if is_video else "image_label": {"name": f"media-{group.label}"},
        "body_label": {"name": f"body-{group.label}"},
    }
    if titled:
        rule["title_label"] = {"name": f"title-{group.label}"}
    return rule | {"is_default": True} if group is _DEFAULT else rule


def _headline(item: ItemContent, placement: Placement) -> str:
    return item.text_for(placement).headline or item.text_for(Placement.FEED).headline


def _media(media: UploadedMedia) -> Payload:
    if media.is_video:
        return {"video_id": media.video_id, "thumbnail_hash": media.thumbnail_hash}
    return {"hash": media.image_hash}


def _texts(prefix: str, by_label: Mapping[str, str]) -> list[JsonValue]:
    return [{"text": text, "adlabels": _labels(prefix, labels)} for text, labels in _shared(by_label)]


def _shared(by_label: Mapping[str, _T]) -> list[tuple[_T, list[str]]]:
    """Each distinct value once, with the labels of all groups that use it: Meta refuses repeated assets."""
    labels: dict[_T, list[str]] = {}
    for label, value in by_label.items():
        labels.setdefault(value, []).append(label)
    return list(labels.items())


def _labels(prefix: str, labels: Iterable[str]) -> list[JsonValue]:
    return [{"name": f"{prefix}-{label}"} for label in labels]


def _written(listed: JsonValue) -> Iterable[str]:
    rows = listed if isinstance(listed, list) else []
    return (str(row["text"]) for row in rows if isinstance(row, dict) and "text" in row)
