"""Small changes of what a rule says beside its patterns: how bad it is, what it forbids, when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from rules.authoring.value_changes import a_second_apart
from rules.pattern import facts_named
from rules.positions import Path
from rules.rule_base import Prohibition, Rule, Step
from rules.values import show_duration
from rules.vocabulary import SEVERITIES

_OF_FINDING: Final = "in the rule's [[table]], or in a [[test.finding]]"


class RuleChange(NamedTuple):
    """One change of a rule."""

    said: str
    rule: Rule
    way: Path
    """From the rule's table to what is changed."""
    told_by: str = ""
    """What a test may say of the rule's finding that would notice it."""
    is_equal: bool = False
    matters_once_ticked: bool = False
    """Whether it makes no difference to a step that is open for as long as its finding stands."""


def rule_changes(rule: Rule, chain: Sequence[str]) -> Iterator[RuleChange]:
    """Every change of a rule but those of its patterns; `chain` is its scope and those around."""
    place = SEVERITIES.index(rule.severity)
    severity = SEVERITIES[place + 1 if place + 1 < len(SEVERITIES) else place - 1]
    yield RuleChange(
        f'severity "{rule.severity}" turned to "{severity}"',
        replace(rule, severity=severity),
        ("severity",),
        f'severity = "{rule.severity}" {_OF_FINDING}',
    )
    if rule.occurrence:
        yield RuleChange(
            f'occurrence "{rule.occurrence}" taken away',
            replace(rule, occurrence=""),
            ("occurrence",),
            f"occurrence, the value of {rule.occurrence}, {_OF_FINDING}",
        )
    if rule.hold is not None:
        told = "raised, to the second, in a [[test.finding]]"
        for said, hold in _other_durations("for", rule.hold):
            yield RuleChange(said, replace(rule, hold=hold), ("for",), told)
    if rule.until is not None:
        yield RuleChange("until taken away", replace(rule, until=None), ("until",))
    told = f"suppresses = {_list(sorted(rule.suppresses))} {_OF_FINDING}"
    for number, name in enumerate(rule.suppresses):
        rest = rule.suppresses[:number] + rule.suppresses[number + 1 :]
        changed = replace(rule, suppresses=rest)
        yield RuleChange(f'suppresses: "{name}" taken away', changed, ("suppresses", number), told)
    if rule.support is not None:
        yield RuleChange(
            "contact_support taken away",
            replace(rule, support=None),
            ("then", "contact_support"),
            f"contact_support = true {_OF_FINDING}",
        )
    yield from _prohibition_changes(rule, chain)
    for number, step in enumerate(rule.steps):
        for said, other, way, told in _step_changes(step, rule):
            steps = (*rule.steps[:number], other, *rule.steps[number + 1 :])
            yield RuleChange(
                f"step {number + 1}: {said}",
                replace(rule, steps=steps),
                ("then", "step", number, *way),
                told,
                matters_once_ticked=way == ("done_when",) or _keeps_from_ticking(step, other),
            )


def _prohibition_changes(rule: Rule, chain: Sequence[str]) -> Iterator[RuleChange]:
    told = f"forbids = {_prohibitions(rule)} {_OF_FINDING}"
    for number, one in enumerate(rule.forbid):
        way = ("then", "forbid", number)
        before, after = rule.forbid[:number], rule.forbid[number + 1 :]
        said = f"forbid {one.operation}"
        yield RuleChange(f"{said} taken away", replace(rule, forbid=before + after), way, told)
        if one.scope:
            own = replace(rule, forbid=(*before, replace(one, scope=""), *after))
            is_equal = one.scope == rule.scope
            said = f'{said}: scope "{one.scope}" taken away'
            yield RuleChange(said, own, (*way, "scope"), told, is_equal)
        elif len(chain) > 1:
            wider = replace(rule, forbid=(*before, replace(one, scope=chain[1]), *after))
            yield RuleChange(f'{said}: scope "{chain[1]}" added', wider, way, told)


def _step_changes(step: Step, rule: Rule) -> Iterator[tuple[str, Step, Path, str]]:
    if step.confirm and not _is_asked_about(step.confirm, rule):
        said = f'confirm "{step.confirm}" taken away'
        yield (
            said,
            replace(step, confirm=""),
            ("confirm",),
            f"steps.{rule.id}, with it done, in a [[test.expect]]",
        )
    if step.done_when is not None:
        said = "done_when taken away"
        yield said, replace(step, done_when=None), ("done_when",), ""
    if step.starts:
        at_once, later = (_started(rule, once_allowed=waits) for waits in (False, True))
        told = f"starts = {at_once}, starts_once_allowed = {later} {_OF_FINDING}"
        said = f'starts "{step.starts}" taken away'
        yield said, replace(step, starts="", once_allowed=False), ("starts",), told
        said = f"once_allowed {'taken away' if step.once_allowed else 'added'}"
        way: Path = ("once_allowed",) if step.once_allowed else ("starts",)
        yield said, replace(step, once_allowed=not step.once_allowed), way, told
    if (wait := step.wait) is not None:
        told = f"waits.{rule.id} in a [[test.expect]]"
        for key in ("at_least", "at_most"):
            span = getattr(wait, key)
            if span is None:
                continue
            for said, other in _other_durations(f"wait {key}", span):
                changed: dict[str, Any] = {key: other}
                if other is None and not (wait.at_least if key == "at_most" else wait.at_most):
                    # A wait without an end is none.
                    yield "wait taken away", replace(step, wait=None), ("wait",), told
                    continue
                yield said, replace(step, wait=replace(wait, **changed)), ("wait", key), told


def _keeps_from_ticking(step: Step, changed: Step) -> bool:
    """Whether all that is taken away is a wait of at least nothing, which shows nothing: it keeps a
    step from being ticked before its start is known."""
    before, after = step.wait, changed.wait
    return (
        before is not None
        and after is not None
        and before.at_least == timedelta()
        and after.at_least is None
    )


def _other_durations(what: str, span: timedelta) -> Iterator[tuple[str, timedelta | None]]:
    yield f"{what} taken away", None
    for other in a_second_apart(span):
        yield f"{what} {show_duration(span)} turned to {show_duration(other)}", other


def _is_asked_about(confirm: str, rule: Rule) -> bool:
    """Whether a pattern of a rule looks at one of its confirmations, which must then be there."""
    name = f"confirm.{confirm}"
    patterns = [rule.when, rule.until, *(step.done_when for step in rule.steps)]
    return any(name in facts_named(pattern) for pattern in patterns if pattern is not None)


def _prohibitions(rule: Rule) -> str:
    return f"[{', '.join(sorted(_prohibition(one, rule) for one in rule.forbid))}]"


def _prohibition(one: Prohibition, rule: Rule) -> str:
    if not one.scope or one.scope == rule.scope:
        return f'"{one.operation}"'
    return f'{{ operation = "{one.operation}", scope = "{one.scope}" }}'


def _started(rule: Rule, *, once_allowed: bool) -> str:
    steps = [step for step in rule.steps if step.starts and step.once_allowed is once_allowed]
    return _list(sorted({step.starts for step in steps}))


def _list(names: Sequence[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"[{quoted}]"
