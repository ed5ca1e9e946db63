"""The situation at a time: what is open, what must be done, what is forbidden, and what cannot be
judged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from rules.compiled import CompiledRule
from rules.finding import Finding, recognised
from rules.pattern import facts_named
from rules.rule_base import Prohibition, Rule, Source, Step
from rules.subject import Subject
from rules.values import Value, read_instant
from rules.vocabulary import GRADES, SEVERITIES, Truth
from rules.words import Words

StepStatus = Literal["done", "open", "not sure"]


class WaitWindow(msgspec.Struct, frozen=True):
    """A wait as it stands: its start, and when it ends at the earliest and at the latest."""

    start: datetime
    earliest: datetime | None
    latest: datetime | None


class StepNow(msgspec.Struct, frozen=True):
    """One step of an open finding as it stands now."""

    number: int
    """From 1."""
    text: str
    status: StepStatus
    source: Source
    confirm: str = ""
    """The name under which an operator confirms it; empty where facts tick it or nothing does."""
    confirmed_by: str = ""
    waits: bool = False
    window: WaitWindow | None = None
    """None for a wait that has not started, as far as is known."""
    held: bool = False
    """Whether an open finding forbids the very operation that the step starts."""


class Forbidden(msgspec.Struct, frozen=True):
    """An operation that an open finding forbids on a subject."""

    operation: str
    subject: str
    text: str
    source: Source
    finding: Finding


class BlindSpot(msgspec.Struct, frozen=True):
    """A rule that cannot be judged on a subject, and the facts that are missing (law 1)."""

    rule: str
    subject: str
    missing: tuple[str, ...]


class Permission(msgspec.Struct, frozen=True):
    """Whether an operation may be started on a subject now (law 17)."""

    answer: Literal["go", "no go", "cannot say"]
    forbidden: tuple[Forbidden, ...] = ()
    blind: tuple[BlindSpot, ...] = ()
    reason: str = ""


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """The worst first, then what is known best, then the oldest, then by rule and subject.

    Of two findings that are equally bad, what the vendor's guide says is told before what its
    help, its support or we ourselves conclude: so that its prohibition is the first one read.
    """
    return sorted(
        findings,
        key=lambda finding: (
            SEVERITIES.index(finding.rule.severity),
            GRADES.index(finding.rule.source.grade),
            finding.raised_at,
            finding.rule.id,
            finding.subject,
        ),
    )


def value_now(words: Words, subject: str, fact: str) -> Value | None:
    """A fact's value as a subject sees it now; None where it is unknown."""
    found, compiled = words.subjects.get(subject), words.programs.facts.get(fact)
    if found is None or compiled is None or compiled.level_scope not in found.scope.chain:
        return None
    return recognised(compiled.declared, words.seen_by(found, compiled))


def held_since(words: Words, rule_id: str, subject: str) -> datetime | None:
    """Since when a rule with a `for` has held that is not raised yet; None where none does."""
    found = words.subjects.get(subject)
    for rule in found.scope.rules if found else ():
        if rule.rule.id == rule_id and found and (state := found.states.get(rule.index)):
            return None if state.finding is not None else state.since
    return None


def is_spent(words: Words, rule_id: str, subject: str) -> bool:
    """Whether a rule has ended on a subject and is not raised again before its `when` has been
    false, or another happening has come."""
    found = words.subjects.get(subject)
    return any(
        rule.rule.id == rule_id and state.finding is None and state.spent
        for rule in (found.scope.rules if found else ())
        if found and (state := found.states.get(rule.index)) is not None
    )


def scopes_seen(words: Words, subject: str) -> frozenset[str] | None:
    """The scopes of a subject and of those that it is within; None where there is no such one."""
    found = words.subjects.get(subject)
    return None if found is None else frozenset(one.scope.name for one in found.lineage())


def steps_now(words: Words, finding: Finding) -> list[StepNow]:
    """The steps of a finding as they stand now (law 16)."""
    subject = words.subjects.get(finding.subject)
    compiled = _compiled_now(words, finding)
    steps = []
    for number, step in enumerate(_rule_now(words, finding).steps):
        status: StepStatus = "open"
        by = finding.confirmations.get(step.confirm)
        if step.confirm:
            status = "done" if by else "open"
        elif step.done_when is not None:
            program = compiled.done[number] if compiled else -1
            if subject is None or program < 0:
                status = "not sure"
            else:
                verdict = subject.verdicts[program]
                status = {Truth.TRUE: "done", Truth.FALSE: "open"}.get(Truth(verdict), "not sure")  # type: ignore[assignment]
        window = None
        if step.wait is not None:
            start = value_now(words, finding.subject, step.wait.start)
            if start is not None:
                window = _window(read_instant(str(start)), step.wait.at_least, step.wait.at_most)
        held = bool(step.starts) and subject is not None and _is_held(words, subject, step.starts)
        steps.append(
            StepNow(
                number=number + 1,
                text=_said(step, finding, held=held),
                status=status,
                source=step.source,
                confirm=step.confirm,
                confirmed_by=by.by if by else "",
                waits=step.wait is not None,
                window=window,
                held=held,
            )
        )
    return steps


def _said(step: Step, finding: Finding, *, held: bool) -> str:
    """A step's text; one that starts an operation never reads as an order to start it anyway."""
    text = finding.text(step.do)
    if held:
        return f"Forbidden now; once nothing forbids it: {text}"
    return f"Once nothing forbids it: {text}" if step.once_allowed else text


def _is_held(words: Words, subject: Subject, operation: str) -> bool:
    """Whether an open finding forbids an operation on a subject, or on one around it."""
    lineage = list(subject.lineage())
    bound = {one.name for one in lineage}
    around: list[Subject] = [*lineage]
    reached = set(bound)
    while around:
        one = around.pop()
        for state in one.states.values():
            if state.finding is not None and any(
                part.operation == operation and _bound(words, state.finding, part) in bound
                for part in _prohibitions(words, state.finding)
            ):
                return True
        for child in one.children.values():
            if child.name not in reached:
                reached.add(child.name)
                around.append(child)
    return False


def _window(start: datetime, at_least: object, at_most: object) -> WaitWindow | None:
    try:
        return WaitWindow(
            start,
            start + at_least if at_least else None,  # type: ignore[operator]
            start + at_most if at_most else None,  # type: ignore[operator]
        )
    except OverflowError:
        return None


def _compiled_now(words: Words, finding: Finding) -> CompiledRule | None:
    """The rule that judges a finding now; none for an orphan."""
    subject = words.subjects.get(finding.subject)
    for rule in subject.scope.rules if subject else ():
        if rule.rule.is_called(finding.rule.id):
            return rule
    return None


def _rule_now(words: Words, finding: Finding) -> Rule:
    """The rule whose steps count: the one that judges now, or the one that raised an orphan."""
    compiled = _compiled_now(words, finding)
    return compiled.rule if compiled else finding.rule


def _prohibitions(words: Words, finding: Finding) -> list[Prohibition]:
    """What a finding forbids: what its rule did when it raised it, and what it does now."""
    return list(dict.fromkeys([*finding.rule.forbid, *_rule_now(words, finding).forbid]))


def forbidden_now(words: Words, findings: Iterable[Finding]) -> list[Forbidden]:
    """Every operation that open findings forbid, the worst finding first."""
    found = []
    for finding in by_severity(findings):
        for prohibition in _prohibitions(words, finding):
            bound = _bound(words, finding, prohibition)
            found.append(
                Forbidden(
                    operation=prohibition.operation,
                    subject=bound,
                    text=finding.text(prohibition.text),
                    source=prohibition.source,
                    finding=finding,
                )
            )
    return found


def _bound(words: Words, finding: Finding, prohibition: Prohibition) -> str:
    """The subject that a finding's prohibition binds."""
    subject = words.subjects.get(finding.subject)
    if not prohibition.scope or subject is None:
        return finding.subject
    around = _around(subject, prohibition.scope)
    return around.name if around else finding.subject


def _around(subject: Subject, scope: str) -> Subject | None:
    return next((one for one in subject.lineage() if one.scope.name == scope), None)


def blind_spots(words: Words) -> list[BlindSpot]:
    """Every rule that cannot be judged, on every subject."""
    found: list[BlindSpot] = []
    for _, subject in sorted(words.subjects.items()):
        found += blind_spots_of(words, subject)
    return found


def blind_spots_of(words: Words, subject: Subject) -> list[BlindSpot]:
    """Every rule that cannot be judged on one subject."""
    return [
        BlindSpot(rule.rule.id, subject.name, _missing(words, subject, rule))
        for rule in subject.scope.rules
        if subject.verdicts[rule.when] == Truth.UNKNOWN
    ]


def count_blind_spots(words: Words) -> int:
    """How many there are, without saying what is missing."""
    return sum(
        subject.verdicts[rule.when] == Truth.UNKNOWN
        for subject in words.subjects.values()
        for rule in subject.scope.rules
    )


def _missing(words: Words, subject: Subject, rule: CompiledRule) -> tuple[str, ...]:
    named = set(facts_named(rule.rule.when))
    found = []
    for _, fact in rule.evidence:
        looked_at = fact.name in named or any(
            fact.name in words.programs.leaves_of(name) for name in named
        )
        if looked_at and fact.derived is None and words.seen_by(subject, fact) is None:
            found.append(fact.name)
    return tuple(found)


def permission(
    words: Words, findings: Iterable[Finding], operation: str, subject_name: str
) -> Permission:
    """Whether an operation is a go on a subject: only if every rule that could forbid it is
    definitely not open."""
    subject = words.subjects.get(subject_name)
    if subject is None:
        return Permission("cannot say", reason=f"nothing is known of {subject_name}")
    if operation not in words.programs.rule_base.operations:
        return Permission("cannot say", reason=f"no rule knows the operation {operation}")
    bound_names = {one.name for one in subject.lineage()}
    forbidden = tuple(
        one
        for one in forbidden_now(words, findings)
        if one.operation == operation and one.subject in bound_names
    )
    blind: list[BlindSpot] = []
    for scope in words.programs.scopes.values():
        rules = [
            rule
            for rule in scope.rules
            if any(_reaches(one, rule, subject, operation, scope.chain) for one in rule.rule.forbid)
        ]
        if not rules:
            continue
        judged = _judged_for(subject, scope.name, rules, words)
        wanted = {one.scope for rule in rules for one in rule.rule.forbid if one.scope}
        if not judged or any(_around(subject, wider) is None for wider in wanted):
            blind += [BlindSpot(rule.rule.id, f"{scope.name}/?", ()) for rule in rules]
        for one in judged:
            for rule in rules:
                state = one.states.get(rule.index)
                if state is not None and (state.finding is not None or state.spent):
                    continue
                if one.verdicts[rule.when] == Truth.UNKNOWN or (state and state.since):
                    missing = _missing(words, one, rule)
                    blind.append(BlindSpot(rule.rule.id, one.name, missing))
    answer: Literal["go", "no go", "cannot say"] = "go"
    if forbidden:
        answer = "no go"
    elif blind:
        answer = "cannot say"
    return Permission(answer, forbidden, tuple(blind))


def _reaches(
    prohibition: Prohibition,
    rule: CompiledRule,
    subject: Subject,
    operation: str,
    chain: tuple[str, ...],
) -> bool:
    """Whether a prohibition of a rule could bind a subject or one around it."""
    bound_scope = prohibition.scope or rule.rule.scope
    return (
        prohibition.operation == operation
        and bound_scope in subject.scope.chain
        and bound_scope in chain
    )


def _judged_for(
    subject: Subject, scope: str, rules: list[CompiledRule], words: Words
) -> list[Subject]:
    """The subjects of a scope whose findings could bind a subject."""
    if scope in subject.scope.chain:
        around = _around(subject, scope)
        own = [around] if around else []
    else:
        own = subject.within(scope)
    widest = {
        prohibition.scope for rule in rules for prohibition in rule.rule.forbid if prohibition.scope
    }
    found = {one.name: one for one in own}
    for wider in widest:
        around = _around(subject, wider)
        for one in around.within(scope) if around else ():
            found[one.name] = one
    return [one for _, one in sorted(found.items())]
