"""Where the real public files are, and the marks of tests that need them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from clearaccounts.settings import ROOT

REAL_DATA = Path(os.environ.get("CLEARACCOUNTS_REAL_DATA", ROOT.parent / "shared" / "data"))
real_data = [
    pytest.mark.real_data,
    pytest.mark.skipif(not REAL_DATA.is_dir(), reason=f"the real public files are not beside the checkout ({REAL_DATA})"),
]
