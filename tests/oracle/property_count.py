"""At the end of a run, how many random cases the properties were tried on.

A test says so with `record_property("cases", number)`; the counts of all workers are added up."""

from __future__ import annotations

from collections import Counter

from _pytest.terminal import TerminalReporter

CASES = "cases"


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Add up what passed tests have counted, by the name of the test."""
    counted: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        name = report.nodeid.rpartition("::")[2].partition("[")[0]
        counted[name] += sum(value for key, value in report.user_properties if key == CASES)
    counted = +counted
    if counted:
        terminalreporter.section("random cases")
        for name, number in counted.items():
            terminalreporter.line(f"{number:>9,}  {name}")
        terminalreporter.line(f"{counted.total():>9,}  in all")
