from __future__ import annotations

from dataclasses import replace

import pytest

from models.domain.states import Ratio, RenderKind
from providers.errors import ReconnectNeeded, Refused
from providers.media.catalogue import entry, models_for
from settings import Settings
from tests.providers.media.requests import asking, picture

ALL = [*models_for(RenderKind.IMAGE), *models_for(RenderKind.VIDEO)]


@pytest.mark.parametrize("key", ALL)
def test_every_model_serves_all_ratios_or_follows_its_picture(key: str) -> None:
    model = entry(key)

    assert set(model.ratios) == set(Ratio) or (not model.ratios and model.references and model.references.required)
    assert model.ceiling_micro_usd(asking(key)) > 0


def test_the_models_used_by_default_exist() -> None:
    assert Settings().render_image_model in models_for(RenderKind.IMAGE)
    assert Settings().render_video_model in models_for(RenderKind.VIDEO)


def test_an_unknown_model_is_answered_with_the_setting_and_the_known_ones() -> None:
    with pytest.raises(ReconnectNeeded, match=r"GREENLIGHT_RENDER_IMAGE_MODEL.*replicate/flux-2-pro"):
        entry("replicate/of-yesterday")


@pytest.mark.parametrize(
    ("key", "cost"),
    [("replicate/flux-schnell", 12_000), ("replicate/flux-2-pro", 75_000), ("runway/gen4_turbo", 500_000)],
)
def test_a_request_may_cost_what_its_files_seconds_and_references_cost(key: str, cost: int) -> None:
    asked = {
        "replicate/flux-schnell": asking(key, variants=4),
        "replicate/flux-2-pro": asking(key, references=(picture(), picture())),
        "runway/gen4_turbo": asking(key, duration_s=10),
    }

    assert entry(key).ceiling_micro_usd(asked[key]) == cost


@pytest.mark.parametrize(
    ("key", "changes", "words"),
    [
        ("replicate/flux-schnell", {"kind": RenderKind.VIDEO, "duration_s": 5}, "makes no video"),
        ("replicate/flux-schnell", {"variants": 5}, "makes 4 at once"),
        ("replicate/flux-schnell", {"references": (picture(),)}, "takes no reference pictures"),
        ("replicate/flux-kontext-pro", {"references": ()}, "needs a picture"),
        ("runway/gen4_turbo", {"references": ()}, "needs a picture"),
        ("runway/gen4_turbo", {"duration_s": 7}, "5, 10"),
        # Each of these signs counts twice at Runway.
        ("runway/gen4_turbo", {"prompt": "💡" * 501}, "at most 1000 characters"),
    ],
)
def test_what_a_model_cannot_do_is_refused_with_what_to_change(
    key: str, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        entry(key).check(replace(asking(key), **changes))  # type: ignore[arg-type]
