"""The report of a demo: what was done, how long it took, and our ledger against the simulator's books."""

from collections import Counter

from demo.client import Json
from demo.making import renders_of
from demo.moved import figures
from demo.rendered import costs, pictures, render_job, submits
from demo.story import Story

# Our kinds, and what the simulator's books call them.
# Pictures are addressed by their content on both sides, so they need no ledger.
KINDS = {"campaign": "campaigns", "ad_set": "adsets", "ad": "ads", "creative": "creatives", "video": "videos"}


def report(story: Story, urls: Json) -> Json:
    campaign = story.api.get(story.path)
    approvals = story.api.get(f"{story.path}/approvals")
    ledger = story.api.get(f"{story.path}/publish")
    books = story.simulator.books(str(story.account["external_id"]))
    ours = Counter(entry["kind"] for entry in ledger["objects"])
    renders = renders_of(story.api, story.path)
    return {
        "campaign_id": story.campaign_id,
        "status": campaign["status"],
        "delivery": campaign["delivery"],
        "stages": story.stages,
        "seconds": round(sum(stage["seconds"] for stage in story.stages), 2),
        "sent_back": story.sent_back,
        "approvals": [
            {"scope": view["scope"], "state": view["state"], "ballots": len(view["ballots"])}
            for view in approvals["scopes"]
        ],
        "platform_objects": [
            {"kind": kind, "ledger": ours[kind], "simulator": _kept(books, plural)} for kind, plural in KINDS.items()
        ],
        "render_jobs": [render_job(render) for render in renders],
        "render_submits": submits(story, renders),
        "render_costs": costs(story, renders),
        "pictures": pictures(story, books),
        **figures(story.market),
        "duplicates": books["duplicates"],
        "unconfirmed": sum(1 for intent in ledger["writes"] if intent["state"] in ("unknown", "unconfirmed")),
        "urls": urls,
    }


def _kept(books: Json, plural: str) -> int:
    return sum(1 for entry in books[plural] if not entry["deleted"])


def urls_of(public_url: str, temporal_url: str, campaign_id: str) -> Json:
    return {
        "page": f"{public_url}/campaigns/{campaign_id}",
        "api": f"{public_url}/api/v1/campaigns/{campaign_id}",
        "temporal": f"{temporal_url}/namespaces/default/workflows/campaign-{campaign_id}",
    }
