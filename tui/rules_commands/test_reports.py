"""What came of tests of rules, in the forms that people and machines read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from rules.authoring.coverage import CoverageReport
from rules.authoring.run_tests import Outcome
from tui.rules_commands.chosen import as_harmless_json
from tui.rules_commands.fault_reports import github_command
from tui.safe_text import harmless

_MOST_GAPS = 200


def failures_as_text(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Each test that failed, with what was expected, what was found, and why."""
    for outcome in outcomes:
        test = outcome.test
        if outcome.passed or test.todo:
            continue
        yield f"FAILED {harmless(test.name)} ({harmless(test.file)}:{test.line})"
        for failure in outcome.failures:
            yield f"  {harmless(failure.message)}"
            for line in failure.why:
                yield f"      {harmless(line)}"


def failures_as_github(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Workflow commands that GitHub shows beside the tests that failed."""
    for outcome in outcomes:
        test = outcome.test
        for failure in () if outcome.passed or test.todo else outcome.failures:
            said = "\n".join([failure.message, *failure.why])
            yield github_command("error", test.file, test.line, f"FAILED {test.name}", said)


def todo_as_github(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Workflow commands that tell of each test that is still to do, with its reason."""
    for outcome in outcomes:
        test = outcome.test
        if test.todo:
            said = f"{test.todo} ({_state_of_todo(outcome)})"
            yield github_command("notice", test.file, test.line, f"TODO {test.name}", said)


def todo_as_text(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Each test that is still to do, with its reason."""
    for outcome in outcomes:
        if outcome.test.todo:
            state = _state_of_todo(outcome)
            yield (
                f"TODO {harmless(outcome.test.name)}: {harmless(outcome.test.todo)} "
                f"({state}; {harmless(outcome.test.file)}:{outcome.test.line})"
            )


def _state_of_todo(outcome: Outcome) -> str:
    return "passes already: take its todo away" if outcome.passed else "fails as yet"


def coverage_as_text(report: CoverageReport) -> Iterator[str]:
    """What no test reaches, and the shares."""
    for gap in report.gaps[:_MOST_GAPS]:
        place = f"{harmless(gap.file)}:{gap.line}:{gap.column}"
        yield f"{place}: {harmless(gap.owner)}: {harmless(gap.message)}"
    if len(report.gaps) > _MOST_GAPS:
        yield f"... and {len(report.gaps) - _MOST_GAPS} more"
    yield f"conditions seen true and seen false: {report.conditions}"
    yield f"rules raised and not raised: {report.rules}"
    yield f"steps reached: {report.steps}"


def as_json(outcomes: Sequence[Outcome], more: dict[str, Any]) -> str:
    """One object: every test, and what else was asked for."""
    tests = [
        {
            "name": one.test.name,
            "file": one.test.file,
            "line": one.test.line,
            "state": state_of(one),
            "todo": one.test.todo,
            "passed": one.passed,
            "failures": [
                {"message": failure.message, "rule": failure.rule, "why": list(failure.why)}
                for failure in one.failures
            ],
        }
        for one in outcomes
    ]
    return as_harmless_json({"tests": tests, **more})


def state_of(outcome: Outcome) -> str:
    """`passed`, `failed` or `todo`."""
    if outcome.test.todo:
        return "todo"
    return "passed" if outcome.passed else "failed"


def coverage_as_object(report: CoverageReport) -> dict[str, Any]:
    """The shares as pairs of numbers, and every gap."""
    return {
        "conditions": [report.conditions.reached, report.conditions.total],
        "rules": [report.rules.reached, report.rules.total],
        "steps": [report.steps.reached, report.steps.total],
        "gaps": [
            {
                "file": gap.file,
                "line": gap.line,
                "column": gap.column,
                "owner": gap.owner,
                "message": gap.message,
            }
            for gap in report.gaps
        ],
    }


def as_junit(outcomes: Sequence[Outcome], seconds: Sequence[float]) -> str:
    """JUnit's XML; tests still to do are skipped ones."""
    failed = sum(state_of(one) == "failed" for one in outcomes)
    skipped = sum(state_of(one) == "todo" for one in outcomes)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites><testsuite name="watchkeeper rules" tests="{len(outcomes)}" '
        f'failures="{failed}" errors="0" skipped="{skipped}" time="{sum(seconds):.3f}">',
    ]
    for one, took in zip(outcomes, seconds, strict=True):
        test = one.test
        lines.append(
            f"<testcase classname={quoteattr(_clean(test.file))} "
            f'name={quoteattr(_clean(test.name))} line="{test.line}" time="{took:.3f}">'
        )
        if test.todo:
            lines.append(f"<skipped message={quoteattr(_clean(test.todo))}/>")
        elif one.failures:
            # Of several, many readers show the first alone.
            said = [line for part in one.failures for line in (part.message, *part.why)]
            message = one.failures[0].message
            if more := len(one.failures) - 1:
                message += f" (and {more} more)"
            lines.append(
                f'<failure type="expectation" message={quoteattr(_clean(message))}>'
                f"{escape(_clean(chr(10).join(said)))}</failure>"
            )
        lines.append("</testcase>")
    lines.append("</testsuite></testsuites>")
    return "\n".join(lines) + "\n"


def _clean(text: str) -> str:
    return "\n".join(harmless(line) for line in text.split("\n"))
