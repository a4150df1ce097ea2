"""Whatever JSON takes the place of whatever parameter: an answer in Meta's words, and a rehearsal writes nothing."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.faults import Faults
from simulator.meta import accounts, graph
from simulator.meta.world import Request, World
from simulator.store import Store
from tests.simulator.meta.advertiser import TARGETING

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=5), parts, max_size=3),
    max_leaves=5,
)


class Rehearsal:
    """One advertiser whose requests go straight to the graph, without HTTP."""

    def __init__(self, state_dir: Path) -> None:
        self.store = Store(state_dir)
        self.world = World(self.store, Faults(self.store))
        spec = accounts.AccountSpec()
        self.info = accounts.create(self.world, spec, accounts.new_user(self.world, spec.name))
        self.campaign = self.send("campaigns", self.sound()["campaigns"]).body["id"]

    def sound(self) -> dict[str, dict[str, Any]]:
        link = {"link": "https://example.com", "message": "Hi", "call_to_action": {"type": "SHOP_NOW", "value": {}}}
        image = {"hash": "0" * 32, "adlabels": [{"name": "a"}]}
        rule = {"image_label": {"name": "a"}, "customization_spec": {"publisher_platforms": ["facebook"]}}
        return {
            "campaigns": {
                "name": "C",
                "objective": "OUTCOME_TRAFFIC",
                "special_ad_categories": [],
                "is_adset_budget_sharing_enabled": False,
                "spend_cap": 20_000,
            },
            "adsets": {
                "name": "S",
                "campaign_id": getattr(self, "campaign", ""),
                "billing_event": "IMPRESSIONS",
                "optimization_goal": "LINK_CLICKS",
                "bid_strategy": "LOWEST_COST_WITHOUT_CAP",
                "lifetime_budget": 90_000_000,
                "end_time": "2100-01-01T00:00:00+0000",
                "targeting": TARGETING | {"publisher_platforms": ["facebook"], "facebook_positions": ["feed"]},
                "attribution_spec": [{"event_type": "CLICK_THROUGH", "window_days": 1}],
                "adset_schedule": [{"start_minute": 0, "end_minute": 60, "days": [1]}],
                "promoted_object": {"page_id": self.info["page_id"]},
            },
            "adcreatives": {
                "name": "R",
                "object_story_spec": {"page_id": self.info["page_id"], "link_data": link},
                "asset_feed_spec": {"images": [image], "ad_formats": ["X"], "asset_customization_rules": [rule, rule]},
                "degrees_of_freedom_spec": {"creative_features_spec": {"x": {"enroll_status": "OPT_OUT"}}},
            },
        }

    def send(self, edge: str, params: dict[str, Any], *, rehearse: bool = False) -> graph.Reply:
        form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}
        form |= {"access_token": self.info["access_token"]}
        form |= {"execution_options": '["validate_only"]'} if rehearse else {}
        path = f"{self.info['id']}/{edge}"
        return graph.handle(self.world, Request("POST", path, form, full_path=f"/v26.0/{path}"))


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    made = Rehearsal(tmp_path_factory.mktemp("any"))
    yield made
    made.store.close()


def spoil(data: st.DataObject, sound: Any) -> Any:  # noqa: ANN401 (JSON of any shape)
    """The same JSON with one part, at any depth, replaced by any other JSON."""
    if not sound or not isinstance(sound, dict | list) or data.draw(st.integers(0, 3)) == 0:
        return data.draw(ANY_JSON)
    if isinstance(sound, dict):
        name = data.draw(st.sampled_from(sorted(sound)))
        return sound | {name: spoil(data, sound[name])}
    index = data.draw(st.integers(0, len(sound) - 1))
    return [*sound[:index], spoil(data, sound[index]), *sound[index + 1 :]]


@pytest.mark.parametrize("edge", ["campaigns", "adsets", "adcreatives"])
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_input_gets_an_answer_in_metas_words(rehearsal: Rehearsal, edge: str, data: st.DataObject) -> None:
    sound = rehearsal.sound()[edge]
    name = data.draw(st.sampled_from(sorted(sound)))
    before = rehearsal.store.count("id")

    reply = rehearsal.send(edge, sound | {name: spoil(data, sound[name])}, rehearse=True)

    assert reply.body == {"success": True} or reply.body["error"]["error_user_msg"]
    assert rehearsal.store.count("id") == before + 1
