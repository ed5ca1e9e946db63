"""In which order open findings are told, and which of them another one covers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from rules.finding import Finding
from rules.situation import by_severity
from rules.subject import Subject
from rules.vocabulary import GRADES, SEVERITIES, Severity
from rules.words import Words

URGENT: Final[tuple[Severity, ...]] = ("critical", "warning")
"""Severities that somebody must look at now."""

Covered = Mapping[tuple[str, str], str]
"""For rule and subject of a finding that is covered: the rule of the one that covers it."""


def covered_by(words: Words, findings: Sequence[Finding]) -> Covered:
    """The findings that others suppress: of the same subject, of one around it or within it.

    Only the display is arranged by it; prohibitions, counts and exit codes stand (law 15).
    """
    covered: dict[tuple[str, str], str] = {}
    for finding in findings:
        for other in made_worse(words, finding):
            covered.setdefault((other.rule.id, other.subject), finding.rule.id)
    return covered


def by_urgency(findings: Iterable[Finding], covered: Covered) -> list[Finding]:
    """Critical and warning before the others, of these those first that nobody has acknowledged,
    then the worst, then what is known best, then the newest; what another covers comes last."""
    newest = sorted(findings, key=lambda finding: finding.raised_at, reverse=True)
    return sorted(
        newest,
        key=lambda finding: (
            (finding.rule.id, finding.subject) in covered,
            finding.rule.severity not in URGENT,
            finding.acknowledged is not None,
            SEVERITIES.index(finding.rule.severity),
            GRADES.index(finding.rule.source.grade),
        ),
    )


def made_worse(words: Words, finding: Finding) -> list[Finding]:
    """The open findings that one suppresses, the worst first."""
    subject = words.subjects.get(finding.subject)
    if subject is None or not finding.rule.suppresses:
        return []
    found = [
        state.finding
        for one in chain(subject.lineage(), _all_within(subject))
        for state in one.states.values()
        if state.finding is not None and state.finding.rule.id in finding.rule.suppresses
    ]
    return by_severity(found)


def _all_within(subject: Subject) -> Iterator[Subject]:
    for child in subject.children.values():
        yield child
        yield from _all_within(child)
