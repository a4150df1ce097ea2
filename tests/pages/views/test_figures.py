"""What charts and sentences make of figures."""

import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta

from api.figure_words import comparison_words, pacing_words
from api.pages.charts import Curve, columns, compact, curves
from api.pages.views.figures import daily_charts, words_of
from models.domain.metrics import Counts
from models.domain.pacing import Pace, Pacing
from models.domain.performance import DayFigures
from optimizer.comparison import Comparison, Enough, OwnerHistory, compare

DAYS = [date(2026, 11, 1) + timedelta(days=place) for place in range(20)]


def pacing(pace: Pace, **more: object) -> Pacing:
    values: dict[str, object] = {
        "pace": pace,
        "spent_minor": 64_000,
        "planned_minor": 100_000,
        "total_minor": 300_000,
        "remaining_minor": 236_000,
        "worst_day_minor": 17_500,
        "off_plan_bp": -3_600,
    }
    return Pacing(**{**values, **more})  # type: ignore[arg-type]


class TestCharts:
    def test_they_hold_no_script_and_no_style_which_the_pages_forbid(self) -> None:
        drawn = columns(DAYS, [float(place) for place in range(20)], 'Up to "19" & <more>')

        root = ET.fromstring(drawn)  # noqa: S314 - our own
        assert root.get("aria-label") == 'Up to "19" & <more>'
        assert root.get("role") == "img"
        names = {part.tag.rpartition("}")[2] for part in root.iter()}
        assert names <= {"svg", "g", "rect", "line", "path", "text"}
        assert not any(
            "style" in part.attrib or any(name.startswith("on") for name in part.attrib) for part in root.iter()
        )

    def test_a_day_without_a_value_stays_empty_and_zero_is_a_value(self) -> None:
        root = ET.fromstring(columns(DAYS[:3], [5.0, None, 0.0], "words"))  # noqa: S314

        assert len(root.findall(".//{*}g[@class='columns']/{*}rect")) == 2

    def test_lines_of_the_same_days_have_their_own_kinds_and_may_end_early(self) -> None:
        planned, spent = Curve("planned", [1.0, 2.0, 3.0]), Curve("spent", [1.0, None, None])

        root = ET.fromstring(curves(DAYS[:3], [planned, spent], "words"))  # noqa: S314

        kinds = [part.get("class") for part in root.iter() if part.get("class") in ("planned", "spent")]
        assert kinds == ["planned", "spent"]

    def test_nothing_is_drawn_of_nothing(self) -> None:
        assert columns(DAYS, [None] * 20, "words") == ""
        assert curves(DAYS[:1], [Curve("spent", [1.0])], "words") == ""

    def test_axes_are_short(self) -> None:
        assert [compact(value) for value in (0, 12, 1_250, 3_400_000)] == ["0", "12", "1.2K", "3.4M"]

    def test_their_words_tell_what_a_glance_would(self) -> None:
        figures = [
            DayFigures(day, Counts(spend_minor=100 * (place + 1), conversions=place)) for place, day in enumerate(DAYS)
        ]

        spend, conversions = daily_charts(figures, "JPY", DAYS[0], DAYS[-1])

        assert spend.title == "Spend per day, JPY"
        assert "most JPY 2,000 on 20 Nov, least JPY 100 on 1 Nov" in spend.svg
        assert "Conversions per day from 1 Nov to 20 Nov" in conversions.svg

    def test_what_nobody_counted_gets_no_chart(self) -> None:
        charts = daily_charts([DayFigures(DAYS[0], Counts(spend_minor=1))], "SAR", DAYS[0], DAYS[0])

        assert [chart.title for chart in charts] == ["Spend per day, SAR"]


class TestWords:
    def test_what_is_unknown_is_a_dash_and_never_a_zero(self) -> None:
        words = words_of(Counts(spend_minor=1_234, impressions=10_000, clicks=0), "SAR")

        assert (words.spend, words.impressions, words.ctr) == ("SAR 12.34", "10,000", "0.00 %")
        assert {words.cpc, words.cpa, words.conversions, words.roas, words.reach} == {"–"}  # noqa: RUF001

    def test_yen_have_no_decimals(self) -> None:
        assert words_of(Counts(spend_minor=1_234, impressions=1, clicks=100), "JPY").cpc == "JPY 12"

    def test_pacing_says_how_far_from_the_plan_and_where_it_leads(self) -> None:
        found = pacing(Pace.BEHIND, projected_minor=190_000, projected_low_minor=150_000, projected_high_minor=210_000)

        assert pacing_words(found, "SAR", "Asia/Riyadh") == (
            "36 % less than planned was spent to date. At the present pace SAR 1,900.00 are spent at the end "
            "(SAR 1,500.00 to SAR 2,100.00 by the slowest and the fastest of the last days)."
        )

    def test_money_that_ends_early_is_said_on_the_accounts_clock(self) -> None:
        at = datetime(2026, 11, 24, 2, tzinfo=UTC)

        words = pacing_words(pacing(Pace.ON_PLAN, projected_minor=300_000, total_reached_at=at), "SAR", "Asia/Riyadh")

        assert "the total is used up around 24 Nov, 05:00, before the end" in words

    def test_a_paused_campaign_and_its_first_day_promise_nothing(self) -> None:
        assert pacing_words(pacing(Pace.TOO_EARLY), "SAR", "UTC").startswith("Too early to say")
        assert "until somebody resumes" in pacing_words(pacing(Pace.STOPPED, projected_minor=64_000), "SAR", "UTC")

    def test_a_comparison_states_its_range_and_what_it_assumes(self) -> None:
        better = compare([OwnerHistory("a", [5_000] * 10, [20] * 10), OwnerHistory("b", [1_000] * 10, [2] * 10)])
        open_one = compare([OwnerHistory("a", [3_000] * 10, [2] * 10), OwnerHistory("b", [1_500] * 10, [1] * 10)])

        assert "more than an equal split: 220 conversions in 10 days" in comparison_words(better)
        assert "(171 to 197)" in comparison_words(better)
        assert "it assumes that twice the money brings between 1.4 and 2 times" in comparison_words(better)
        assert comparison_words(open_one).startswith("No clear difference to an equal split")

    def test_each_reason_for_silence_has_its_words(self) -> None:
        for enough in set(Enough) - {Enough.YES}:
            assert comparison_words(Comparison(enough, 0, 0, 0, 0)).endswith(".")
