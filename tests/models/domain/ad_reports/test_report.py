"""From an exported file to figures: what is guessed, what is asked, which rows are refused and why."""

import io
from datetime import date, timedelta

import pytest

from models.domain.ad_reports import mapping as mappings
from models.domain.ad_reports.days import DayOrder
from models.domain.ad_reports.fields import ReportField as F
from models.domain.ad_reports.mapping import OBJECT, ReportMapping
from models.domain.ad_reports.numbers import DecimalMark
from models.domain.ad_reports.table import UnreadableReport, layout_of, rows
from models.domain.metrics import Counts
from tests.models.domain.ad_reports.files import OURS, RETARGET, SUMMER, TWIN_B, csv, mapped, read

HEADERS = {
    "English": "Campaign name;Ad set name;Day;Amount spent (EUR);Impressions;Clicks (all);Link clicks;Reach;Results",
    "German": "Kampagnenname;Anzeigengruppenname;Tag;Ausgegebener Betrag (EUR);Impressionen;Klicks (alle);Link-Klicks;"
    "Reichweite;Ergebnisse",
    "French": "Nom de la campagne;Nom de l\N{RIGHT SINGLE QUOTATION MARK}ensemble de publicités;Jour;"
    "Montant dépensé (EUR);Impressions;Clics (tous);Clics sur un lien;Couverture;Résultats",
    "Spanish": "Nombre de la campaña;Nombre del conjunto de anuncios;Día;Importe gastado (EUR);Impresiones;"
    "Clics (todos);Clics en el enlace;Alcance;Resultados",
}


@pytest.mark.parametrize("language", HEADERS)
def test_the_titles_of_the_platforms_own_exports_are_known(language: str) -> None:
    file = csv("Tea;Summer;2026-05-04;1.234,50;10.000;321;300;9.000;12", header=HEADERS[language])

    report = read(file, "EUR")

    (row,) = report.good
    assert (row.known.platform_id, row.day) == (SUMMER, date(2026, 5, 4))
    assert row.counts == Counts(
        spend_minor=123_450, impressions=10_000, clicks=321, link_clicks=300, reach=9_000, conversions=12
    )


def test_figures_that_the_file_does_not_have_stay_unknown_and_empty_cells_are_zero_only_where_one_is_needed() -> None:
    header = "Ad set ID,Day,Amount spent (USD),Impressions,Clicks (all),Purchases,Attribution setting"
    file = csv(f"{SUMMER},2026-05-04,,120,,-,7-day click or 1-day view", header=header)

    (row,) = read(file).good

    assert row.counts == Counts(spend_minor=0, impressions=120, clicks=0)
    assert row.attribution == "7d_click_1d_view"


def test_a_file_of_many_rows_is_read_to_its_end() -> None:
    days = [date(2025, 1, 1) + timedelta(days=number) for number in range(400)]
    file = csv(*[f"{SUMMER},Summer,{day},1.50,100,5" for day in days])

    report = read(file)

    assert (report.rows, report.problems, [row.day for row in report.good]) == (400, [], days)
    assert not file.closed


def test_yen_have_no_decimals() -> None:
    header = "Ad set ID,Day,Amount spent (JPY),Impressions,Clicks (all)"

    (row,) = read(csv(f'{SUMMER},2026-05-04,"1,234",120,3', header=header), "JPY", said(header, mark=".")).good

    assert row.counts.spend_minor == 1_234


def said(header: str, *, mark: str | None = None, order: str | None = None) -> ReportMapping:
    guess = ReportMapping.guessed(layout_of(io.BytesIO(header.encode())))
    return guess.model_copy(
        update={"decimal_mark": DecimalMark(mark) if mark else None, "day_order": DayOrder(order) if order else None}
    )


def test_each_bad_row_is_named_with_its_field_and_the_good_ones_remain() -> None:
    file = csv(
        f"{SUMMER},Summer,2026-05-04,12.50,100,5",
        "120219999999999999,Gone,2026-05-04,1,1,1",
        f"{SUMMER},Summer,2026-05-34,1,1,1",
        f"{SUMMER},Summer,2026-05-05,twelve,1,1",
        f"{SUMMER},Summer,2026-05-06,1,1.5,1",
        f"{SUMMER},Summer,2026-09-21,1,1,1",
        f"{SUMMER},Summer,2020-01-01,1,1,1",
        "1.2021E+17,Summer,2026-05-07,1,1,1",
        f"{SUMMER},Summer,2026-05-08",
        ",,2026-05-08,1,1,1",
        f"{RETARGET},Retarget,2026-05-04,7.00,50,2",
    )

    report = read(file)

    assert [(row.number, row.known.campaign_id) for row in report.good] == [(2, None), (12, OURS)]
    assert [(problem.row, problem.field) for problem in report.problems] == [
        (3, F.AD_SET_ID),
        (4, F.DAY),
        (5, F.SPEND),
        (6, F.IMPRESSIONS),
        (7, F.DAY),
        (8, F.DAY),
        (9, F.AD_SET_ID),
        (10, None),
        (11, F.AD_SET_NAME),
    ]
    words = " ".join(problem.words for problem in report.problems)
    for part in ("Import the account first", "is no day", "'twelve' is no number", "whole", "not come yet", "37 months",
                 "shortened", "3 cells", "names no ad set"):  # fmt: skip
        assert part in words
    assert report.rows == 11


def test_sums_over_other_rows_are_left_out_with_a_word() -> None:
    file = csv(
        f"{SUMMER},Summer,All,30.00,300,12",
        f"{SUMMER},Summer,2026-05-04,12.50,100,5",
        f"{SUMMER},Summer,2026-05-05,17.50,200,7",
        ",,,30.00,300,12",
        ",Total,,30.00,300,12",
    )

    report = read(file)

    assert [row.number for row in report.good] == [3, 4]
    assert [remark.row for remark in report.skipped] == [2, 5, 6]
    assert report.problems == []


def test_a_breakdown_by_age_is_refused_as_a_whole() -> None:
    file = csv(
        f"{SUMMER},Summer,2026-05-04,5.00,40,2",
        f"{SUMMER},Summer,2026-05-04,7.50,60,3",
        f"{RETARGET},,2026-05-04,1,1,1",
    )

    report = read(file)

    assert [row.number for row in report.good] == [4]
    assert [(problem.row, problem.words[:5]) for problem in report.problems] == [(2, "Row 3"), (3, "Row 2")]


def test_a_name_that_two_share_is_told_apart_by_what_is_above_it_or_refused() -> None:
    header = "Campaign name,Ad set name,Day,Amount spent (USD),Impressions,Clicks (all)"
    file = csv("Coffee,Broad,2026-05-04,1,1,1", ",Broad,2026-05-04,1,1,1", "Milk,Broad,2026-05-04,1,1,1", header=header)

    report = read(file)

    assert [row.known.platform_id for row in report.good] == [TWIN_B]
    assert [problem.row for problem in report.problems] == [3, 4]
    assert "Ad set ID" in report.problems[0].words


@pytest.mark.parametrize("dressed", [f"c:{SUMMER}", f'="{SUMMER}"', f"'{SUMMER}", f" {SUMMER} "])
def test_numbers_dressed_for_spreadsheets_are_known(dressed: str) -> None:
    quoted = '"' + dressed.replace('"', '""') + '"'

    assert read(csv(f"{quoted},,2026-05-04,1,1,1")).good[0].known.platform_id == SUMMER


def test_a_report_of_one_day_needs_no_column_for_it_and_one_of_a_month_is_refused() -> None:
    header = "Ad set name,Reporting starts,Reporting ends,Amount spent (USD),Impressions,Clicks (all)"
    file = csv("Summer,2026-05-04,2026-05-04,1,1,1", "Retarget,2026-05-01,2026-05-31,1,1,1", header=header)

    report = read(file)

    assert [row.day for row in report.good] == [date(2026, 5, 4)]
    assert "by day" in report.problems[0].words


def test_days_that_could_be_either_are_asked_for() -> None:
    unclear = csv(f"{SUMMER},,04/05/2026,1,1,1", f"{SUMMER},,06/05/2026,1,1,1")
    clear = csv(f"{SUMMER},,04/05/2026,1,1,1", f"{SUMMER},,16/05/2026,1,1,1")

    _, questions = mapped(unclear)

    assert [question.about for question in questions] == ["day_order"]
    assert "04/05/2026" in questions[0].words
    mapping, nothing = mapped(clear)
    assert (mapping.day_order, nothing) == (DayOrder.DAY_FIRST, [])
    answered = read(unclear, said=said(unclear.getvalue().decode().splitlines()[0], order="month_first"))
    assert [row.day for row in answered.good] == [date(2026, 4, 5), date(2026, 6, 5)]


def test_a_decimal_mark_that_could_be_either_is_asked_for() -> None:
    unclear = csv(f'{SUMMER},,2026-05-04,"1,234",99,1')

    _, questions = mapped(unclear)

    assert [question.about for question in questions] == ["decimal_mark"]
    told_by_counts = csv(f'{SUMMER},,2026-05-04,"1,234","9,900",1')
    assert read(told_by_counts).good[0].counts.spend_minor == 123_400


def test_money_of_another_currency_is_not_taken_for_the_accounts() -> None:
    _, questions = mapped(csv(f"{SUMMER},,2026-05-04,1,1,1"), "SAR")
    by_row = csv(
        f"{SUMMER},2026-05-04,1,1,1,EUR", header="Ad set ID,Day,Amount spent,Impressions,Clicks (all),Currency"
    )

    assert [(question.about, "USD" in question.words) for question in questions] == [(F.SPEND, True)]
    assert read(by_row).problems[0].field is F.CURRENCY


def test_what_a_file_lacks_is_asked_for() -> None:
    file = io.BytesIO(b"Age,Gender,Spent\n30-34,M,1.43\n")
    twice = ReportMapping(columns={F.AD_ID: "Age", F.DAY: "Age", F.SPEND: "Cost"})

    assert [question.about for question in mapped(file)[1]] == [OBJECT, F.DAY, F.SPEND, F.IMPRESSIONS, F.CLICKS]
    words = [question.words for question in mapped(file, said=twice)[1]]
    assert "The column 'Age' cannot fill two fields." in words
    assert "The file has no column 'Cost'." in words


def test_a_file_of_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mappings, "MAX_ROWS", 2)
    file = csv(*[f"{SUMMER},,2026-05-0{day},1,1,1" for day in (1, 2, 3)])
    layout = layout_of(file)

    with pytest.raises(UnreadableReport, match="more than 2 rows"):
        mappings.evidence(ReportMapping.guessed(layout), layout, rows(file, layout))
