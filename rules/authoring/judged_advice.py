"""What a finding tells those on watch otherwise than a test expects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rules.authoring.rule_tests import ExpectedAdvice, ExpectedProhibition
from rules.finding import Finding
from rules.rule_base import Fact, Rule
from rules.values import comparable
from rules.vocabulary import FactType
from rules.wording import say_value


def advice_differs(
    finding: Finding, expected: ExpectedAdvice, occurrence: Fact | None
) -> Iterator[str]:
    """What a finding says, forbids and asks for otherwise than expected, each in a line.

    Args:
        finding: which must be as expected.
        expected: what the test says of it.
        occurrence: the fact that tells its happenings apart, if any.
    """
    rule = finding.rule
    for what, wanted, text in (
        ("title", expected.title, rule.title),
        ("impact", expected.impact, rule.impact),
    ):
        if wanted is not None and finding.text(text) != wanted:
            yield f"expected the {what} {wanted!r}; found {finding.text(text)!r}"
    if expected.severity is not None and rule.severity != expected.severity:
        yield f"expected to be {expected.severity}; it is {rule.severity}"
    wanted_support = expected.contact_support
    if wanted_support is not None and wanted_support != (rule.support is not None):
        asks = "ask to contact support"
        said = f"expected to {asks}; it does not" if wanted_support else f"expected not to {asks}"
        yield said
    forbids = _prohibitions(rule)
    if expected.forbids is not None and forbids != list(expected.forbids):
        wanted_names = _names(map(str, expected.forbids))
        yield f"expected to forbid {wanted_names}; forbids {_names(map(str, forbids))}"
    at_once, once_allowed = _started(rule)
    for what, names, found in (
        ("behind it", expected.suppresses, sorted(rule.suppresses)),
        ("its steps to start at once", expected.starts, at_once),
        ("its steps to start once allowed", expected.starts_once_allowed, once_allowed),
    ):
        if names is not None and list(names) != found:
            yield f"expected {what}: {_names(names)}; found: {_names(found)}"
    if expected.occurrence is not None:
        kind: FactType = "text" if occurrence is None else occurrence.type
        now = finding.occurrence
        if now is None or comparable(kind, now) != comparable(kind, expected.occurrence):
            wanted_value = say_value(expected.occurrence, occurrence)
            yield f"expected the occurrence {wanted_value}; it is {say_value(now, occurrence)}"


def _prohibitions(rule: Rule) -> list[ExpectedProhibition]:
    return sorted(
        ExpectedProhibition(one.operation, "" if one.scope == rule.scope else one.scope)
        for one in rule.forbid
    )


def _started(rule: Rule) -> tuple[list[str], list[str]]:
    """The operations that a rule's steps start at once, and those once nothing forbids them."""
    steps = [step for step in rule.steps if step.starts]
    return (
        sorted({step.starts for step in steps if not step.once_allowed}),
        sorted({step.starts for step in steps if step.once_allowed}),
    )


def _names(names: Iterable[Any]) -> str:
    return ", ".join(names) or "nothing"
