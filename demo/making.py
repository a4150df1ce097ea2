"""The pictures and the video of a demo: how people wait for them, and one that they ask for and cancel."""

from demo.client import Api, DemoFailed, Json, Simulator

OVER = ("succeeded", "failed", "cancelled", "unknown")
ASKED_FOR = "Warmer light, as at sunset"
AT_THE_PROVIDER = ("in_queue", "rendering")


def renders_of(api: Api, campaign: str) -> list[Json]:
    """All of the campaign's at `campaign`, oldest first."""
    found: list[Json] = []
    cursor = ""
    while True:
        page = api.get(f"{campaign}/renders?limit=100{cursor}")
        found += page["items"]
        if not page["next_cursor"]:
            return found[::-1]
        cursor = f"&cursor={page['next_cursor']}"


def check_made(renders: list[Json]) -> None:
    """Raises DemoFailed unless each has succeeded."""
    wrong = [f"{render['concept']} {render['ratio']}: {render['error']}" for render in renders if not _made(render)]
    if wrong:
        raise DemoFailed(f"Not everything was made: {'; '.join(wrong)}")


def _made(render: Json) -> bool:
    return bool(render["state"] == "succeeded" and render["outputs"])


def cancel_one(api: Api, simulator: Simulator, campaign: str) -> None:
    """A new picture, cancelled while the provider works on it."""
    pictures = [item for item in api.get(f"{campaign}/items")["items"] if item["content"]["format"] == "single_image"]
    wanted = [item["key"] for item in pictures if item["concept"] == pictures[0]["concept"]]
    simulator.fault({"service": "replicate", "name": "stuck", "times": 1})
    asked = api.post(f"{campaign}/renders", {"items": wanted, "ratios": ["1:1"], "instruction": ASKED_FOR})
    [render_id] = asked["detail"]["renders"]
    path = f"/api/v1/renders/{render_id}"
    api.wait(path, lambda seen: _has_ended(seen) or seen["stage"] in AT_THE_PROVIDER, "the provider to take the render")
    api.post(f"{path}/cancel")
    ended = api.wait(path, _has_ended, "the render to stop")
    if ended["state"] != "cancelled" or ended["outputs"]:
        raise DemoFailed(f"A cancelled render is {ended['state']} and has {len(ended['outputs'])} files.")


def _has_ended(render: Json) -> bool:
    return render["state"] in OVER


def is_written(items: Json) -> bool:
    """Whether each item has its words."""
    return bool(items["items"]) and all(item["content"] for item in items["items"])
