"""Pairs of appliances in one line each: which facts say what the screen shows of a pair.

This is the one place of the screen that knows facts by their names. A rule base that lacks one of
them leaves its cell unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from rules.finding import Finding, show_value
from rules.situation import Forbidden, value_now
from rules.subject import Subject
from rules.vocabulary import SEVERITIES, Severity
from rules.words import Words
from tui.session.snapshot import Cell, Member, PairRow, SourceCondition, Update
from tui.session.sources import CONDITIONS

PAIR: Final = "pair"
_UNKNOWN: Final = Cell()
_HEALTH: Final[Mapping[str, Literal["ok", "warning", "critical"]]] = {
    "ok": "ok",
    "warning": "warning",
    "critical": "critical",
    "disabled": "critical",
}


def cell(words: Words, subject: Subject, name: str) -> Cell:
    """A fact's value as a subject sees it, for people."""
    compiled = words.programs.facts.get(name)
    if compiled is None or compiled.level_scope not in subject.scope.chain:
        return _UNKNOWN
    around = subject.around(subject.scope.level(compiled.level_scope))
    if around is None:
        return _UNKNOWN
    value = around.raw[compiled.slot]
    if value is None:
        return _UNKNOWN
    unit = "%" if compiled.declared.unit == "percent" else ""
    known = words.known(around, compiled) is not None
    return Cell(show_value(value) + unit, "known" if known else "last known")


def pair_rows(
    words: Words,
    findings: Sequence[Finding],
    forbidden: Sequence[Forbidden],
    conditions: Mapping[str, tuple[SourceCondition, datetime | None]],
) -> tuple[PairRow, ...]:
    """All pairs: those with the worst open finding first, then by deployment and name."""
    open_on: dict[str, list[Severity]] = {}
    for finding in findings:
        subject = words.subjects.get(finding.subject)
        for one in subject.lineage() if subject else ():
            if one.scope.name == PAIR:
                open_on.setdefault(one.name, []).append(finding.rule.severity)
    bound: dict[str, set[str]] = {}
    for one_forbidden in forbidden:
        bound.setdefault(one_forbidden.subject, set()).add(one_forbidden.operation)
    rows = [
        _row(words, subject, open_on.get(subject.name, []), bound, conditions)
        for subject in words.subjects.values()
        if subject.scope.name == PAIR
    ]
    rows.sort(
        key=lambda row: (
            SEVERITIES.index(row.worst) if row.worst else len(SEVERITIES),
            -CONDITIONS.index(row.condition),
            row.role.text != "primary",
            row.deployment,
            row.name,
        )
    )
    return tuple(rows)


def _row(
    words: Words,
    subject: Subject,
    severities: list[Severity],
    bound: Mapping[str, set[str]],
    conditions: Mapping[str, tuple[SourceCondition, datetime | None]],
) -> PairRow:
    forbidden: set[str] = set()
    for one in subject.lineage():
        forbidden |= bound.get(one.name, set())
    condition, heard_at = _condition(subject, conditions)
    return PairRow(
        subject=subject.name,
        name=subject.name.partition("/")[2],
        deployment=subject.parent.name.partition("/")[2] if subject.parent else "",
        role=cell(words, subject, "pair.role"),
        active=_member(words, subject, "active"),
        standby=_member(words, subject, "standby"),
        management=cell(words, subject, "cluster.management"),
        storage=cell(words, subject, "cluster.storage"),
        storage_version=cell(words, subject, "storage.installed_version"),
        storage_versions_match=cell(words, subject, "storage.versions_match"),
        versions_match=cell(words, subject, "pair.versions_match"),
        update=Update(
            outcome=cell(words, subject, "update.outcome"),
            result=cell(words, subject, "update.result"),
            percent=cell(words, subject, "update.percent"),
            step=cell(words, subject, "update.step_text"),
            target=cell(words, subject, "update.target_version"),
            started_at=cell(words, subject, "update.started_at"),
            ended_at=cell(words, subject, "update.ended_at"),
        ),
        condition=condition,
        heard_at=heard_at,
        worst=min(severities, key=SEVERITIES.index) if severities else None,
        open_findings=len(severities),
        forbidden=tuple(sorted(forbidden)),
    )


def _member(words: Words, subject: Subject, role: Literal["active", "standby"]) -> Member:
    serial = cell(words, subject, f"pair.{role}_serial")
    lost = value_now(words, subject.name, "pair.lost")
    condition: Literal["ok", "warning", "critical", "lost", "unknown"] = "unknown"
    if serial.text:
        status = value_now(words, f"appliance/{serial.text}", "appliance.status")
        condition = _HEALTH.get(str(status), "unknown")
    # `pair.lost` names the role that the lost member had; whoever has it now may be well.
    if condition != "ok" and lost in {role, "both"}:
        condition = "lost"
    return Member(role, serial, cell(words, subject, f"pair.{role}_version"), condition)


def _condition(
    subject: Subject, conditions: Mapping[str, tuple[SourceCondition, datetime | None]]
) -> tuple[SourceCondition, datetime | None]:
    """How those who speak of a pair stand: the worst of them, and the longest silence."""
    spoken_by = {
        origin.source
        for slot in range(len(subject.scope.facts))
        if (origin := subject.origins[slot]) is not None
    }
    heard = [conditions[name] for name in spoken_by if name in conditions]
    if not heard:
        return "lost", None
    worst = max((condition for condition, _ in heard), key=CONDITIONS.index)
    return worst, min((at for _, at in heard if at is not None), default=None)
