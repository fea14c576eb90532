"""A run as one HTML file that needs nothing else: for whoever defends the plan in a room.

Sections are plain values (`blocks`), made by one module a subject; the templates only draw them. What people typed
is escaped where it is drawn, and nowhere before.
"""

from optcenter_pipeline.report.html.documents import ReportAnalyses, ReportHeader
from optcenter_pipeline.report.html.page import render_report

__all__ = ["ReportAnalyses", "ReportHeader", "render_report"]
