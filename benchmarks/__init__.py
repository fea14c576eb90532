"""Measurements: run each as `.venv/bin/python -m benchmarks.NAME` or by its path, from the repository's root."""
