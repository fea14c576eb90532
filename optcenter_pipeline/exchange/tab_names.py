"""Which tab a sheet or a file is."""

from optcenter_pipeline.workbook.columns import Tab, header_key
from optcenter_pipeline.workbook.tabs import ALL_TABS

_BY_NAME = {header_key(tab.name): tab for tab in ALL_TABS}


def tab_named(title: str) -> Tab | None:
    """The tab of this name, compared as headers are: without case, spaces, hyphens and underscores."""
    return _BY_NAME.get(header_key(title))
