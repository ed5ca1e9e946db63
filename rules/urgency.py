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
    """The findings that others suppress: of the same subject, of one around it or within it; each
    beneath one that is shown, or that stands beneath such a one itself.

    Only the display is arranged by it; prohibitions, counts and exit codes stand (law 15). Of
    findings that suppress one another in a circle, the worst is shown.
    """
    beneath = {_key(one): [_key(other) for other in made_worse(words, one)] for one in findings}
    suppressed = {key for keys in beneath.values() for key in keys}
    covered: dict[tuple[str, str], str] = {}
    shown = [key for key in beneath if key not in suppressed]
    _cover(shown, beneath, covered)
    left = [key for key in map(_key, by_severity(findings)) if key not in covered]
    left = [key for key in left if key in suppressed]
    while left:
        worst = _worst_of_a_circle(left, beneath)
        _cover([worst], beneath, covered)
        covered.pop(worst, None)
        left = [key for key in left if key != worst and key not in covered]
    return covered


_Key = tuple[str, str]
"""Rule and subject of a finding."""


def _key(finding: Finding) -> _Key:
    return finding.rule.id, finding.subject


def _cover(
    shown: Iterable[_Key], beneath: Mapping[_Key, Sequence[_Key]], covered: dict[_Key, str]
) -> None:
    """Note what stands beneath some findings, the nearest to them first."""
    following = list(shown)
    for key in following:
        for other in beneath.get(key, ()):
            if other not in covered:
                covered[other] = key[0]
                following.append(other)


def _worst_of_a_circle(left: Sequence[_Key], beneath: Mapping[_Key, Sequence[_Key]]) -> _Key:
    """The first of some findings in a circle that nothing outside it suppresses."""
    above: dict[_Key, list[_Key]] = {}
    for key in left:
        for other in beneath.get(key, ()):
            above.setdefault(other, []).append(key)

    def all_above(key: _Key) -> dict[_Key, None]:
        found = dict.fromkeys(above[key])
        following = list(found)
        while following:
            for other in above[following.pop()]:
                if other not in found:
                    found[other] = None
                    following.append(other)
        return found

    circle = all_above(left[0])
    while True:
        smaller = next((one for key in circle if len(one := all_above(key)) < len(circle)), None)
        if smaller is None:
            return next(key for key in left if key in circle)
        circle = smaller


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
