"""Findings: a rule that holds on a subject, its evidence frozen as it was when it was raised."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from rules.compiled import CompiledRule
from rules.evaluate import KnownFacts, truth, value_of
from rules.pattern import RELATION_OPERATORS, Condition, Pattern
from rules.program import Programs
from rules.read_rules import PLACEHOLDER
from rules.rule_base import Fact, Rule, RuleBase
from rules.source_state import Origin
from rules.values import Value, show_seconds
from rules.vocabulary import UNRECOGNISED, Event, Truth

ChangeKind = Literal[
    "raised",
    "recurred",
    "unconfirmed",
    "confirmed",
    "resolved",
    "closed",
    "acknowledged",
    "step_ticked",
    "step_unticked",
    "note",
]


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """A fact that made a rule hold, its value then, and the event that had set it."""

    fact: str
    value: Value | None
    said: str = ""
    """The word itself, where the value is `unrecognised`."""
    subject: str = ""
    event: str = ""
    source: str = ""
    time: datetime | None = None
    message: str = ""


class Conclusion(msgspec.Struct, frozen=True):
    """A derived fact's value when a finding was raised; `grade` is empty where it needs none."""

    fact: str
    value: Value | None
    grade: str


class Confirmation(msgspec.Struct, frozen=True):
    """What an operator has confirmed, and when."""

    by: str
    at: datetime


class Note(msgspec.Struct, frozen=True):
    """What an operator has written about a finding."""

    by: str
    at: datetime
    text: str


class Frozen(msgspec.Struct, frozen=True):
    """What a finding keeps of the moment at which it was raised."""

    rules: str
    """The hash of the rule base by which it was raised."""
    levels: tuple[str, ...]
    """Its subject and those around it."""
    facts: Mapping[str, tuple[Value | None, Origin | None]]
    """Every fact that its rule looks at or names, as it had been said, and where it came from."""


_NO_CONFIRMATIONS: Mapping[str, Confirmation] = {}
_NO_TICKS: list[bool] = []


class Finding:
    """One raising of a rule on a subject. Its texts and evidence do not change; its state does."""

    __slots__ = (
        "_levels",
        "_origins",
        "_programs",
        "_values",
        "acknowledged",
        "closed_by",
        "compiled",
        "confirmations",
        "notes",
        "noticed",
        "occurrence",
        "raised_at",
        "recurred_at",
        "resolved_at",
        "rule",
        "subject",
        "ticked",
        "unconfirmed_since",
    )

    def __init__(
        self,
        compiled: CompiledRule,
        levels: tuple[str, ...],
        raised_at: datetime,
        occurrence: Value | None,
        values: tuple[Value | None, ...],
        origins: tuple[Origin | None, ...],
        programs: Programs,
    ) -> None:
        self.compiled = compiled
        self.rule: Rule = compiled.rule
        self.subject = levels[0]
        self.raised_at = raised_at
        self.occurrence = occurrence
        self._levels = levels
        self._values = values
        self._origins = origins
        self._programs = programs
        self.recurred_at: tuple[datetime, ...] = ()
        self.unconfirmed_since: datetime | None = None
        self.acknowledged: Note | None = None
        self.resolved_at: datetime | None = None
        self.closed_by: Note | None = None
        self.confirmations: Mapping[str, Confirmation] = _NO_CONFIRMATIONS
        self.notes: tuple[Note, ...] = ()
        self.noticed: tuple[Evidence, ...] = ()
        """For a built-in finding, the facts that the engine has noticed."""
        self.ticked: list[bool] = _NO_TICKS
        """By step, whether facts tick it; empty where they tick none."""

    def copy(self) -> Finding:
        """The same finding for a copy of a watch; what is frozen is shared."""
        copy = Finding.__new__(Finding)
        for name in Finding.__slots__:
            value = getattr(self, name)
            setattr(copy, name, value.copy() if name == "ticked" else value)
        return copy

    @property
    def state(self) -> Literal["open", "acknowledged", "resolved"]:
        """Whether the finding still stands, and whether an operator has taken note of it."""
        if self.resolved_at is not None:
            return "resolved"
        return "open" if self.acknowledged is None else "acknowledged"

    @property
    def open(self) -> bool:
        """Whether the finding still stands."""
        return self.resolved_at is None

    def frozen(self) -> Frozen:
        """What was kept when the finding was raised."""
        kept = zip(self.compiled.evidence, self._values, self._origins, strict=True)
        facts = {fact.name: (value, origin) for (_, fact), value, origin in kept}
        return Frozen(self._programs.rule_base.hash, self._levels, facts)

    def values(self) -> dict[str, Value | None]:
        """Every fact that the rule looks at or names, as it was when the finding was raised."""
        return {
            fact.name: recognised(fact.declared, value)
            for (_, fact), value in zip(self.compiled.evidence, self._values, strict=True)
        }

    def text(self, template: str) -> str:
        """A text of the rule with the facts that it names filled in."""
        return fill(template, self.values().get, self._programs.rule_base)

    @property
    def title(self) -> str:
        """The rule's title with its facts filled in."""
        return self.text(self.rule.title)

    @property
    def impact(self) -> str:
        """The rule's impact with its facts filled in."""
        return self.text(self.rule.impact)

    def evidence(self) -> list[Evidence]:
        """The facts that made the rule hold, derived ones resolved into those they came from."""
        if self.noticed:
            return list(self.noticed)
        kept = {
            fact.name: (level, fact, value, origin)
            for (level, fact), value, origin in zip(
                self.compiled.evidence, self._values, self._origins, strict=True
            )
        }
        names, _ = _support(self.rule.when, self.values(), self.raised_at, self._programs.rule_base)
        found = []
        for name in names:
            if name in kept:
                level, fact, value, origin = kept[name]
                subject = self._levels[level] if level < len(self._levels) else ""
                found.append(evidence_of(fact.declared, value, origin, subject))
        return found

    def conclusions(self) -> list[Conclusion]:
        """The derived facts that stand between the evidence and the rule, with their grades."""
        rule_base, values = self._programs.rule_base, self.values()
        _, names = _support(self.rule.when, values, self.raised_at, rule_base)
        return [Conclusion(name, values[name], rule_base.facts[name].grade) for name in names]


def evidence_of(fact: Fact, value: Value | None, origin: Origin | None, subject: str) -> Evidence:
    """A fact's value and the event that set it, as evidence."""
    known = recognised(fact, value)
    said = str(value) if known != value else ""
    if origin is None:
        return Evidence(fact=fact.name, value=known, said=said, subject=subject)
    return Evidence(
        fact=fact.name,
        value=known,
        said=said,
        subject=subject,
        event=origin.id,
        source=origin.source,
        time=origin.time,
        message=origin.message,
    )


def recognised(fact: Fact, value: Value | None) -> Value | None:
    """A fact's value as rules see it: a word outside an enumeration is `unrecognised`."""
    if fact.type == "enum" and value is not None and value not in fact.values:
        return UNRECOGNISED
    return value


class Change(msgspec.Struct, gc=False):
    """Something that became so at a time: a finding raised, resolved, and so on."""

    kind: ChangeKind
    time: datetime
    finding: Finding
    event: Event | None = None
    """The event that it came with; none where time alone brought it."""
    step: int = -1
    """The step's number from 0, where a step was ticked or unticked."""
    note: Note | None = None


def fill(template: str, facts: KnownFacts, rule_base: RuleBase) -> str:
    """A text with the facts that it names filled in."""

    def value(match: Any) -> str:
        return show_value(value_of(facts, match[1]), rule_base.facts.get(match[1]))

    return PLACEHOLDER.sub(value, template)


def show_value(value: Value | None, fact: Fact | None) -> str:
    """A fact's value as it stands in a text: a duration with its units, all else without."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "true" if value else "false"
    if fact is not None and fact.type == "duration" and not isinstance(value, str):
        return show_seconds(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _support(
    pattern: Pattern,
    values: Mapping[str, Value | None],
    now: datetime,
    rule_base: RuleBase,
) -> tuple[list[str], list[str]]:
    """The facts by which a pattern that is true is true, in the order of the pattern, and the
    derived ones that they were found through."""
    found: dict[str, None] = {}
    derived: dict[str, None] = {}

    def visit(part: Pattern, wanted: Truth) -> None:
        if isinstance(part, Condition):
            visit_fact(part.fact)
            if part.operator in RELATION_OPERATORS:
                visit_fact(str(part.operand))
            return
        children = part.patterns
        needs_all = (part.kind == "all") == (wanted == Truth.TRUE)
        if part.kind == "none":
            needs_all = wanted == Truth.TRUE
        inner = Truth.FALSE if (part.kind == "none") == (wanted == Truth.TRUE) else Truth.TRUE
        for child in children:
            if needs_all or truth(child, values.get, now, rule_base.facts) == inner:
                visit(child, inner)

    def visit_fact(name: str) -> None:
        own = [derivation for derivation in rule_base.derivations if derivation.fact == name]
        if not own:
            found.setdefault(name)
            return
        if name in derived:
            return
        derived.setdefault(name)
        held = [
            derivation
            for derivation in own
            if truth(derivation.when, values.get, now, rule_base.facts) == Truth.TRUE
        ]
        for derivation in held or own:
            visit(derivation.when, Truth.TRUE if held else Truth.FALSE)

    visit(pattern, Truth.TRUE)
    return list(found), list(derived)
