"""Portfolios to compare solvers on: published ones, read from their files, and generated ones."""
