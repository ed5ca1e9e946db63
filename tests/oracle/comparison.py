"""Holding the engine against the reference, step by step, and making a failure small."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import msgspec
from oracle.random_journals import Chronicler, Pass, Reload, Step
from oracle.random_rule_bases import RandomRuleBase, random_rule_base
from oracle.reference_watch import Memory, OpenFinding, ReferenceChange, ReferenceWatch

from rules.engine import Change, Watch
from rules.faults import RuleBaseError
from rules.finding import Finding
from rules.loader import load_texts
from rules.values import comparable
from rules.vocabulary import Event

_LONG_AFTER = timedelta(days=3)


class BothWatches:
    """The engine and the reference, taking the same steps."""

    def __init__(
        self,
        base: RandomRuleBase,
        pieces: list[str] | None = None,
        *,
        verify: bool = False,
        copies: bool = False,
    ) -> None:
        rule_base = load_texts(base.texts(pieces))
        self._base = base
        self.engine = Watch(rule_base, verify=verify)
        self.reference = ReferenceWatch(rule_base)
        self._copies = copies
        self._taken = 0

    def take(self, step: Step) -> str:
        """Take a step and say what differs after it, nothing if nothing does."""
        before = len(self.reference.changes)
        self._taken += 1
        if self._copies and self._taken % 5 == 0:
            self.engine = self.engine.copy()
        match step:
            case Event():
                changes = self.engine.apply(step, msgspec.json.encode(step))
                self.reference.apply(step)
            case Reload():
                rule_base = load_texts(self._base.texts(step.pieces))
                changes = self.engine.reload(rule_base, step.at)
                self.reference.reload(rule_base, step.at)
            case Pass():
                changes = self.engine.advance(step.to)
                self.reference.advance(step.to)
        found, wanted = _arrange(map(_plain, changes)), _arrange(self.reference.changes[before:])
        if isinstance(step, Reload):
            # What a rule's steps are after it has changed is a beginning, not a change.
            found, wanted = ([each for each in told if each.step < 0] for told in (found, wanted))
        if found != wanted:
            return _differ("changes", found, wanted)
        found_kinds = self.engine.names.get("unknown kinds of source", Counter())
        if found_kinds != self.reference.unknown_kinds:
            return _differ("kinds", found_kinds.items(), self.reference.unknown_kinds.items())
        differs = self._differing_findings() or self._differing_verdicts()
        return differs or self._differing_permissions()

    def close(self) -> None:
        """Give back what the engine holds."""
        self.engine.close()

    def _differing_findings(self) -> str:
        found = {
            (each.rule.id, each.subject): _engines_finding(each, self.engine)
            for each in self.engine.findings()
        }
        wanted = {
            key: _references_finding(memory.finding, memory)
            for key, memory in self.reference.memories.items()
            if memory.finding is not None
        }
        return "" if found == wanted else _differ("findings", found.items(), wanted.items())

    def _differing_verdicts(self) -> str:
        reference = self.reference
        keys = [
            (rule.id, subject)
            for rule in reference.base.rules
            for subject in sorted(reference.subjects)
            if rule.scope == subject.partition("/")[0]
        ]
        found = [(*key, self.engine.verdict(*key).name) for key in keys]
        wanted = [(*key, reference.verdict(*key).name) for key in keys]
        return "" if found == wanted else _differ("verdicts", found, wanted)

    def _differing_permissions(self) -> str:
        asked = [
            (operation, subject)
            for operation in self.reference.base.operations
            for subject in sorted(self.reference.subjects)
        ]
        found = [(*key, self.engine.permission(*key).answer) for key in asked]
        wanted = [(*key, self.reference.permission(*key)) for key in asked]
        return "" if found == wanted else _differ("permissions", found, wanted)


def _plain(change: Change) -> ReferenceChange:
    finding = change.finding
    return ReferenceChange(change.time, change.kind, finding.rule.id, finding.subject, change.step)


def _arrange(changes: Iterable[ReferenceChange]) -> list[ReferenceChange]:
    """In an order in which only what the law orders matters: at one instant, each rule and
    subject for itself, and steps after the rest."""
    told = [each for each in changes if each.kind != "note"]
    return sorted(
        told, key=lambda each: (each.time, each.rule, each.subject, each.step >= 0, each.step)
    )


def _engines_finding(finding: Finding, engine: Watch) -> tuple[object, ...]:
    return (
        finding.raised_at,
        _one_form(finding.occurrence),
        finding.unconfirmed_since,
        finding.acknowledged is not None,
        sorted(finding.confirmations),
        [step.number - 1 for step in engine.steps(finding) if step.status == "done"],
    )


def _one_form(occurrence: object) -> str:
    """An occurrence in one form, also where a reload has made its rule look at another fact."""
    for kind in ("version", "instant"):
        try:
            return str(comparable(kind, occurrence))  # type: ignore[arg-type]
        except (ValueError, TypeError):
            continue
    return str(occurrence)


def _references_finding(finding: OpenFinding, memory: Memory) -> tuple[object, ...]:
    by_facts = set() if memory.rule_is_gone else finding.ticked
    steps = enumerate(memory.rule.steps)
    return (
        finding.raised_at,
        _reference_form(finding.occurrence),
        finding.unconfirmed_since,
        finding.acknowledged,
        sorted(finding.confirmed),
        [at for at, step in steps if step.confirm in finding.confirmed or at in by_facts],
    )


def _reference_form(occurrence: object) -> str:
    return str(occurrence) if isinstance(occurrence, tuple) else _one_form(occurrence)


def _differ(what: str, found: Iterable[object], wanted: Iterable[object]) -> str:
    found, wanted = list(found), list(wanted)
    lines = [f"{what} differ:"]
    lines += [f"  the engine alone:    {each}" for each in found if each not in wanted]
    lines += [f"  the reference alone: {each}" for each in wanted if each not in found]
    if len(lines) == 1:
        lines += [f"  the engine:    {found}", f"  the reference: {wanted}"]
    return "\n".join(lines)


@dataclass
class Failure:
    """A journal on which engine and reference differ."""

    base: RandomRuleBase
    pieces: list[str]
    steps: list[Step]
    message: str

    def __str__(self) -> str:
        texts = self.base.texts(self.pieces)["base.toml"].decode()
        told = "\n".join(show_step(step) for step in self.steps)
        return f"{self.message}\n--- rule base ---\n{texts}\n--- journal ---\n{told}"


def show_step(step: Step) -> str:
    """A step as it would stand in a journal."""
    match step:
        case Event():
            return msgspec.json.encode(step).decode()
        case Reload():
            lines = [line for piece in step.pieces for line in piece.splitlines()]
            return "\n    ".join([f"reload at {step.at}:", *lines])
        case Pass():
            return f"time passes to {step.to}"


def try_journal(seed: int, *, steps: int, verify: bool = False, padding: int = 0) -> Failure | None:
    """One random rule base, with so many more facts that nobody speaks of, and one random
    journal; what differed, if anything did. One engine in four is copied on the way."""
    chance = random.Random(seed)
    base = random_rule_base(chance, padding=padding)
    both = BothWatches(base, verify=verify, copies=seed % 4 == 0)
    chronicler = Chronicler(base, both.reference, chance)
    taken: list[Step] = []
    try:
        for _ in range(steps):
            step = chronicler.next()
            taken.append(step)
            message = _guarded(both.take, step)
            if message:
                return Failure(base, base.pieces, taken, message)
        taken.append(Pass(both.reference.now + _LONG_AFTER))
        message = _guarded(both.take, taken[-1])
        return Failure(base, base.pieces, taken, message) if message else None
    finally:
        both.close()


def _guarded(take: Callable[[Step], str], step: Step) -> str:
    try:
        return take(step)
    except Exception as error:  # noqa: BLE001 - whatever the engine raises is a finding here
        return f"{type(error).__name__}: {error}"


def replay(
    base: RandomRuleBase, pieces: list[str], steps: Sequence[Step], *, copies: bool = False
) -> str:
    """What differs when fixed steps are taken anew; nothing where the rule base cannot be."""
    try:
        both = BothWatches(base, pieces, copies=copies)
    except RuleBaseError:
        return ""
    try:
        for step in steps:
            message = _guarded(both.take, step)
            if message:
                return message
        return ""
    finally:
        both.close()


def make_small(failure: Failure) -> Failure:
    """Leave out steps, pieces and facts as long as engine and reference still differ."""
    steps, pieces = list(failure.steps), list(failure.pieces)

    copies = not replay(failure.base, pieces, steps)

    def fails(pieces: list[str], steps: list[Step]) -> bool:
        return bool(replay(failure.base, pieces, steps, copies=copies))

    if not fails(pieces, steps):
        return failure
    smaller = True
    while smaller:
        smaller = False
        for size in (8, 4, 2, 1):
            position = len(steps) - size
            while position >= 0:
                fewer = steps[:position] + steps[position + size :]
                if fails(pieces, fewer):
                    steps, smaller = fewer, True
                position -= size
        for position in reversed(range(len(pieces))):
            fewer_pieces = pieces[:position] + pieces[position + 1 :]
            if fails(fewer_pieces, steps):
                pieces, smaller = fewer_pieces, True
        for position, step in enumerate(steps):
            for shorter_step in _shorter(step):
                shorter = [*steps[:position], shorter_step, *steps[position + 1 :]]
                if fails(pieces, shorter):
                    steps, smaller = shorter, True
                    break
    message = replay(failure.base, pieces, steps, copies=copies)
    if copies:
        message += "\n(only where the engine is copied after every fifth step)"
    return Failure(failure.base, pieces, steps, message)


def _shorter(step: Step) -> Iterable[Step]:
    if isinstance(step, Event):
        for name in step.data.facts:
            facts = {other: value for other, value in step.data.facts.items() if other != name}
            data = msgspec.structs.replace(step.data, facts=facts)
            yield msgspec.structs.replace(step, data=data)
    if isinstance(step, Reload):
        for position in range(len(step.pieces)):
            fewer = step.pieces[:position] + step.pieces[position + 1 :]
            yield Reload(fewer, step.at)
