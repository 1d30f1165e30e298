"""People are kept in both stores, as every decision is."""

from __future__ import annotations

from tests.decisions.conftest import cluster, kept_in, pytest_generate_tests, tmp_path

__all__ = ["cluster", "kept_in", "pytest_generate_tests", "tmp_path"]
