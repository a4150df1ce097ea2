"""Whatever is uploaded is either looked at or refused in words, and nothing impossible is ever taken over."""

import io
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from models.domain.ad_reports.preview import report_of
from models.domain.ad_reports.table import UnreadableReport
from tests.models.domain.ad_reports.files import ACCOUNT, PLAIN, SUMMER, TODAY

CELLS = st.one_of(
    st.sampled_from(
        ["", SUMMER, f"c:{SUMMER}", "Summer", "All", "Total", "2026-05-04", "04/05/2026", "1,234", "1.5", "-"]
    ),
    st.text(max_size=8),
)
ROWS = st.lists(st.lists(CELLS, max_size=8).map(",".join), max_size=6)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])


@given(st.binary(max_size=300))
def test_any_bytes_are_looked_at_or_refused(content: bytes) -> None:
    with suppress(UnreadableReport):
        report_of(io.BytesIO(content), None, "USD", TODAY, ACCOUNT)


@given(ROWS, ENCODINGS)
def test_any_rows_below_a_known_header_are_good_left_out_or_named(lines: list[str], encoding: str) -> None:
    content = "\n".join([PLAIN, *lines]).encode(encoding, errors="replace")
    with suppress(UnreadableReport):
        look, report = report_of(io.BytesIO(content), None, "USD", TODAY, ACCOUNT)
        if report is None:
            assert look.preview.questions
            return
        assert report.rows == len(report.good) + len(report.problems) + len(report.skipped)
        assert len({(row.known.platform_id, row.day) for row in report.good}) == len(report.good)
        assert all(row.day <= TODAY and row.counts.spend_minor >= 0 for row in report.good)
        assert all(problem.words for problem in report.problems)
