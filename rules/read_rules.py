"""From the tables of a rule base to its derivations and rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final, get_args

import msgspec

from rules.faults import nearest
from rules.pattern import Pattern, facts_named
from rules.read_pattern import CONFIRM, PatternReader
from rules.rule_base import (
    Derivation,
    Fact,
    Operation,
    Place,
    Prohibition,
    Rule,
    Scope,
    Source,
    Step,
    Wait,
)
from rules.tables import Table
from rules.values import read_duration, read_value
from rules.vocabulary import SEVERITIES, Grade

PLACEHOLDER: Final = re.compile(r"\{([a-z0-9_.]+)\}")
_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]*")


class Catalogue(msgspec.Struct, frozen=True):
    """What rules are read against."""

    scopes: Mapping[str, Scope]
    facts: Mapping[str, Fact]
    operations: Mapping[str, Operation]

    def chain(self, scope: str) -> tuple[str, ...]:
        """A scope and those around it, narrowest first."""
        chain = [scope]
        while (within := self.scopes[chain[-1]].within) and within not in chain:
            chain.append(within)
        return tuple(chain)

    def narrowest(self, names: Iterable[str]) -> str | None:
        """The narrowest scope of some facts; None where they do not lie within one another."""
        scopes = {self.facts[name].scope for name in names if name in self.facts}
        for scope in scopes:
            if scopes <= set(self.chain(scope)):
                return scope
        return None


def read_derivation(table: Table, catalogue: Catalogue, line: int) -> Derivation | None:
    """One `[[derive]]`."""
    name = table.text("fact", required=True)
    fact = catalogue.facts.get(name)
    raw, when = table.get("value"), table.table("when")
    table.finish()
    if fact is None or not fact.derived:
        known = [fact.name for fact in catalogue.facts.values() if fact.derived]
        table.fault(f"{name!r} is not declared as a derived fact{nearest(name, known)}", "fact")
        return None
    if when is None:
        table.fault("when is missing")
        return None
    pattern = PatternReader(catalogue.facts).read(when)
    try:
        value = read_value(fact.type, raw)
        if fact.type == "enum" and value not in fact.values:
            raise ValueError(f"{value!r} is none of its values{nearest(str(value), fact.values)}")
    except ValueError as error:
        table.fault(str(error), "value")
        return None
    if pattern is None:
        return None
    visible = catalogue.chain(fact.scope)
    for other in facts_named(pattern):
        if catalogue.facts[other].scope not in visible:
            when.fault(f"{name} (of a {fact.scope}) cannot be concluded from {other}")
    return Derivation(name, value, pattern, Place(table.file, line))


class RuleReader:
    """Reads one `[[rule]]` after another against a catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def read(
        self, table: Table, line: int, text: str, overridden: tuple[str, ...] = ()
    ) -> Rule | None:
        """The rule that a table says; None, with faults noted, where it says none."""
        then = table.table("then") or Table({}, table.file, (*table.path, "then"), table.faults)
        rule_id = table.text("id", required=True)
        if rule_id and not _ID.fullmatch(rule_id):
            table.fault("an id is lower case letters, digits, - . and _", "id")
        title, severity = table.text("title", required=True), table.choice("severity", SEVERITIES)
        source = self._source(table, None)
        confirmations = {
            step["confirm"]
            for step in then.content.get("step", [])
            if isinstance(step, dict) and isinstance(step.get("confirm"), str)
        }
        with_confirmations = PatternReader(self._catalogue.facts, confirmations)
        when = self._pattern(table, "when", PatternReader(self._catalogue.facts))
        if not table.has("when"):
            table.fault("when is missing")
        until = self._pattern(table, "until", with_confirmations)
        occurrence, hold = table.text("occurrence"), table.parsed("for", read_duration)
        suppresses, cases = table.texts("suppresses"), table.texts("cases")
        impact = then.text("impact")
        table.finish()
        scope = None
        if when is not None:
            scope = self._scope(table, [when] if until is None else [when, until])
        if source is None or severity is None or when is None or scope is None:
            self._finish_broken(then, with_confirmations)
            return None
        visible = self._catalogue.chain(scope)
        support = self._support(then, source)
        forbid = tuple(self._prohibition(part, source, visible) for part in then.tables("forbid"))
        steps = tuple(
            self._step(part, source, with_confirmations, visible) for part in then.tables("step")
        )
        then.finish()
        if occurrence:
            self._visible_fact(table, occurrence, visible, "occurrence")
        for words, where in ((title, table), (impact, then)):
            self._placeholders(words, where, visible)
        return Rule(
            id=rule_id,
            title=title,
            severity=severity,
            source=source,
            scope=scope,
            when=when,
            place=Place(table.file, line),
            hash=text_hash(table.content),
            text=text,
            cases=cases,
            occurrence=occurrence,
            hold=hold or None,
            until=until,
            suppresses=suppresses,
            impact=impact,
            support=support,
            forbid=tuple(part for part in forbid if part),
            steps=tuple(part for part in steps if part),
            overridden=overridden,
        )

    def _pattern(self, table: Table, key: str, reader: PatternReader) -> Pattern | None:
        inner = table.table(key)
        return None if inner is None else reader.read(inner)

    def _finish_broken(self, then: Table, reader: PatternReader) -> None:
        """Look for faults in the rest of a rule that cannot be used anyway."""
        for step in then.tables("step"):
            self._pattern(step, "done_when", reader)

    def _scope(self, table: Table, patterns: list[Pattern]) -> str | None:
        names = {name for pattern in patterns for name in facts_named(pattern)}
        names = {name for name in names if not name.startswith(CONFIRM)}
        scope = self._catalogue.narrowest(names)
        if scope is None:
            facts = ", ".join(f"{name} ({self._catalogue.facts[name].scope})" for name in names)
            table.fault(f"its facts are of scopes that do not lie within one another: {facts}")
        return scope

    def _visible_fact(
        self, table: Table, name: str, visible: tuple[str, ...], *keys: str
    ) -> Fact | None:
        fact = self._catalogue.facts.get(name)
        if fact is None:
            hint = nearest(name, self._catalogue.facts)
            table.fault(f"fact {name!r} is not in the catalogue{hint}", *keys)
        elif fact.scope not in visible:
            table.fault(f"{name} is a fact of a {fact.scope}, which this rule cannot see", *keys)
        return fact

    def _placeholders(self, text: str, table: Table, visible: tuple[str, ...]) -> None:
        for name in PLACEHOLDER.findall(text):
            self._visible_fact(table, name, visible)

    def _source(self, table: Table, around: Source | None) -> Source | None:
        """`source` and `grade` of a table, or those around it."""
        inner = table.table("source")
        grade = table.choice("grade", get_args(Grade), required=False)
        if inner is None:
            if around is None:
                table.fault(
                    'source is missing, such as { document = "...", section = "...", '
                    'page = 53, grade = "guide" }'
                )
                return None
            return around if grade is None else msgspec.structs.replace(around, grade=grade)
        source_grade = inner.choice("grade", get_args(Grade), required=False) or grade
        if source_grade is None:
            inner.fault(f"grade is missing; use one of {', '.join(get_args(Grade))}")
        source = Source(
            document=inner.text("document", required=True),
            grade=source_grade or "inferred",
            section=inner.text("section"),
            page=inner.whole("page"),
            url=inner.text("url"),
        )
        inner.finish()
        return source

    def _support(self, then: Table, around: Source) -> Source | None:
        if then.content.get("contact_support") is True:
            then.get("contact_support")
            return around
        if isinstance(then.content.get("contact_support"), dict):
            table = then.table("contact_support")
            assert table is not None
            source = self._source(table, around)
            table.finish()
            return source
        then.flag("contact_support")
        return None

    def _prohibition(
        self, table: Table, around: Source, visible: tuple[str, ...]
    ) -> Prohibition | None:
        operation = table.choice("operation", self._catalogue.operations)
        scope = table.choice("scope", visible, required=False) or ""
        source, text = self._source(table, around), table.text("text")
        self._placeholders(text, table, visible)
        table.finish()
        if operation is None or source is None:
            return None
        return Prohibition(operation=operation, source=source, text=text, scope=scope)

    def _step(
        self, table: Table, around: Source, reader: PatternReader, visible: tuple[str, ...]
    ) -> Step | None:
        do, source = table.text("do", required=True), self._source(table, around)
        confirm = table.text("confirm")
        done_when = self._pattern(table, "done_when", reader)
        wait = self._wait(table, visible)
        table.finish()
        self._placeholders(do, table, visible)
        if confirm and not re.fullmatch(r"[a-z][a-z0-9_]*", confirm):
            table.fault("a confirmation's name is lower case letters, digits and _", "confirm")
        if confirm and done_when is not None:
            table.fault("a step is ticked by confirm or by done_when, not by both")
        for name in facts_named(done_when) if done_when is not None else ():
            if not name.startswith(CONFIRM):
                self._visible_fact(table, name, visible, "done_when")
        if source is None:
            return None
        return Step(do=do, source=source, confirm=confirm, done_when=done_when, wait=wait)

    def _wait(self, step: Table, visible: tuple[str, ...]) -> Wait | None:
        table = step.table("wait")
        if table is None:
            return None
        start = table.text("from", required=True)
        at_least = table.parsed("at_least", read_duration)
        at_most = table.parsed("at_most", read_duration)
        table.finish()
        fact = self._visible_fact(table, start, visible, "from") if start else None
        if fact is not None and fact.type != "instant":
            table.fault(f"{start} is of type {fact.type}; a wait starts at an instant", "from")
            return None
        if at_least is None and at_most is None:
            table.fault("needs at_least, at_most or both")
        if (at_most or timedelta.max) < (at_least or timedelta()):
            table.fault("at_most is shorter than at_least", "at_most")
        return Wait(start=start, at_least=at_least, at_most=at_most) if fact else None


def text_hash(content: Any) -> str:
    """Sixteen hexadecimal digits that change when what a rule says does."""
    return sha256(msgspec.json.encode(content, order="sorted")).hexdigest()[:16]
