"""Whatever JSON takes the place of whatever field: an answer in the vendor's words, never a broken service."""

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulator.media.test_faults import CREATES, HEADERS
from tests.simulator.media.world import MediaWorld

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=5), parts, max_size=3),
    max_leaves=5,
)
FIELDS: dict[str, list[str]] = {
    "replicate": ["input", "webhook", "webhook_events_filter", "version", "stream"],
    "runway": [
        "model",
        "promptText",
        "ratio",
        "duration",
        "seed",
        "promptImage",
        "referenceImages",
        "contentModeration",
    ],
    "fal": ["prompt", "seed", "duration", "resolution", "aspect_ratio", "negative_prompt", "image_url"],
}


@pytest.mark.parametrize("service", list(CREATES))
def test_any_field_may_hold_anything(media: MediaWorld, service: str) -> None:
    path, sound = CREATES[service]
    with httpx.Client(base_url=media.url, headers=HEADERS[service]) as client:

        @settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(field=st.sampled_from(FIELDS[service]), value=ANY_JSON)
        def answers(field: str, value: Any) -> None:  # noqa: ANN401 - JSON
            reply = client.post(path, json=sound | {field: value})
            assert reply.status_code in (200, 201, 400, 422), reply.text

        answers()
        assert client.post(path, content=b"{").status_code in (400, 422)
