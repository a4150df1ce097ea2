"""The one Range form that browsers use for media (RFC 9110, section 14): a single range of bytes."""

import re

from api.problems import ApiError, ProblemType

SINGLE = re.compile(r"^bytes=(\d{0,18})-(\d{0,18})$")


def wanted_range(header: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte, inclusive; None for the whole: no header, or a form that may be ignored.

    Raises:
        ApiError: range_not_satisfiable where it lies outside the object.
    """
    found = SINGLE.match(header.strip()) if header else None
    if found is None or found.group(0) == "bytes=-":
        return None
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        start, end = size - length, size - 1
    else:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
    if start > end or start >= size:
        if first and last and int(first) > int(last):
            return None
        raise ApiError(
            ProblemType.RANGE_NOT_SATISFIABLE,
            f"The file has {size} bytes. Ask for a range inside it.",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return start, end
