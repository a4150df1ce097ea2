"""Templates to answers. Values arrive as words already; templates decide only where they stand."""

import hashlib
from functools import cache
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.pages.visitor import Visitor
from settings import Settings

HERE = Path(__file__).parent
STATIC = HERE / "static"

templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@cache
def static_url(name: str) -> str:
    """With a digest, so that browsers may keep the file for ever and still see the next version at once."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


templates.globals["static_url"] = static_url


def render(
    template: str, settings: Settings, visitor: Visitor | None = None, *, status: int = 200, **values: object
) -> HTMLResponse:
    """A whole page, which no cache may keep: it shows the state of this moment to this person.

    With `edit` among the values it is a form, which the person's own browser keeps, so that going back finds the
    words that were typed and the key that makes a second sending harmless.
    """
    html = templates.get_template(template).render(
        visitor=visitor, simulated=settings.simulated_providers, **{"refresh": None, **values}
    )
    return HTMLResponse(
        html, status_code=status, headers={"Cache-Control": "private, no-cache" if "edit" in values else "no-store"}
    )


def address_of(request: Request) -> str:
    """Path and query, for coming back to it after log-in."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
