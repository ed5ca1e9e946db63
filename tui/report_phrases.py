"""How the situation at a time is said in the reports that people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from tui.phrases import (
    GLYPHS,
    operation_title,
    say_count,
    say_grade,
    say_reason,
    say_severities,
    say_span,
    say_time_near,
)
from tui.safe_text import harmless

if TYPE_CHECKING:
    from rules.finding import Finding
    from rules.rule_base import Operation
    from rules.situation import Forbidden
    from rules.vocabulary import Severity
    from tui.summary import Situation

_SPOTS_NAMED: Final = 3
_FACTS_NAMED: Final = 3
_SUBJECTS_NAMED: Final = 12


def say_open(findings: Sequence[Finding]) -> str:
    """How many findings there are of each severity."""
    counts: dict[Severity, int] = {}
    for finding in findings:
        counts[finding.rule.severity] = counts.get(finding.rule.severity, 0) + 1
    return say_severities(counts)


def say_news(situation: Situation) -> str:
    """How old the newest event is."""
    if situation.newest is None:
        return "no event up to then"
    age = situation.at - situation.newest
    silence = ", and not every source is heard" if situation.lost else ""
    if age.total_seconds() < 1:
        return f"the newest event is of this moment{silence}"
    return f"the newest event is {say_span(age)} old{silence}"


def say_lost(situation: Situation) -> list[str]:
    """What must be known before the rest is believed: who is not heard, what was not read."""
    said = []
    for name, heard in situation.lost:
        since = f"last heard {say_time_near(heard, situation.at)}" if heard else "never heard"
        said.append(f"source lost: {harmless(name)}, {since}; what it said counts as unknown")
    if situation.refused:
        lines = say_count(situation.refused, "line")
        said.append(f"{lines} of the log could not be read, see the summary")
    return said


def say_filtered(situation: Situation) -> list[str]:
    """What filters keep from sight, and names that they name in vain."""
    said = [
        f"no such subject: {harmless(name)}; there are {_say_names(situation.subjects)}"
        for name in situation.unknown
    ]
    hidden = say_severities(situation.hidden)
    return [*said, f"not shown, by the filters: {hidden} open"] if hidden else said


def say_none(situation: Situation) -> str:
    """That nothing is open, and how far that can be said."""
    if situation.hidden or situation.unknown:
        return "none of those shown is open"
    if situation.lost:
        return "no finding is open, as far as can be seen"
    return "no finding is open"


def _say_names(names: Sequence[str]) -> str:
    shown = ", ".join(map(harmless, names[:_SUBJECTS_NAMED])) or "none"
    more = len(names) - _SUBJECTS_NAMED
    return f"{shown} and {more:,} more" if more > 0 else shown


def say_forbidden(
    by: Sequence[Forbidden], operations: Mapping[str, Operation]
) -> tuple[str, list[tuple[str, str]]]:
    """An operation that must not be started, and each reason with how it is known and the rules
    that give it; rules without a reason of their own come last, with an empty one.

    All are about the same operation on the same subject.
    """
    known: dict[tuple[str, str], list[str]] = {}
    for one in sorted(by, key=lambda one: not one.text):
        who = f"{GLYPHS[one.finding.rule.severity]} {harmless(one.finding.rule.id)}"
        rules = known.setdefault((say_reason(one), say_grade(one.source)), [])
        if who not in rules:
            rules.append(who)
    reasons = [(reason, f"{grade}: {', '.join(who)}") for (reason, grade), who in known.items()]
    return operation_title(operations, by[0].operation), reasons


def group_forbidden(forbidden: Sequence[Forbidden]) -> list[list[Forbidden]]:
    """Prohibitions by operation and subject."""
    groups: dict[tuple[str, str], list[Forbidden]] = {}
    for one in forbidden:
        groups.setdefault((one.subject, one.operation), []).append(one)
    return list(groups.values())


def say_blind_spots(situation: Situation) -> str:
    """How many rules cannot be judged, and the first of them with what is missing."""
    spots = situation.blind_spots
    said = say_count(situation.blind, "rule that cannot be judged", "rules that cannot be judged")
    named = [
        f"{harmless(spot.rule)} on {harmless(spot.subject)} ({_say_missing(spot.missing)})"
        for spot in spots[:_SPOTS_NAMED]
    ]
    if not named:
        return said
    more = situation.blind - len(named)
    return f"{said}: {'; '.join(named)}" + (f"; and {more:,} more" if more else "")


def _say_missing(missing: tuple[str, ...]) -> str:
    if not missing:
        return "not known whether it holds"
    more = f" and {len(missing) - _FACTS_NAMED} more" if len(missing) > _FACTS_NAMED else ""
    return f"not known: {', '.join(map(harmless, missing[:_FACTS_NAMED]))}{more}"
