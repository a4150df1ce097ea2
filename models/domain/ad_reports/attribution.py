"""Attribution settings: the pages say "7-day click or 1-day view" where the interface says 7d_click_1d_view."""

import re

UNKNOWN = "unknown"
"""For figures whose source does not say."""

_WINDOW = re.compile(r"(\d{1,2})[\s-]*d(?:ays?)?[\s_-]*(click|view|engaged|ev)")


def attribution_of(cell: str) -> str:
    windows = [f"{days}d_{'ev' if kind == 'engaged' else kind}" for days, kind in _WINDOW.findall(cell.casefold())]
    return "_".join(dict.fromkeys(windows)) or UNKNOWN
