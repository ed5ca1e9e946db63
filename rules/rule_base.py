"""A rule base as it stands once its files have been read and found right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from rules.board import Board
from rules.pattern import Pattern
from rules.values import Value
from rules.vocabulary import FactType, Grade, Severity


class Place(msgspec.Struct, frozen=True):
    """Where something stands: a file's name within its rule base and a line counted from 1."""

    file: str
    line: int


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """The document that a piece of advice comes from, and how well it is known."""

    document: str
    grade: Grade
    section: str = ""
    page: int | None = None
    url: str = ""


class Scope(msgspec.Struct, frozen=True):
    """A kind of subject. `within` is the scope around it, `member_by` the fact that names the
    subject around it."""

    name: str
    meaning: str = ""
    within: str = ""
    member_by: str = ""


class SourceKind(msgspec.Struct, frozen=True):
    """Who can speak; three missed heartbeats make a source lost (law 8), none never does."""

    name: str
    meaning: str = ""
    heartbeat: timedelta | None = None


class Operation(msgspec.Struct, frozen=True):
    """Something that an operator may want to start and a finding can forbid."""

    name: str
    title: str


class Fact(msgspec.Struct, frozen=True):
    """A declared fact. `source` is empty for a derived one, `otherwise` is the value of a derived
    fact whose derivations are all definitely false (law 6)."""

    name: str
    type: FactType
    scope: str
    source: str = ""
    meaning: str = ""
    unit: str = ""
    values: tuple[str, ...] = ()
    default: Value | None = None
    otherwise: Value | None = None
    memory: bool = False
    derived: bool = False
    grade: str = ""
    planned: bool = False
    """Whether an instant may lie ahead: what is planned for it is no sign of a wrong clock."""

    @property
    def family(self) -> str:
        """The name up to the first dot; snapshots cover families."""
        return self.name.partition(".")[0]


class Derivation(msgspec.Struct, frozen=True):
    """One way to conclude a derived fact's value."""

    fact: str
    value: Value
    when: Pattern
    place: Place


class Wait(msgspec.Struct, frozen=True):
    """A window after the instant that the fact `start` names."""

    start: str
    at_least: timedelta | None = None
    at_most: timedelta | None = None


class Step(msgspec.Struct, frozen=True):
    """One thing to do, ticked by facts (`done_when`), by an operator (`confirm`) or by nothing."""

    do: str
    source: Source
    confirm: str = ""
    done_when: Pattern | None = None
    wait: Wait | None = None
    starts: str = ""
    """The operation that is started by doing it; empty for all other steps."""
    once_allowed: bool = False
    """Whether it is only to be started once no finding forbids it any more."""


class Prohibition(msgspec.Struct, frozen=True):
    """An operation that an open finding forbids, on its subject or on the one of `scope` around
    it."""

    operation: str
    source: Source
    text: str = ""
    scope: str = ""


class Rule(msgspec.Struct, frozen=True):
    """A pattern over facts and the action that it requires."""

    id: str
    title: str
    severity: Severity
    source: Source
    scope: str
    when: Pattern
    place: Place
    hash: str
    """Of the rule's text as it was judged, overrides included."""
    text: str
    """The rule's own TOML."""
    cases: tuple[str, ...] = ()
    occurrence: str = ""
    hold: timedelta | None = None
    """The rule's `for`."""
    until: Pattern | None = None
    suppresses: tuple[str, ...] = ()
    impact: str = ""
    support: Source | None = None
    """Whence the demand to contact support comes; none where there is no such demand."""
    forbid: tuple[Prohibition, ...] = ()
    steps: tuple[Step, ...] = ()
    overridden: tuple[str, ...] = ()
    """What a site's override file changed."""
    aliases: tuple[str, ...] = ()
    """The ids that it had before; old journals name it by them."""
    deprecated: str = ""
    """Why it is not judged any more; it is kept to explain old journals."""

    def is_called(self, rule_id: str) -> bool:
        """Whether an id is the rule's own, or one that it had before."""
        return rule_id == self.id or rule_id in self.aliases


class RuleBase(msgspec.Struct, frozen=True):
    """Everything that one or more folders of rule files declare."""

    id: str
    title: str
    hash: str
    """Of all texts, overrides included: what the journal's `rules.loaded` names."""
    scopes: Mapping[str, Scope]
    sources: Mapping[str, SourceKind]
    facts: Mapping[str, Fact]
    operations: Mapping[str, Operation]
    derivations: tuple[Derivation, ...]
    derived_order: tuple[str, ...]
    """The derived facts, each after those that it is concluded from."""
    rules: tuple[Rule, ...]
    texts: Mapping[str, bytes]
    """The files as they were read, by name."""
    deprecated: tuple[Rule, ...] = ()
    """Rules that are not judged any more."""
    board: Board = Board()
    """What a screen shows of each subject."""

    def scope_chain(self, scope: str) -> tuple[str, ...]:
        """A scope and those around it, narrowest first, as far as they are declared soundly."""
        chain = [scope]
        while (within := self.scopes[chain[-1]].within) in self.scopes and within not in chain:
            chain.append(within)
        return tuple(chain)
