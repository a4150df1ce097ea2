"""Renders and pictures in the report of a demo, held against the providers' and the platform's books."""

import hashlib
from collections import Counter
from datetime import datetime
from functools import cache
from typing import Protocol

from demo.client import Api, Json, Simulator
from imaging.cropping import cut

PURPOSES = ("render_image", "render_video")


class Told(Protocol):
    """What is needed of a story."""

    api: Api
    simulator: Simulator
    began: datetime
    paid_before: Json

    @property
    def path(self) -> str: ...


def render_job(render: Json) -> Json:
    """`seconds` from being asked for to its end; `cost` in millionths of a US dollar, over all attempts."""
    asked, ended = (datetime.fromisoformat(render[name]) for name in ("created_at", "ended_at"))
    return {
        "id": render["id"],
        "kind": render["kind"],
        "concept": render["concept"],
        "ratio": render["ratio"],
        "provider": render["model"].partition("/")[0],
        "status": render["state"],
        "attempts": render["attempt"],
        "seconds": round((ended - asked).total_seconds(), 2),
        "cost": render["cost_micro_usd"],
    }


def submits(told: Told, renders: list[Json]) -> Json:
    """What we sent, and what the providers took: each job there belongs to one attempt here."""
    ours = {attempt["provider_job_id"] for render in renders for attempt in render["attempts"]}
    prompts = {told.api.get(f"/api/v1/renders/{render['id']}")["prompt"] for render in renders}
    theirs = [
        job["id"]
        for job in told.simulator.render_jobs()
        if job["prompt"] in prompts and datetime.fromisoformat(job["created_at"]) >= told.began
    ]
    return {
        "attempts": sum(render["attempt"] for render in renders),
        "provider_jobs": len(theirs),
        "strangers": len(set(theirs) ^ ours),
    }


def costs(told: Told, renders: list[Json]) -> Json:
    """What the renders cost, and what was booked for them; in millionths of a US dollar.

    More is booked than they cost where a provider does not tell what a failed or cancelled attempt cost.
    """
    before, now = _booked(told.paid_before), _booked(told.api.get("/api/v1/workspace/ai-usage"))
    return {
        "renders": sum(render["cost_micro_usd"] for render in renders),
        "booked": now["cost_micro_usd"] - before["cost_micro_usd"],
        "bookings": now["calls"] - before["calls"],
    }


def _booked(usage: Json) -> Counter[str]:
    total: Counter[str] = Counter()
    for row in usage["purposes"]:
        if row["purpose"] in PURPOSES:
            total.update({name: int(row[name]) for name in ("calls", "cost_micro_usd")})
    return total


def pictures(told: Told, books: Json) -> list[Json]:
    """Every picture and video that was approved. `at_platform`: the platform got exactly these bytes."""
    files = [entry["file"] for kind in ("images", "videos") for entry in books[kind] if not entry["deleted"]]
    there = {hashlib.sha256(told.simulator.file(url)).hexdigest() for url in files}

    @cache
    def content(asset_id: str) -> bytes:
        return told.api.download(f"/api/v1/assets/{asset_id}/content")

    def sent(shown: Json) -> str:
        """The checksum of what goes out; only what is cut for it has to be fetched and cut here as well."""
        if not shown.get("crop"):
            return str(shown["sha256"])
        return hashlib.sha256(cut(content(shown["asset_id"]), tuple(shown["crop"]))[0]).hexdigest()

    def row(item: Json, shown: Json, use: str) -> Json:
        return {
            "item": item["key"],
            "use": use,
            "sha256": shown["sha256"],
            "drawn": bool(shown.get("recipe")),
            "at_platform": sent(shown) in there,
        }

    found = []
    for item in told.api.get(f"{told.path}/items")["items"]:
        for shown in item["content"]["assets"]:
            found.append(row(item, shown, shown["ratio"]))
            if shown["poster"]:
                found.append(row(item, shown["poster"], f"poster of {shown['ratio']}"))
        found += [row(item, card, f"card {number}") for number, card in enumerate(item["content"]["cards"], 1)]
    return found
