"""Findings, prohibitions, explanations and facts of a watch as rows for the screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rules.compiled import CompiledFact
from rules.engine import Watch
from rules.evaluate import next_flip, truth
from rules.explain import explain
from rules.finding import Finding, show_value
from rules.pattern import Condition, Pattern
from rules.rule_base import Rule
from rules.situation import Forbidden, StepNow, scopes_seen
from rules.subject import Subject
from rules.urgency import Covered
from rules.values import Value
from rules.vocabulary import GRADES, Truth
from rules.wording import say_condition, say_value
from tui.phrases import say_span
from tui.session.board import cell
from tui.session.since_raised import changed_since, evidence_now
from tui.session.snapshot import (
    Explained,
    FactRow,
    Facts,
    FindingDetail,
    FindingKey,
    FindingRow,
    ProhibitionNow,
)


def key_of(finding: Finding) -> FindingKey:
    """By which rule on which subject a finding is meant."""
    return FindingKey(finding.rule.id, finding.subject)


def finding_row(finding: Finding, steps: Sequence[StepNow], suppressed_by: str = "") -> FindingRow:
    """A finding in one line."""
    ahead = next((step for step in steps if step.status != "done"), None)
    return FindingRow(
        key=key_of(finding),
        severity=finding.rule.severity,
        title=finding.title,
        raised_at=finding.raised_at,
        recurred_at=finding.recurred_at[-1] if finding.recurred_at else None,
        unconfirmed_since=finding.unconfirmed_since,
        acknowledged=finding.acknowledged,
        source=finding.rule.source,
        forbids=tuple(dict.fromkeys(one.operation for one in finding.rule.forbid)),
        steps_done=sum(step.status == "done" for step in steps),
        steps=len(steps),
        overridden=bool(finding.rule.overridden),
        suppressed_by=suppressed_by,
        support=finding.rule.support,
        next_step=ahead.text if ahead else "",
        next_step_source=ahead.source if ahead else None,
    )


def finding_rows(
    watch: Watch, findings: Sequence[Finding], covered: Covered
) -> tuple[FindingRow, ...]:
    """All open findings, in the order given."""
    return tuple(
        finding_row(
            finding, watch.steps(finding), covered.get((finding.rule.id, finding.subject), "")
        )
        for finding in findings
    )


def prohibitions(watch: Watch, forbidden: Sequence[Forbidden]) -> tuple[ProhibitionNow, ...]:
    """Everything that is forbidden now, by the worst finding first."""
    operations = watch.rule_base.operations
    return tuple(
        ProhibitionNow(
            operation=one.operation,
            title=operations[one.operation].title if one.operation in operations else "",
            subject=one.subject,
            text=one.text,
            source=one.source,
            key=key_of(one.finding),
            severity=one.finding.rule.severity,
        )
        for one in forbidden
    )


def finding_detail(watch: Watch, finding: Finding, row: FindingRow) -> FindingDetail:
    """Everything about an open finding."""
    forbidden = watch.forbidden()
    mine = [one for one in forbidden if one.finding is finding]
    steps = tuple(watch.steps(finding))
    ticked = bool(steps) and all(step.status == "done" for step in steps)
    return FindingDetail(
        row=row,
        rule=finding.rule,
        impact=finding.impact,
        steps=steps,
        forbids=prohibitions(watch, mine),
        bound=prohibitions(watch, known_best(_on_subject_of(watch, finding, forbidden))),
        evidence=evidence_now(watch, finding),
        since=changed_since(watch, finding),
        awaits=_awaits(watch, finding) if ticked else (),
        confirmations=tuple(finding.confirmations.items()),
        notes=finding.notes,
        recurred_at=finding.recurred_at,
        occurrence="" if finding.occurrence is None else _say_occurrence(watch, finding),
    )


def _say_occurrence(watch: Watch, finding: Finding) -> str:
    return show_value(finding.occurrence, watch.rule_base.facts.get(finding.rule.occurrence))


def known_best(forbidden: Sequence[Forbidden]) -> list[Forbidden]:
    """Of prohibitions of the same operation on the same subject, the one that is known best."""
    best: dict[tuple[str, str], Forbidden] = {}
    for one in forbidden:
        held = best.setdefault((one.operation, one.subject), one)
        if GRADES.index(one.source.grade) < GRADES.index(held.source.grade):
            best[one.operation, one.subject] = one
    return list(best.values())


def _on_subject_of(
    watch: Watch, finding: Finding, forbidden: Sequence[Forbidden]
) -> list[Forbidden]:
    subject = watch.words.subjects.get(finding.subject)
    around = {one.name for one in subject.lineage()} if subject else {finding.subject}
    around |= {one.subject for one in forbidden if one.finding is finding}
    return [one for one in forbidden if one.subject in around]


def _awaits(watch: Watch, finding: Finding) -> tuple[str, ...]:
    """What of a latch's end, or of what no longer needs to hold, is not so yet."""
    until = finding.rule.until
    if until is None:
        return ()
    catalogue = watch.rule_base.facts

    def value(name: str) -> Value | None:
        if name.startswith("confirm."):
            return name.removeprefix("confirm.") in finding.confirmations
        return watch.value(finding.subject, name)

    def truth_of(pattern: Pattern) -> Truth:
        return truth(pattern, value, watch.now, catalogue)

    def say(pattern: Pattern) -> list[str]:
        if truth_of(pattern) is Truth.TRUE:
            return []
        if not isinstance(pattern, Condition):
            parts = [said for one in pattern.patterns for said in say(one)]
            if pattern.kind == "all":
                return parts
            if pattern.kind == "none":
                held = [one for one in pattern.patterns if truth_of(one) is not Truth.FALSE]
                return ["an end of: " + " or ".join(map(say_whole, held))]
            return [" or ".join(parts)] if parts else []
        return [say_whole(pattern)]

    def say_whole(pattern: Pattern) -> str:
        if not isinstance(pattern, Condition):
            joint = " or " if pattern.kind == "any" else " and "
            return joint.join(say_whole(one) for one in pattern.patterns)
        now = value(pattern.fact)
        said = say_condition(pattern, catalogue)
        flip = next_flip(pattern, value, watch.now, catalogue)
        if flip is not None:
            return f"{said}: {say_span(flip - watch.now)} left"
        return f"{said} (now {say_value(now, catalogue.get(pattern.fact))})"

    return tuple(dict.fromkeys(say(until)))


def explained(watch: Watch, rule_id: str, subject: str) -> Explained | None:
    """Why a rule holds on a subject, or not; None where there is no such rule or subject."""
    rule = next((one for one in watch.rule_base.rules if one.id == rule_id), None)
    if rule is None or subject not in watch.words.subjects:
        return None
    finding = next((one for one in watch.findings() if key_of(one) == (rule_id, subject)), None)
    confirmed = finding.confirmations if finding else {}

    def value(name: str) -> Value | None:
        if name.startswith("confirm."):
            return name.removeprefix("confirm.") in confirmed
        return watch.value(subject, name)

    around = scopes_seen(watch.words, subject)
    until = None
    if finding is not None and rule.until is not None:
        until = explain(rule.until, value, watch.now, watch.rule_base, around)
    return Explained(
        rule=rule,
        subject=subject,
        truth=watch.verdict(rule_id, subject),
        when=explain(rule.when, value, watch.now, watch.rule_base, around),
        until=until,
    )


def rules_for(watch: Watch, subject: str) -> list[Rule]:
    """The rules that are judged on a subject."""
    found = watch.words.subjects.get(subject)
    return [rule.rule for rule in found.scope.rules] if found else []


def facts_of(watch: Watch, subject_name: str, supposed: frozenset[str]) -> Facts | None:
    """The facts of a subject, with who said them; None where there is no such subject."""
    subject = watch.words.subjects.get(subject_name)
    if subject is None:
        return None
    rows = [
        _fact_row(watch, subject, fact, supposed) for _, fact in sorted(subject.scope.facts.items())
    ]
    return Facts(subject_name, tuple(rows))


def _fact_row(
    watch: Watch, subject: Subject, fact: CompiledFact, supposed: frozenset[str]
) -> FactRow:
    declared, origin = fact.declared, subject.origins[fact.slot]
    said_at: datetime | None = origin.time if origin else None
    return FactRow(
        name=fact.name,
        cell=cell(watch.words, subject, fact.name),
        type=declared.type,
        unit=declared.unit,
        derived=declared.derived,
        meaning=declared.meaning,
        values=declared.values,
        said_by=origin.source if origin else "",
        said_at=said_at,
        event=origin.id if origin else "",
        supposed=fact.name in supposed,
    )
