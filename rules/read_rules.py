"""From the tables of a rule base to its derivations and rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final, get_args

import msgspec

from rules.fault_codes import Code
from rules.faults import name_type, nearest
from rules.pattern import Pattern, facts_named
from rules.read_constant import read_constant
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
from rules.values import read_duration
from rules.vocabulary import SEVERITIES, Grade

PLACEHOLDER: Final = re.compile(r"\{([a-z0-9_.]+)\}")
RULE_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]*")
_CONFIRMATION: Final = re.compile(r"[a-z][a-z0-9_]*")
_WEB: Final = re.compile(r"https?://[^\s/?#]+[^\s]*", re.IGNORECASE)
_BRACES: Final = re.compile(r"\{[^{}]*\}?|\}")


class Catalogue(msgspec.Struct, frozen=True):
    """What rules are read against. `faulty` are facts and operations that are declared with
    faults: to use them is none. With `incomplete`, files could not be read, and any name may
    have been declared in them."""

    scopes: Mapping[str, Scope]
    facts: Mapping[str, Fact]
    operations: Mapping[str, Operation]
    faulty: frozenset[str] = frozenset()
    incomplete: bool = False
    scopes_are_sound: bool = True
    beginnings: frozenset[str] = frozenset()
    """What the names of facts begin with, up to a dot: no fact is called so."""

    def undecided(self, name: str) -> bool:
        """Whether nothing can be said of a name that is in no catalogue."""
        return name in self.faulty or (self.incomplete and name not in self.beginnings)

    def chain(self, scope: str) -> tuple[str, ...]:
        """A scope and those around it, narrowest first."""
        chain = [scope]
        while (around := self.scopes.get(chain[-1])) and around.within:
            if around.within in chain or around.within not in self.scopes:
                break
            chain.append(around.within)
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
    for key in ("value", "when"):
        if not table.has(key):
            table.missing(key)
    table.finish()
    reader = PatternReader(catalogue.facts, undecided=catalogue.undecided)
    pattern = reader.read(when) if when is not None else None
    if fact is None or not fact.derived:
        if name and not (fact is None and catalogue.undecided(name)):
            known = [fact.name for fact in catalogue.facts.values() if fact.derived]
            message = f"{name!r} is not declared as a derived fact{nearest(name, known)}"
            table.fault(Code.BAD_DERIVED_FACT, message, "fact")
        return None
    value = None
    if raw is not None:
        value = read_constant(fact, raw, table, "value", recognised_only=True)
    if pattern is None or value is None or when is None:
        return None
    visible = catalogue.chain(fact.scope)
    for other in facts_named(pattern) if catalogue.scopes_are_sound else ():
        if catalogue.facts[other].scope not in visible:
            when.fault(
                Code.FACT_NOT_VISIBLE,
                f"{name} (of a {fact.scope}) cannot be concluded from {other} "
                f"(of a {catalogue.facts[other].scope})",
            )
    return Derivation(name, value, pattern, Place(table.file, line))


def visible_fact(
    catalogue: Catalogue,
    table: Table,
    name: str,
    visible: tuple[str, ...] | None,
    *keys: str,
    about: str = "",
) -> Fact | None:
    """A fact that is named outside patterns; with `visible` None, any scope will do. `about` is
    what of a text names it."""
    fact = catalogue.facts.get(name)
    if fact is None:
        if not catalogue.undecided(name):
            hint = nearest(name, catalogue.facts)
            message = f"fact {name!r} is not in the catalogue{hint}"
            table.fault(Code.UNKNOWN_FACT, message, *keys, about=about)
    elif visible is not None and fact.scope not in visible:
        what = "line" if "board" in table.path else "rule"
        message = f"{name} is a fact of a {fact.scope}, which this {what} cannot see"
        table.fault(Code.FACT_NOT_VISIBLE, message, *keys, about=about)
    return fact


def check_placeholders(
    catalogue: Catalogue, text: str, table: Table, visible: tuple[str, ...] | None, key: str
) -> None:
    """Note every `{...}` of a text that names no fact which can be seen there."""
    if "{" not in text and "}" not in text:
        return
    for name in PLACEHOLDER.findall(text):
        visible_fact(catalogue, table, name, visible, key, about=f"{{{name}}}")
    for odd in _BRACES.findall(PLACEHOLDER.sub("", text)):
        message = f"{odd!r} is no fact's name in braces, such as {{update.id}}"
        table.fault(Code.BAD_PLACEHOLDER, message, key, about=odd)


class RuleReader:
    """Reads one `[[rule]]` after another against a catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def read(
        self, table: Table, line: int, text: str, overridden: tuple[str, ...] = ()
    ) -> Rule | None:
        """The rule that a table says; None, with faults noted, where it says none."""
        catalogue = self._catalogue
        then = table.table("then")
        # Of what is no table at all, nothing more is said.
        told = then is None and table.has("then")
        then = then or Table({}, table.file, (*table.path, "then"), table.faults)
        rule_id = table.text("id", required=True)
        if rule_id and not RULE_ID.fullmatch(rule_id):
            message = "an id is lower case letters, digits, - . and _, such as standby-lost"
            table.fault(Code.BAD_NAME, message, "id")
        title, severity = table.text("title", required=True), table.choice("severity", SEVERITIES)
        source = self._source(table, None)
        with_confirmations = self._reader_with_confirmations(table.content.get("then"))
        when = self._pattern(
            table, "when", PatternReader(catalogue.facts, undecided=catalogue.undecided)
        )
        if not table.has("when"):
            table.missing("when")
        until = self._pattern(table, "until", with_confirmations)
        occurrence, hold = table.text("occurrence"), table.parsed("for", read_duration)
        suppresses, cases = table.texts("suppresses"), table.texts("cases")
        aliases, deprecated = table.texts("aliases"), table.text("deprecated")
        impact = then.text("impact")
        table.finish()
        scope = None
        if when is not None and (until is not None or not table.has("until")):
            scope = self._scope(table, [when] if until is None else [when, until])
        visible = catalogue.chain(scope) if scope and catalogue.scopes_are_sound else None
        support = self._support(then, source)
        forbid = [self._prohibition(part, source, visible) for part in then.tables("forbid")]
        steps = [
            self._step(part, source, with_confirmations, visible) for part in then.tables("step")
        ]
        then.finish()
        if occurrence:
            visible_fact(self._catalogue, table, occurrence, visible, "occurrence")
        check_placeholders(self._catalogue, title, table, visible, "title")
        check_placeholders(self._catalogue, impact, then, visible, "impact")
        told = told or table.misspelt("then")
        if not (told or then.has("impact") or then.misspelt("impact")):
            then.fault(Code.NO_IMPACT, "impact is missing: what the finding means for the watch")
        if not (told or then.content.get("step", []) != [] or then.misspelt("step")):
            then.fault(Code.NO_STEPS, "there is no [[rule.then.step]]: what there is to do")
        if severity is None or when is None or scope is None or not rule_id:
            return None
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
            steps=tuple(steps),
            overridden=overridden,
            aliases=aliases,
            deprecated=deprecated,
        )

    def _reader_with_confirmations(self, then: Any) -> PatternReader:
        """A reader of what may ask whether a step has been confirmed."""
        catalogue = self._catalogue
        steps = then.get("step", []) if isinstance(then, dict) else then or []
        steps = steps if isinstance(steps, list) else [steps]
        tables = [step for step in steps if isinstance(step, dict)]
        given = [step["confirm"] for step in tables if "confirm" in step]
        known = {name for name in given if isinstance(name, str) and _CONFIRMATION.fullmatch(name)}
        if len(tables) == len(steps) and all(
            isinstance(name, str) and name in known for name in given
        ):
            return PatternReader(catalogue.facts, known, catalogue.undecided)

        def undecided(name: str) -> bool:
            # Of a step that cannot be read, nobody knows what it would have confirmed.
            return name.startswith(CONFIRM) or catalogue.undecided(name)

        return PatternReader(catalogue.facts, known, undecided)

    def _pattern(self, table: Table, key: str, reader: PatternReader) -> Pattern | None:
        inner = table.table(key)
        return None if inner is None else reader.read(inner)

    def _scope(self, table: Table, patterns: list[Pattern]) -> str | None:
        names = {name for pattern in patterns for name in facts_named(pattern)}
        names = {name for name in names if not name.startswith(CONFIRM)}
        scope = self._catalogue.narrowest(names)
        if scope is None and self._catalogue.scopes_are_sound:
            facts = ", ".join(
                f"{name} ({self._catalogue.facts[name].scope})" for name in sorted(names)
            )
            message = f"its facts are of scopes that do not lie within one another: {facts}"
            table.fault(Code.UNRELATED_SCOPES, message, "when")
        return scope

    def _source(self, table: Table, around: Source | None) -> Source:
        """`source` and `grade` of a table, or those around it."""
        inner = table.table("source")
        grade = table.choice("grade", get_args(Grade), required=False)
        if inner is None:
            if around is None:
                if not table.has("source") and not table.misspelt("source"):
                    table.fault(
                        Code.NO_SOURCE,
                        'source is missing, such as { document = "...", section = "...", '
                        'page = 53, grade = "guide" }',
                    )
                return Source(document="", grade=grade or "inferred")
            return around if grade is None else msgspec.structs.replace(around, grade=grade)
        source_grade = inner.choice("grade", get_args(Grade), required=False) or grade
        if source_grade is None and not inner.has("grade"):
            inner.fault(Code.NO_GRADE, f"grade is missing; use one of {', '.join(get_args(Grade))}")
        source = Source(
            document=inner.text("document", required=True),
            grade=source_grade or "inferred",
            section=inner.text("section"),
            page=inner.whole("page", least=1),
            url=_url(inner),
        )
        inner.finish()
        return source

    def _support(self, then: Table, around: Source) -> Source | None:
        said = then.get("contact_support")
        if said is None or isinstance(said, bool):
            return around if said else None
        if not isinstance(said, dict):
            message = (
                f"must be true, or a table with grade and source, not {name_type(said)}; such as "
                'contact_support = { grade = "help" }'
            )
            then.fault(Code.WRONG_TYPE, message, "contact_support")
            return None
        table = then.table("contact_support")
        assert table is not None
        source = self._source(table, around)
        table.finish()
        return source

    def _operation(self, table: Table, key: str, *, required: bool) -> str:
        name = table.text(key, required=required)
        known = self._catalogue.operations
        if name and name not in known and not self._catalogue.undecided(f"operation {name}"):
            words = ", ".join(known) or "none is declared"
            message = f"{name!r} is no operation ({words}){nearest(name, known)}"
            table.fault(Code.UNKNOWN_WORD, message, key)
        return name

    def _prohibition(
        self, table: Table, around: Source, visible: tuple[str, ...] | None
    ) -> Prohibition | None:
        operation = self._operation(table, "operation", required=True)
        scope = table.text("scope")
        if scope and visible is not None and scope not in visible:
            known = scope in self._catalogue.scopes
            told = f"is not around {visible[0]}" if known else "is no scope"
            message = (
                f"{scope!r} {told}: a prohibition reaches the finding's own subject or one around "
                f"it; use one of {', '.join(visible)}{'' if known else nearest(scope, visible)}"
            )
            table.fault(Code.UNKNOWN_WORD, message, "scope")
        source, text = self._source(table, around), table.text("text")
        check_placeholders(self._catalogue, text, table, visible, "text")
        table.finish()
        if not operation:
            return None
        return Prohibition(operation=operation, source=source, text=text, scope=scope)

    def _step(
        self,
        table: Table,
        around: Source,
        reader: PatternReader,
        visible: tuple[str, ...] | None,
    ) -> Step:
        do, source = table.text("do", required=True), self._source(table, around)
        confirm = table.text("confirm")
        starts = self._operation(table, "starts", required=False)
        once_allowed = table.flag("once_allowed")
        if once_allowed and not table.has("starts"):
            table.fault(Code.BAD_STEP, "needs starts: the operation to be allowed", "once_allowed")
        done_when = self._pattern(table, "done_when", reader)
        wait = self._wait(table, visible)
        table.finish()
        check_placeholders(self._catalogue, do, table, visible, "do")
        if confirm and not _CONFIRMATION.fullmatch(confirm):
            message = "a confirmation's name is lower case letters, digits and _, such as power_off"
            table.fault(Code.BAD_NAME, message, "confirm")
        if confirm and table.has("done_when"):
            message = "a step is ticked by confirm or by done_when, not by both"
            table.fault(Code.BAD_STEP, message, "confirm")
        for name in facts_named(done_when) if done_when is not None else ():
            if not name.startswith(CONFIRM):
                visible_fact(self._catalogue, table, name, visible, "done_when")
        return Step(
            do=do,
            source=source,
            confirm=confirm,
            done_when=done_when,
            wait=wait,
            starts=starts,
            once_allowed=once_allowed,
        )

    def _wait(self, step: Table, visible: tuple[str, ...] | None) -> Wait | None:
        table = step.table("wait")
        if table is None:
            return None
        start = table.text("from", required=True)
        at_least = table.parsed("at_least", read_duration, or_none=True)
        at_most = table.parsed("at_most", read_duration)
        table.finish()
        fact = visible_fact(self._catalogue, table, start, visible, "from") if start else None
        if fact is not None and fact.type != "instant":
            message = f"{start} is of type {fact.type}; a wait starts at an instant"
            table.fault(Code.BAD_WAIT, message, "from")
            return None
        if not table.has("at_least") and not table.has("at_most"):
            message = 'needs at_least, at_most or both, such as at_least = "45m"'
            table.fault(Code.BAD_WAIT, message)
        if (at_most or timedelta.max) < (at_least or timedelta()):
            table.fault(Code.BAD_WAIT, "at_most is shorter than at_least", "at_most")
        return Wait(start=start, at_least=at_least, at_most=at_most) if fact else None


def _url(source: Table) -> str:
    """The address of a document on the web; what would run or hold something is none."""
    url = source.text("url")
    if url and not _WEB.fullmatch(url):
        message = "must be an address on the web that begins with https:// or http://"
        source.fault(
            Code.BAD_SOURCE, f'{message}; such as url = "https://example.com/guide"', "url"
        )
        return ""
    return url


def text_hash(content: Any) -> str:
    """Sixteen hexadecimal digits that change when what a rule says does."""
    return sha256(msgspec.json.encode(content, order="sorted")).hexdigest()[:16]
