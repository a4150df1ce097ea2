"""Command line of one clone: the embedded stack, and what an operator does by hand."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

from sqlalchemy import make_url

from demo.briefs import BRIEFS
from demo.client import DemoFailed
from demo.run import run_demo
from records.bootstrap import BootstrapError, migrate, prepare_database
from settings import Settings, SettingsError, load_settings, read_settings
from stack.embedded import Installation, plan
from stack.environment import read_environment
from stack.service import StackError
from stack.supervisor import AlreadyRunning, Supervisor, stop_running


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="greenlight", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    commands.add_parser("up", help="start the embedded stack and keep it running").set_defaults(run=up)
    commands.add_parser("down", help="stop the stack that another terminal runs").set_defaults(run=down)
    commands.add_parser("migrate", help="bring an own database to the newest schema").set_defaults(run=migrate_own)
    show = commands.add_parser("demo", help="take one campaign from its brief to live ads, unattended")
    show.add_argument("--brief", choices=sorted(BRIEFS), default="shop")
    show.add_argument("--hours", type=int, default=72, help="of the market after going live, 0 to 336")
    show.set_defaults(run=demo)
    given = parser.parse_args(arguments)
    try:
        if given.run is demo:
            demo(given.brief, given.hours)
        else:
            given.run()
    except (StackError, SettingsError, BootstrapError, DemoFailed) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def up() -> None:
    configured = read_settings()
    installation = plan(configured)
    for note in installation.notes:
        say(note)
    supervisor = Supervisor(configured.data_dir, installation.steps, say)
    supervisor.run(lambda: announce(configured, installation))


def demo(brief: str, hours: int) -> None:
    """On the stack that runs, or on one that is started for it and stopped afterwards."""
    configured = read_settings()
    with running_stack(configured):
        settings, environment = load_settings(), read_environment(configured.data_dir)
        temporal_url = f"http://127.0.0.1:{configured.temporal_ui_port}"
        run_demo(settings, brief, environment["GREENLIGHT_DEMO_API_KEY"], temporal_url, hours)


@contextmanager
def running_stack(configured: Settings) -> Iterator[None]:
    supervisor = Supervisor(configured.data_dir, plan(configured).steps, say)
    ready = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        run = threads.submit(supervisor.run, ready.set)
        run.add_done_callback(lambda _: ready.set())
        ready.wait()
        try:
            if run.done() and not isinstance(run.exception(), AlreadyRunning):
                run.result()
            yield
        finally:
            supervisor.stop()


def down() -> None:
    say("Stopped." if stop_running(read_settings().data_dir) else "Nothing was running.")


def migrate_own() -> None:
    """With DATABASE_ADMIN_URL, also makes the roles and the database that the two other addresses name."""
    settings = read_settings()
    if not (settings.database_url and settings.database_owner_url):
        raise SettingsError("Set DATABASE_URL and DATABASE_OWNER_URL. The embedded database is migrated by `make up`.")
    owner, app = make_url(settings.database_owner_url), make_url(settings.database_url)
    if not settings.database_admin_url:
        migrate(settings.database_owner_url)
        return
    prepare_database(
        settings.database_admin_url.get_secret_value(),
        database=owner.database or "greenlight",
        owner_password=owner.password,
        app_password=app.password,
    )


def announce(configured: Settings, installation: Installation) -> None:
    settings, demo = load_settings(), installation.environment
    lines = [
        f"Greenlight runs:  {settings.public_url}",
        f"API documents:    {settings.public_url}/docs",
    ]
    if not configured.temporal_address:
        lines.append(f"Temporal:         http://127.0.0.1:{configured.temporal_ui_port}")
    if not configured.database_url:
        lines.append(f"Log in as:        {demo['GREENLIGHT_DEMO_EMAIL']} / {demo['GREENLIGHT_DEMO_PASSWORD']}")
        lines.append("                  an approver and a client: approver@ and client@ there, with the same password")
        lines.append(f"API key:          {demo['GREENLIGHT_DEMO_API_KEY']}")
    simulated = settings.simulated_providers
    lines.append(f"Simulated:        {', '.join(simulated) if simulated else 'nothing: all providers are real'}")
    lines.append(f"Logs:             {configured.data_dir / 'logs'}     stop with Ctrl-C")
    say("\n" + "\n".join(lines))


def say(line: str) -> None:
    """Flushed, because the output may be a pipe that somebody watches; when nobody does any more, the work goes on."""
    with suppress(OSError):
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
