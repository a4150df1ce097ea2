"""Links: the page an ad leads to, the tracking tags beside it, and the two merged into the final URL."""

from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

TAG_PREFIX = "utm_"
# The platform's macros such as {{ad.id}} must arrive unescaped, or it does not replace them.
_MACRO_SAFE = "{}.:/,@"


def destination(link: str) -> str:
    """The link without its utm tags: what readers see. Everything else in the query belongs to the page."""
    parts = urlsplit(link)
    kept = [piece for piece in parts.query.split("&") if piece and not piece.lower().startswith(TAG_PREFIX)]
    return urlunsplit(parts._replace(query="&".join(kept)))


def link_tags(link: str) -> str:
    """The utm tags that somebody wrote into the link itself, as a query string."""
    pieces = urlsplit(link).query.split("&")
    return "&".join(piece for piece in pieces if piece.lower().startswith(TAG_PREFIX))


def merge_tags(*tags: str) -> str:
    """Query strings merged into one; a parameter of a later string replaces that of an earlier one."""
    merged: dict[str, str] = {}
    for text in tags:
        merged.update(parse_qsl(text.lstrip("?"), keep_blank_values=True))
    return "&".join(f"{quote(key, safe='')}={quote(value, safe=_MACRO_SAFE)}" for key, value in merged.items())


def final_url(link: str, url_tags: str) -> str:
    """Where a click arrives. The plan's tags replace parameters of the same name in the link."""
    parts = urlsplit(destination(link))
    tags = merge_tags(url_tags)
    replaced = {piece.split("=", 1)[0] for piece in tags.split("&")}
    kept = [piece for piece in parts.query.split("&") if piece and piece.split("=", 1)[0] not in replaced]
    return urlunsplit(parts._replace(query="&".join([*kept, *([tags] if tags else [])])))


def host(link: str) -> str:
    """The bare host of a link, without `www.`."""
    return (urlsplit(link).hostname or "").removeprefix("www.")
