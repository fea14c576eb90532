"""Formulas: read, moved with their cells, and computed."""
