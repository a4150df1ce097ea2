from __future__ import annotations

import pytest

from models.domain.states import RenderKind
from providers.errors import ReconnectNeeded
from providers.media.protocol import CallsBack, FindsJobs, MediaProvider
from providers.media.registry import ADAPTERS, MediaProviders
from providers.media.transport import Access


@pytest.mark.parametrize(
    ("model", "setting"),
    [
        ("replicate/flux-2-pro", "REPLICATE_API_TOKEN"),
        ("runway/gen4_turbo", "RUNWAYML_API_SECRET"),
        ("fal/pika-text", "FAL_KEY"),
        ("replicate/of-yesterday", "GREENLIGHT_RENDER_IMAGE_MODEL"),
    ],
)
def test_what_is_not_set_up_is_answered_with_the_setting(model: str, setting: str) -> None:
    providers = MediaProviders({name: Access("http://127.0.0.1:1", "") for name in ADAPTERS})

    assert providers.configured == ()
    with pytest.raises(ReconnectNeeded, match=setting):
        providers.for_model(model)


def test_each_provider_says_what_it_can(providers: MediaProviders) -> None:
    def able(name: str) -> tuple[bool, ...]:
        provider: MediaProvider = providers.provider(name)
        kinds = [provider.can_render(kind) for kind in (RenderKind.IMAGE, RenderKind.VIDEO)]
        return (*kinds, isinstance(provider, FindsJobs), isinstance(provider, CallsBack))

    assert {name: able(name) for name in providers.configured} == {
        "replicate": (True, False, True, True),
        "runway": (False, True, False, False),
        "fal": (False, True, False, True),
    }


def test_no_key_is_ever_printed() -> None:
    assert "secret" not in repr(Access("https://api.example", "secret"))
