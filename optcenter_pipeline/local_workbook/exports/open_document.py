"""A spreadsheet as an OpenDocument file: the values of every sheet with their types."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

from ..formulas.calculation import Calculation
from ..formulas.values import Computed
from ..rendering import formatted, json_number
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet

_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">
<manifest:file-entry manifest:full-path="/" manifest:version="1.2" manifest:media-type="{_TYPE}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
</manifest:manifest>
"""
_CONTENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">
<office:body><office:spreadsheet>
{tables}
</office:spreadsheet></office:body></office:document-content>
"""


def export(spreadsheet: Spreadsheet) -> bytes:
    """Write an ``.ods`` file of values; formulas go out as their results."""
    calculation = Calculation(spreadsheet)
    tables = "\n".join(_table(calculation, sheet) for sheet in spreadsheet.sheets)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        # the format wants its type first and uncompressed
        archive.writestr(zipfile.ZipInfo("mimetype"), _TYPE, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
        archive.writestr("content.xml", _CONTENT.format(tables=tables))
    return buffer.getvalue()


def _table(calculation: Calculation, sheet: Sheet) -> str:
    lines: list[str] = []
    next_row = 0
    for row, cells in sheet.rows().items():
        filled = {column: cell for column, cell in cells.items() if cell.has_content}
        if not filled:
            continue
        if row > next_row:
            lines.append(f'<table:table-row table:number-rows-repeated="{row - next_row}"><table:table-cell/>')
            lines.append("</table:table-row>")
        lines.append("<table:table-row>")
        next_column = 0
        for column in sorted(filled):
            if column > next_column:
                lines.append(f'<table:table-cell table:number-columns-repeated="{column - next_column}"/>')
            number_format = sheet.format_of(filled[column]).get("numberFormat")
            value = calculation.value(sheet, row, column, filled[column])
            lines.append(_cell(value, formatted(value, number_format)))
            next_column = column + 1
        lines.append("</table:table-row>")
        next_row = row + 1
    if not lines:
        lines.append("<table:table-row><table:table-cell/></table:table-row>")
    return f"<table:table table:name={quoteattr(sheet.title)}>\n" + "\n".join(lines) + "\n</table:table>"


def _cell(value: Computed, shown: str) -> str:
    paragraphs = "".join(f"<text:p>{escape(_printable(line))}</text:p>" for line in shown.split("\n"))
    if isinstance(value, bool):
        kind = f'office:value-type="boolean" office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, float):
        kind = f'office:value-type="float" office:value="{json_number(value)}"'
    else:
        kind = 'office:value-type="string"'
    return f"<table:table-cell {kind}>{paragraphs}</table:table-cell>"


def _printable(text: str) -> str:
    """Leave out the control characters that no XML may hold."""
    return "".join(character for character in text if character >= " " or character == "\t")
