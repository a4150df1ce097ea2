"""Files as editors and spreadsheets save them."""

import io

import pytest

from models.domain.ad_reports.table import UnreadableReport, layout_of, rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be-marked", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encoding_and_separator_are_found(encoding: str, separator: str) -> None:
    header = separator.join(["Nombre de la campaña", "Día", "Importe gastado (EUR)"])
    text = f'{header}\n"Té{separator} verde"{separator}2026-05-04{separator}"12,50"\n'
    content = b"\xfe\xff" + text.encode("utf-16-be") if encoding == "utf-16-be-marked" else text.encode(encoding)
    file = io.BytesIO(content)

    layout = layout_of(file)

    assert layout.columns == ("Nombre de la campaña", "Día", "Importe gastado (EUR)")
    assert [row.cells for row in rows(file, layout)] == [(f"Té{separator} verde", "2026-05-04", "12,50")]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    file = io.BytesIO(b'\nsep=;\nName;Day;\n\n"two\nlines";2026-05-04;\nlast;2026-05-05;\n')

    layout = layout_of(file)
    found = list(rows(file, layout))

    assert (layout.separator, layout.columns) == (";", ("Name", "Day"))
    assert [(row.number, row.cells[0]) for row in found] == [(6, "two\nlines"), (7, "last")]


def test_columns_of_one_name_stay_apart() -> None:
    assert layout_of(io.BytesIO(b"Results,Results,,Day\n")).columns == ("Results", "Results [2]", "Column 3", "Day")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04rest of a spreadsheet", "save it as CSV"),
        (b"", "no row of column titles"),
        (b"one column\n1\n", "no row of column titles"),
        (b"a,b\n\x00,1\n", "no text"),
        (b"a,b\n\xff\x81\n", "no text"),
        (b"," * 600 + b"x\n", "Export fewer"),
    ],
)
def test_what_is_no_report_is_refused_with_what_to_do(content: bytes, words: str) -> None:
    with pytest.raises(UnreadableReport, match=words):
        layout_of(io.BytesIO(content))


def test_a_file_that_breaks_off_inside_a_quotation_says_where() -> None:
    file = io.BytesIO(b'Name,Day\n"ends nowhere,2026-05-04\n')

    with pytest.raises(UnreadableReport, match="line"):
        list(rows(file, layout_of(file)))
