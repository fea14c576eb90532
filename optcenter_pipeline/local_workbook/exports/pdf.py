"""A spreadsheet as a PDF file: the shown texts of every sheet, in columns of a fixed-width font."""

from __future__ import annotations

from ..formulas.calculation import Calculation
from ..spreadsheet import Spreadsheet
from .shown_cells import shown_rows

_WIDTH, _HEIGHT = 842, 595  # A4 on its side, in points
_MARGIN, _LEADING, _SIZE = 36, 11, 8
_LINES = (_HEIGHT - 2 * _MARGIN) // _LEADING
_CHARACTERS = int((_WIDTH - 2 * _MARGIN) / (0.6 * _SIZE))
_MAX_COLUMN = 30


def export(spreadsheet: Spreadsheet) -> bytes:
    """Write the sheets one after the other, each from a new page on; lines too long for a page are cut."""
    calculation = Calculation(spreadsheet)
    pages: list[list[str]] = []
    for sheet in spreadsheet.sheets:
        lines = [sheet.title, "", *_lines(shown_rows(calculation, sheet))]
        pages += [lines[start : start + _LINES] for start in range(0, len(lines), _LINES)]
    return _document(pages)


def _lines(rows: list[list[str]]) -> list[str]:
    texts = [[" ".join(text.split())[:_MAX_COLUMN] for text in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in texts]


def _document(pages: list[list[str]]) -> bytes:
    """Put pages of lines into PDF objects, with the table of where each begins."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        font.encode(),
    ]
    for number, lines in enumerate(pages):
        page = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_WIDTH} {_HEIGHT}] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * number} 0 R >>"
        )
        stream = _stream(lines)
        objects += [page.encode(), b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream)]
    document = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(document))
        document += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return document + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, len(document))
    )


def _stream(lines: list[str]) -> bytes:
    start = f"BT /F1 {_SIZE} Tf {_LEADING} TL {_MARGIN} {_HEIGHT - _MARGIN} Td\n".encode()
    return start + b"".join(b"(%s) Tj T*\n" % _escaped(line[:_CHARACTERS]) for line in lines) + b"ET"


def _escaped(line: str) -> bytes:
    """Write a line as a PDF string; characters that the font's encoding lacks become question marks."""
    text = line.encode("cp1252", "replace")
    return text.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
