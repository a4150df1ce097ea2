"""A file of rows and columns, whatever its encoding and separator. Read as a stream: nothing holds all of it."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from models.domain.ad_reports.fields import guessed

SEPARATORS = (",", ";", "\t")
MAX_CELL = 20_000
MAX_COLUMNS = 500
_CHUNK = 256 * 1024
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONFUSING = "Save the report as CSV in UTF-8 and upload it again."

csv.field_size_limit(MAX_CELL)


class UnreadableReport(ValueError):
    """The file as a whole cannot be read; the words say what to do."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is written. `header_line` counts from 1; `columns` are unlike each other."""

    encoding: str
    separator: str
    header_line: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """`number` is the line that the row ends on, as an editor counts it."""

    number: int
    cells: tuple[str, ...]


def layout_of(file: BinaryIO) -> Layout:
    """Looks at the whole file once, for one letter at its end may tell the encoding.

    Raises:
        UnreadableReport: a spreadsheet's own format, no text, or no header.
    """
    encoding = _encoding_of(file)
    start = list(islice(_text(file, encoding), 20))
    line, title = next(((place, text) for place, text in enumerate(start, 1) if _is_header(text)), (0, ""))
    if not line:
        raise UnreadableReport(f"The file has no row of column titles. {_CONFUSING}")
    separator = max(SEPARATORS, key=lambda mark: _fit(title, mark))
    cells = _split(title, separator)
    while cells and not cells[-1].strip():
        cells.pop()
    if len(cells) > MAX_COLUMNS:
        raise UnreadableReport(f"The file has {len(cells)} columns; at most {MAX_COLUMNS} are read. Export fewer.")
    return Layout(encoding, separator, line, _unlike(cells))


def rows(file: BinaryIO, layout: Layout) -> Iterator[Row]:
    """What stands below the header; empty lines are left out.

    Raises:
        UnreadableReport: a quotation mark that is never closed, or the like; names the line.
    """
    lines = islice(_text(file, layout.encoding), layout.header_line, None)
    reader = csv.reader(lines, delimiter=layout.separator, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield Row(layout.header_line + reader.line_num, tuple(cells))
    except csv.Error as error:
        place = layout.header_line + reader.line_num
        raise UnreadableReport(f"The file cannot be read from line {place} on: {error}. {_CONFUSING}") from error


def _is_header(line: str) -> bool:
    """Spreadsheets may put the separator above it: `sep=;`."""
    return not line.casefold().startswith("sep=") and any(mark in line for mark in SEPARATORS)


def _fit(line: str, separator: str) -> tuple[int, int]:
    cells = _split(line, separator)
    return len(guessed(cells)), len(cells)


def _split(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _unlike(cells: Sequence[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    names = []
    for place, cell in enumerate(cells, 1):
        name = " ".join(cell.split())[:200] or f"Column {place}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} [{seen[name]}]")
    return tuple(names)


def _text(file: BinaryIO, encoding: str) -> Iterator[str]:
    file.seek(0)
    wrapped = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        # Not `yield from`: a reader that stops early would close the wrapper, and with it the file.
        for line in wrapped:  # noqa: UP028
            yield line
    finally:
        # The file belongs to the caller: a wrapper that is thrown away would close it.
        if not file.closed:
            wrapped.detach()


def _encoding_of(file: BinaryIO) -> str:
    file.seek(0)
    start = file.read(8)
    if start.startswith(_SPREADSHEETS):
        raise UnreadableReport("This is a spreadsheet. Open it, save it as CSV, and upload that.")
    marked = next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        if _decodes(file, encoding):
            return encoding
    raise UnreadableReport(f"The file is no text in UTF-8, UTF-16 or Windows-1252. {_CONFUSING}")


def _decodes(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(_CHUNK):
            if "\0" in decoder.decode(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
