"""If-Match: an edit names the version that it was made on, so that nobody overwrites what they have not seen."""

import re
from typing import Annotated

from fastapi import Depends, Header

from api.problems import ApiError, ProblemType

ETAG = re.compile(r'^"(\d{1,9})"$')

IF_MATCH = Header(alias="If-Match", description="The campaign's ETag as you last read it", examples=['"7"'])


def stated_version(if_match: Annotated[str | None, IF_MATCH] = None) -> int | None:
    """The version a client states; None for none and for `*`. The workflow compares, not we."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = ETAG.match(if_match.strip())
    if found is None:
        raise ApiError(
            ProblemType.VERSION_MISMATCH, 'Send the ETag exactly as you received it, for example If-Match: "7".'
        )
    return int(found[1])


def required_version(if_match: Annotated[str, IF_MATCH]) -> int | None:
    """The same where stating nothing is refused; `*` says on purpose that any version will do."""
    return stated_version(if_match)


ExpectedVersion = Annotated[int | None, Depends(required_version)]
StatedVersion = Annotated[int | None, Depends(stated_version)]
