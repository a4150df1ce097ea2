"""Whatever is asked of insights: rows, or a refusal in Meta's words."""

import json
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.meta import graph
from simulator.meta.world import Request
from simulator.store import Store
from tests.simulator.meta.market.crowd import advance, crowd

Ask = Callable[[str, dict[str, str]], graph.Reply]
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.sampled_from(["since", "until", "x"]), parts),
    max_leaves=4,
)
NAMES = [
    "level", "fields", "date_preset", "time_range", "time_ranges", "time_increment", "breakdowns", "sort", "limit",
    "after", "action_attribution_windows", "default_summary", "use_account_attribution_setting",
]  # fmt: skip
CONDITION = st.fixed_dictionaries(
    {
        "field": st.sampled_from(["spend", "adset.id", "ad.effective_status", "campaign.objective", "adset.targeting"]),
        "operator": st.sampled_from(["EQUAL", "IN", "GREATER_THAN", "CONTAIN", "NOT_IN"]),
        "value": ANY,
    }
)


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """A day of three ad sets, asked without HTTP."""
    store = Store(tmp_path_factory.mktemp("any"))
    world, account = crowd(store, 3)
    advance(world, account, 24)
    token = next(row["token"] for row in store.all("token") if row["type"] == "SYSTEM_USER")

    def send(method: str, params: dict[str, str]) -> graph.Reply:
        path = f"{account['id']}/insights"
        form = {"date_preset": "maximum", **params, "access_token": token}
        return graph.handle(world, Request(method, path, form, full_path=f"/v26.0/{path}"))

    yield send
    store.close()


@settings(max_examples=150, deadline=None)
@given(
    asked=st.dictionaries(st.sampled_from(NAMES), ANY, max_size=2),
    level=st.sampled_from(["account", "campaign", "adset", "ad"]),
    filtering=st.lists(CONDITION, max_size=2),
    method=st.sampled_from(["GET", "POST"]),
)
def test_any_question_gets_an_answer_in_metas_words(
    ask: Ask, asked: dict[str, object], level: str, filtering: list[dict[str, object]], method: str
) -> None:
    params = {"level": level, "filtering": filtering, **asked}
    written = {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}

    body = ask(method, written).body

    assert "data" in body or "report_run_id" in body or body["error"]["error_user_msg"]
