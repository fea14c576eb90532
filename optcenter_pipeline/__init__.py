"""Optimization Center: from a planning workbook to a proven portfolio."""
