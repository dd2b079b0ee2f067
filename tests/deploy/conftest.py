"""What the checks of `deploy/` share: the tools of the distribution, and a table at the end that says what was shown.

One rule: nothing is skipped. A tool that is missing fails its test with what to do.
"""

import shutil
from collections import defaultdict
from collections.abc import Callable

import pytest

_PLACES = ("/usr/sbin", "/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """Where a program of the distribution is; fails the test where it is not installed."""

    def find(name: str) -> str:
        found = shutil.which(name) or next(filter(None, (shutil.which(name, path=place) for place in _PLACES)), None)
        assert found, f"{name} is not installed: run `make deploy-check`, which installs it"
        return found

    return find


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line a file: how many of its checks passed, and how long they took."""
    seconds: defaultdict[str, float] = defaultdict(float)
    passed: defaultdict[str, int] = defaultdict(int)
    failed: defaultdict[str, int] = defaultdict(int)
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.stats.get(outcome, ()):
            part = report.nodeid.partition("::")[0].removeprefix("tests/deploy/test_").removesuffix(".py")
            seconds[part] += getattr(report, "duration", 0.0)  # a file that cannot be read has none
            passed[part] += outcome == "passed"
            failed[part] += outcome != "passed"
    terminalreporter.write_line("")
    terminalreporter.write_line(f"{'part':<24} {'passed':>7} {'failed':>7} {'seconds':>8}")
    for part in sorted(seconds):
        terminalreporter.write_line(f"{part:<24} {passed[part]:>7} {failed[part]:>7} {seconds[part]:>8.1f}")
