"""The marker by which an object of ours is recognised on an ad platform that has no idempotency keys.

It is the last word of the object's name from creation until its id is known, and belongs to our object, not to an
attempt: whoever looks later, after any crash, looks for the same marker.
"""

import base64
from uuid import UUID

import regex

_MARKER = regex.compile(r"gl-[a-z2-7]{26}")
_ROOM = 1 + len("gl-") + 26


def marker_for(object_id: UUID) -> str:
    """ "gl-" and the id in lower-case base32 without padding: 29 characters that survive any platform."""
    return "gl-" + base64.b32encode(object_id.bytes).decode().rstrip("=").lower()


def marker_of(name: str) -> str | None:
    """The marker that the name carries as its last word, if any."""
    last = name.rsplit(maxsplit=1)[-1:] or [""]
    return last[0] if _MARKER.fullmatch(last[0]) else None


def clean_name(name: str, limit: int = 400) -> str:
    """The name on one line, without control characters, at most `limit` code points; never cut inside a character."""
    visible = regex.sub(r"[\p{Cc}\p{Cs}\p{Cn}\u2028\u2029]+", " ", name)
    kept = ""
    for cluster in regex.findall(r"\X", " ".join(visible.split())):
        if len(kept) + len(cluster) > limit:
            break
        kept += cluster
    return kept.rstrip()


def name_with_marker(name: str, marker: str, limit: int = 400) -> str:
    """The name, shortened where needed, with the marker as its last word."""
    return f"{clean_name(name, limit - _ROOM)} {marker}".lstrip()
