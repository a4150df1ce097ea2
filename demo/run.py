"""Runs the demo against a Greenlight that is up: tells the story, checks the books, writes the report."""

import json
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table

from demo.briefs import BRIEFS
from demo.client import Api, DemoFailed, Json, Simulator
from demo.moved import wrong_of_hours
from demo.report import report, urls_of
from demo.story import Progress, Story
from settings import Settings


class LiveTable:
    """On a terminal: the stages so far with their seconds, and the present one with a spinner."""

    def __init__(self, console: Console) -> None:
        self._done: list[tuple[str, float]] = []
        self._present: str | None = None
        self._live = Live(self, console=console, refresh_per_second=8)

    def __enter__(self) -> Progress:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def begin(self, stage: str) -> None:
        self._present = stage

    def end(self, stage: str, seconds: float) -> None:
        self._done.append((stage, seconds))
        self._present = None

    def __rich__(self) -> Table:
        table = Table.grid(padding=(0, 2))
        for stage, seconds in self._done:
            table.add_row("[green]done[/]", stage, f"{seconds:.1f} s")
        if self._present:
            table.add_row(Spinner("dots"), self._present, "")
        return table


class Lines:
    """Anywhere else: a line as each stage ends."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def begin(self, stage: str) -> None:
        """Nothing: a line tells what is done."""

    def end(self, stage: str, seconds: float) -> None:
        self._console.print(f"done {seconds:5.1f} s  {stage}", soft_wrap=True)


def run_demo(settings: Settings, brief: str, api_key: str, temporal_url: str, hours: int) -> Json:
    """Raises DemoFailed where anything is not as it should be; what is known by then is reported all the same."""
    console = Console()
    console.print(f"Demo: {BRIEFS[brief].client}")
    with LiveTable(console) if console.is_terminal else Lines(console) as shown:
        api, simulator = Api(settings.public_url, api_key), Simulator(settings.simulator_url)
        story = Story(BRIEFS[brief], api, simulator, shown, hours)
        story.tell()
    found = report(story, urls_of(settings.public_url, temporal_url, story.campaign_id))
    path = _write(settings.data_dir, found)
    _check(found)
    console.print(f"{found['status']} after {found['seconds']} s, duplicates {found['duplicates']}", soft_wrap=True)
    console.print(f"{path}\n{found['urls']['page']}", soft_wrap=True)
    return found


def _write(data_dir: Path, found: Json) -> Path:
    path = data_dir / "demo" / "report.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    return path


def _check(found: Json) -> None:
    wrong = []
    if found["status"] not in ("live", "scheduled"):
        wrong.append(f"the campaign is {found['status']}")
    if found["duplicates"] or found["unconfirmed"]:
        wrong.append(f"{found['duplicates']} duplicates, {found['unconfirmed']} unconfirmed")
    wrong += [
        f"{row['ledger']} {row['kind']} in our ledger, {row['simulator']} on the platform"
        for row in found["platform_objects"]
        if row["ledger"] != row["simulator"]
    ]
    wrong += _wrong_of_renders(found)
    wrong += wrong_of_hours(found["optimizer"], found)
    if wrong:
        raise DemoFailed("; ".join(wrong))


def _wrong_of_renders(found: Json) -> list[str]:
    """Each submit was taken once and paid once, and the platform has what people approved."""
    sent, paid = found["render_submits"], found["render_costs"]
    wrong = [
        f"{row['item']} {row['use']} is not what the platform has"
        for row in found["pictures"]
        if not row["at_platform"]
    ]
    if sent["strangers"] or sent["attempts"] != sent["provider_jobs"]:
        wrong.append(f"{sent['attempts']} renders submitted, {sent['provider_jobs']} at the providers")
    if paid["bookings"] != sent["attempts"] or paid["booked"] < paid["renders"]:
        wrong.append(f"{sent['attempts']} renders submitted, {paid['bookings']} booked: {paid}")
    return wrong
