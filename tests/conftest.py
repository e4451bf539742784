"""In CI nothing may be skipped: REDISLINT_NO_SKIP=1 turns each skip into a failure."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from redislint.model import load_vocabulary

# A busy machine is no fault of a reader: property tests look at what comes out, not at when.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# Tests that ask a subject for a fact need what a check imports by kind.
load_vocabulary()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail where a test was skipped although everything should be installed."""
    report = yield
    if report.skipped and os.environ.get("REDISLINT_NO_SKIP") and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        if "this release has no" in reason:
            return report  # nothing is missing: the case does not exist there
        report.outcome = "failed"
        report.longrepr = f"skipped although CI allows no skip: {reason}"
    return report
