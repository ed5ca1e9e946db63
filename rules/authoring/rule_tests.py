"""Tests of rules: facts and events in time, or a log, and what must be found then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

import msgspec

from rules.values import Value

BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""When a test begins that names no time of its own."""

Moment: TypeAlias = timedelta | datetime
"""Since the beginning of the test, or a time of the log's."""

STATUSES: Final = ("done", "open", "not sure")


class Said(msgspec.Struct, frozen=True):
    """Something that happens in a test."""

    at: timedelta = timedelta()
    subject: str = ""
    source: str = ""
    facts: Mapping[str, Any] = {}
    unknown: tuple[str, ...] = ()
    """Facts that nobody knows from now on."""
    families: tuple[str, ...] = ()
    """With any, what is said is a snapshot of these families of facts."""
    lost: str = ""
    heard: str = ""
    """A kind of source that is lost, or heard again."""
    silent: str = ""
    """A kind of source that is heard now and then no more."""
    rule: str = ""
    confirm: str = ""
    close: str = ""
    acknowledge: str = ""


class ExpectedProhibition(msgspec.Struct, frozen=True, order=True):
    """An operation that a finding must forbid: on its own subject, or on the one of `scope` around
    it."""

    operation: str
    scope: str = ""

    def __str__(self) -> str:
        return f"{self.operation} on its {self.scope}" if self.scope else self.operation


class ExpectedAdvice(msgspec.Struct, frozen=True):
    """What a finding must tell those on watch; None is for what the test leaves open."""

    title: str | None = None
    impact: str | None = None
    severity: str | None = None
    forbids: tuple[ExpectedProhibition, ...] | None = None
    contact_support: bool | None = None
    suppresses: tuple[str, ...] | None = None
    """The rules whose findings stand behind it."""
    starts: tuple[str, ...] | None = None
    """The operations that its steps start at once."""
    starts_once_allowed: tuple[str, ...] | None = None
    """The operations that its steps start once nothing forbids them any more."""
    occurrence: Value | None = None
    """The value that tells its happening from the next."""


NO_ADVICE: Final = ExpectedAdvice()


class ExpectedWait(msgspec.Struct, frozen=True):
    """When the wait of a step must end, at the earliest and at the latest; without either, it has
    not started."""

    step: int
    """From 1."""
    earliest: Moment | None = None
    latest: Moment | None = None


class ExpectedFinding(msgspec.Struct, frozen=True):
    """A finding that must be raised, and when it must be resolved; with None it stays open."""

    rule: str
    subject: str
    raised: Moment
    resolved: Moment | None = None
    advice: ExpectedAdvice = NO_ADVICE
    recurred: tuple[Moment, ...] | None = None


class ExpectedState(msgspec.Struct, frozen=True):
    """What must be so at a time."""

    at: Moment
    subject: str = ""
    open: tuple[str, ...] | None = None
    facts: Mapping[str, Any] = {}
    unknown: tuple[str, ...] = ()
    steps: Mapping[str, tuple[str, ...]] = {}
    """By rule, the status of each step."""
    waits: Mapping[str, tuple[ExpectedWait, ...]] = {}
    """By rule, its steps that wait."""
    advice: Mapping[str, ExpectedAdvice] = {}
    """By rule, what its finding says where it is open."""
    unconfirmed: tuple[str, ...] | None = None
    forbidden: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    uncertain: tuple[str, ...] = ()
    """Operations of which nobody can say whether they may be started."""
    blind: tuple[str, ...] = ()
    judged: tuple[str, ...] = ()
    """Rules that are no blind spots."""
    signs: Mapping[str, str] = {}
    """By label of a line of the board, its sign."""


class Proof(msgspec.Struct, frozen=True):
    """Facts of which every combination must be answered."""

    file: str
    line: int
    facts: tuple[str, ...]
    """Names, or patterns such as `update.*`."""
    classification: str = ""
    """The derived fact that must have a value in every combination."""
    quiet: tuple[str, ...] = ()
    """Its values that need no rule."""
    may_be_unknown: bool = False
    """Whether it may be unknown where a rule is raised that says so."""
    may_be_blind: bool = False
    """Whether a combination may raise no rule where one that asks for the classification is a
    blind spot."""


class RuleTest(msgspec.Struct, frozen=True):
    """One test. `rules` are those that it is about: they raise what is expected, and nothing
    else; with `exact`, that holds for every rule."""

    name: str
    file: str
    line: int
    rules: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    """Rules that must be open on the test's subject at its end."""
    exact: bool = False
    todo: str = ""
    subject: str = ""
    begin: datetime = BEGIN
    end: Moment | None = None
    log: str = ""
    events: tuple[Said, ...] = ()
    findings: tuple[ExpectedFinding, ...] = ()
    states: tuple[ExpectedState, ...] = ()

    @property
    def judged(self) -> frozenset[str] | None:
        """The rules whose findings and steps the test holds to be as it says; None for all."""
        if self.exact:
            return None
        return self.rules.union(*(state.steps for state in self.states))

    def moment(self, at: Moment) -> datetime:
        """A time of the test's as an instant."""
        return at if isinstance(at, datetime) else self.begin + at
