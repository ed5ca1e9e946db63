"""From a test's tables to the test."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from rules.authoring.read_advice import read_advice
from rules.authoring.rule_tests import (
    BEGIN,
    NO_ADVICE,
    STATUSES,
    ExpectedFinding,
    ExpectedState,
    ExpectedWait,
    Moment,
    RuleTest,
    Said,
)
from rules.fault_codes import Code
from rules.faults import nearest
from rules.positions import Path
from rules.rule_base import Fact, RuleBase
from rules.tables import Table
from rules.values import read_duration, read_instant, read_relative_instant, read_value
from rules.vocabulary import UNRECOGNISED


class TestReader:
    """Reads one `[[test]]`, or one `[[table]]`."""

    __test__ = False

    def __init__(
        self,
        rule_base: RuleBase,
        table: Table,
        line: int,
        *,
        absent: Collection[str] = (),
        of_log: bool = False,
    ) -> None:
        """`absent` are logs that are named and are not there; with `of_log` the table says what a
        log must give, and so names each subject."""
        self._base = rule_base
        self._table = table
        self._line = line
        self._ids = {rule.id for rule in rule_base.rules}
        self._begin = BEGIN
        self._subject = ""
        self._absent = absent
        self._of_log = of_log or table.has("log")

    def read(self) -> RuleTest:
        """The test that a `[[test]]` says."""
        table = self._table
        name = table.text("name", required=True)
        begin = table.get("begin")
        if begin is not None:
            if isinstance(begin, datetime) and begin.tzinfo is not None:
                self._begin = begin
            else:
                table.fault(Code.BAD_TEST, "must be a time such as 2026-11-22T02:00:00Z", "begin")
        self._subject = table.text("subject")
        facts = self._facts(table, "facts")
        if not self._subject:
            self._subject = self._default_subject(table, facts)
        self._check_subject(table, self._subject)
        log = table.text("log")
        if log and "/" in table.file:
            log = f"{table.file.rpartition('/')[0]}/{log}"
        if log in self._absent:
            table.fault(Code.BAD_TEST, f"there is no file {log}", "log")
        rules = self._rule_ids(table, "rules")
        never, standing = self._rule_ids(table, "never"), self._rule_ids(table, "open")
        begun = [Said(facts=facts)] if facts else []
        events = [*begun, *(self._event(one) for one in table.tables("event"))]
        findings = tuple(self.finding(one) for one in table.tables("finding"))
        states = tuple(self._state(one) for one in table.tables("expect"))
        end = self._moment(table, "end")
        test = RuleTest(
            name=name,
            file=table.file,
            line=self._line,
            rules=frozenset({*rules, *never, *standing, *(one.rule for one in findings)}),
            never=frozenset(never),
            open=frozenset(standing),
            exact=table.flag("exact"),
            todo=table.text("todo"),
            subject=self._subject,
            begin=self._begin,
            end=end,
            log=log,
            events=tuple(sorted(events, key=lambda one: one.at)),
            findings=findings,
            states=states,
        )
        if table.has("todo") and not test.todo:
            table.fault(Code.BAD_TEST, "says why the test is still to do", "todo")
        if not (test.rules or test.states or test.exact):
            table.fault(
                Code.BAD_TEST,
                "expects nothing: give open, never, [[test.finding]] or [[test.expect]]",
            )
        if log and events:
            table.fault(Code.BAD_TEST, "has a log, and facts or events beside it", "log")
        table.finish()
        return test

    def rows(self, line_of: Callable[[Path], int]) -> Iterator[tuple[Table, RuleTest]]:
        """One `[[table]]`: each row is a test of a rule, or of a derived fact. `line_of` tells
        the line of a part of the file."""
        table = self._table
        rule_id, name = table.text("rule"), table.text("fact")
        rule = next((one for one in self._base.rules if one.id == rule_id), None)
        fact = self._base.facts.get(name)
        if bool(rule_id) == bool(name):
            table.fault(Code.BAD_TEST, "a table is about a rule or about a derived fact")
        elif rule_id and rule is None:
            self._check_rule(table, rule_id, "rule")
        elif name and (fact is None or not fact.derived):
            message = f"{name!r} is no derived fact{nearest(name, self._base.facts)}"
            table.fault(Code.BAD_TEST, message, "fact")
        scope = rule.scope if rule is not None else fact.scope if fact is not None else ""
        self._subject = table.text("subject") or f"{scope}/test"
        if scope:
            self._check_subject(table, self._subject)
        given = self._facts(table, "given")
        advice = read_advice(table, self._base, rule_id) if rule is not None else NO_ADVICE
        if not table.content.get("rows"):
            table.fault(Code.MISSING_KEY, "rows are missing")
        hold = (rule.hold if rule is not None else None) or timedelta()
        for number, row in enumerate(table.tables("rows")):
            test = self._row(row, number + 1, rule_id, name, given, hold, line_of(row.path))
            if advice != NO_ADVICE:
                states = (replace(test.states[0], advice={rule_id: advice}),)
                test = replace(test, states=states)
            if rule is not None or fact is not None:
                yield row, test
        table.finish()

    def _row(
        self,
        row: Table,
        number: int,
        rule: str,
        fact: str,
        given: dict[str, Any],
        hold: timedelta,
        line: int,
    ) -> RuleTest:
        """A row: `first` is so for as long as the rule's `for`, and a minute later `facts` are.
        Without it, `unknown` are facts of `given` that nobody says in this row."""
        begin = self._begin
        first = self._facts(row, "first")
        at = hold + timedelta(minutes=1) if first else timedelta()
        # What a row says of instants is counted from the time at which it is judged.
        self._begin = begin + at + hold
        facts, around = self._facts(row, "facts"), given
        self._begin = begin
        confirm, unknown = row.texts("confirm"), self._names(row, "unknown")
        for position, one in enumerate(confirm):
            self._check_confirmed(row, rule, one, "confirm", position)
        if first:
            events = [
                Said(facts={**around, **first}),
                Said(at=at, facts=facts, unknown=unknown),
            ]
        else:
            said = {**around, **facts}
            events = [Said(facts={one: said[one] for one in said if one not in unknown})]
        events += [Said(at=at + hold, rule=rule, confirm=name) for name in confirm]
        state: dict[str, Any] = {}
        never: frozenset[str] = frozenset()
        if rule:
            is_open = row.flag("open")
            if not row.has("open"):
                row.fault(Code.MISSING_KEY, "open is missing: whether the rule is open then")
            state["open"] = (rule,) if is_open else ()
            if not is_open and not first:
                never = frozenset({rule})
            state["unconfirmed"] = (rule,) if row.flag("unconfirmed") else ()
            if row.has("steps"):
                state["steps"] = {rule: row.texts("steps", may_repeat=True)}
        elif row.has("value"):
            value = row.get("value")
            state["facts"] = {fact: value.isoformat() if isinstance(value, datetime) else value}
            declared = self._base.facts.get(fact)
            if declared is not None:
                self._value(row, declared, value, ("value",))
        else:
            state["unknown"] = (fact,)
        named = row.text("name")
        row.finish()
        place = f"row {number} of {self._table.file}:{self._line}"
        return RuleTest(
            name=f"{rule or fact}: {named}" if named else f"{rule or fact}, {place}",
            file=row.file,
            line=line,
            rules=frozenset({rule} - {""}),
            never=never,
            subject=self._subject,
            events=tuple(
                event for event in events if event.facts or event.unknown or event.confirm
            ),
            states=(ExpectedState(at=at + hold, subject=self._subject, **state),),
        )

    def _default_subject(self, table: Table, facts: Mapping[str, Any]) -> str:
        """The narrowest scope that the test's facts are of."""
        names = {*facts}
        said = bool(table.content.get("facts"))
        events = table.content.get("event")
        for event in events if isinstance(events, list) else ():
            if isinstance(event, dict) and isinstance(event.get("facts"), dict):
                said = True
                names |= set(_flat(event["facts"], self._base.facts))
        scopes = {self._base.facts[name].scope for name in names if name in self._base.facts}
        for scope in scopes:
            if scopes <= set(self._base.scope_chain(scope)):
                return f"{scope}/test"
        if not scopes and len(self._base.scopes) == 1:
            return f"{next(iter(self._base.scopes))}/test"
        if not table.has("log") and not (said and not scopes):
            table.fault(Code.BAD_TEST, 'subject is missing, such as "pair/a"')
        return ""

    def _check_subject(self, table: Table, subject: str, key: str = "subject") -> None:
        scope, _, name = subject.partition("/")
        if subject and (scope not in self._base.scopes or not name):
            words = ", ".join(f"{one}/NAME" for one in self._base.scopes)
            table.fault(Code.BAD_TEST, f"{subject!r} is no subject; right is {words}", key)

    def _subject_in(self, table: Table) -> str:
        """The subject that a part of a test is about: its own, or else the test's."""
        subject = table.text("subject") or self._subject
        if not subject and self._of_log:
            words = " or ".join(f'"{one}/NAME"' for one in self._base.scopes)
            table.fault(Code.MISSING_KEY, f"subject is missing: {words}, as the log has it")
        self._check_subject(table, subject)
        return subject

    def _rule_ids(self, table: Table, key: str) -> tuple[str, ...]:
        names = table.texts(key)
        for position, name in enumerate(names):
            self._check_rule(table, name, key, position)
        return names

    def _check_rule(self, table: Table, name: str, *keys: str | int) -> None:
        if name not in self._ids:
            now = next((one.id for one in self._base.rules if one.is_called(name)), "")
            hint = f"; it is called {now} now" if now else nearest(name, sorted(self._ids))
            message = f"{name!r} is no rule{hint}"
            table.fault(Code.UNKNOWN_RULE, message, *keys)

    def _check_confirmed(self, table: Table, rule_id: str, name: str, *keys: str | int) -> None:
        """A step is confirmed by the name that the rule's step has for it."""
        rule = next((one for one in self._base.rules if one.id == rule_id), None)
        if rule is None or not name:
            return
        known = [step.confirm for step in rule.steps if step.confirm]
        if name not in known:
            hint = nearest(name, known) or (
                f"; it has {', '.join(known)}" if known else "; none of its steps is confirmed"
            )
            message = f"{rule_id} has no step that is confirmed as {name!r}{hint}"
            table.fault(Code.UNKNOWN_WORD, message, *keys)

    def _operations(self, table: Table, key: str) -> tuple[str, ...]:
        names = table.texts(key)
        for position, name in enumerate(names):
            if name not in self._base.operations:
                hint = nearest(name, self._base.operations)
                table.fault(Code.UNKNOWN_WORD, f"{name!r} is no operation{hint}", key, position)
        return names

    def _facts(self, table: Table, key: str, *, expected: bool = False) -> dict[str, Any]:
        inner = table.table(key)
        if inner is None:
            return {}
        found: dict[str, Any] = {}
        for name, (value, path) in _flat(inner.content, self._base.facts).items():
            fact = self._base.facts.get(name)
            if fact is None:
                hint = nearest(name, self._base.facts)
                inner.fault(Code.UNKNOWN_FACT, f"{name!r} is not in the catalogue{hint}", *path)
            elif fact.derived and not expected:
                inner.fault(
                    Code.BAD_TEST, f"{name} is derived: say what it is concluded from", *path
                )
            else:
                found[name] = self._value(inner, fact, value, path)
        return found

    def _value(self, table: Table, fact: Fact, value: Any, path: tuple[str, ...]) -> Any:
        if isinstance(value, datetime):
            value = value.isoformat()
        if fact.type == "instant" and isinstance(value, str) and value[:1] in ("+", "-"):
            try:
                return read_relative_instant(value, self._begin).isoformat()
            except ValueError as error:
                table.fault(Code.WRONG_VALUE_TYPE, f"{error} from the beginning", *path)
                return None
        try:
            read = read_value(fact.type, value)
            if fact.type == "enum" and read not in (*fact.values, UNRECOGNISED):
                message = f"is never {value!r}{nearest(str(value), fact.values)}"
                word = f'; a word that the catalogue does not know is "{UNRECOGNISED}"'
                table.fault(Code.NEVER_THIS_VALUE, message + word, *path)
        except ValueError as error:
            message = f"{error} ({fact.name} is of type {fact.type})"
            if fact.type == "instant":
                message += ', or "-65m" or "+65m", counted from the beginning'
            table.fault(Code.WRONG_VALUE_TYPE, message, *path)
        return value

    def _names(self, table: Table, key: str) -> tuple[str, ...]:
        names = table.texts(key)
        for position, name in enumerate(names):
            if name not in self._base.facts:
                hint = nearest(name, self._base.facts)
                message = f"{name!r} is not in the catalogue{hint}"
                table.fault(Code.UNKNOWN_FACT, message, key, position)
        return names

    def _event(self, table: Table) -> Said:
        at = self._moment(table, "at")
        if not isinstance(at, timedelta):
            if not table.has("at"):
                table.fault(Code.MISSING_KEY, "at is missing")
            elif at is not None:
                table.fault(Code.BAD_TEST, 'must be a duration such as "65m"', "at")
            at = timedelta()
        subject = table.text("subject")
        self._check_subject(table, subject)
        rule = table.text("rule")
        if rule:
            self._check_rule(table, rule, "rule")
        for key in ("confirm", "close", "acknowledge"):
            if table.has(key) and not rule:
                table.fault(Code.MISSING_KEY, f"{key} needs the rule that it is about")
        self._check_confirmed(table, rule, table.text("confirm"), "confirm")
        families = table.texts("snapshot")
        known = {fact.family for fact in self._base.facts.values()}
        for position, family in enumerate(families):
            if family not in known:
                message = f"no facts are of the family {family!r}{nearest(family, sorted(known))}"
                table.fault(Code.UNKNOWN_FACT, message, "snapshot", position)
        for key in ("lost", "heard", "silent"):
            kind = table.text(key)
            if kind and kind.partition("/")[0] not in self._base.sources:
                hint = nearest(kind, self._base.sources)
                table.fault(Code.BAD_TEST, f"{kind!r} is no kind of source{hint}", key)
        said = Said(
            at=at,
            subject=subject,
            source=table.text("source"),
            facts=self._facts(table, "facts"),
            unknown=self._names(table, "unknown"),
            families=families,
            lost=table.text("lost"),
            heard=table.text("heard"),
            silent=table.text("silent"),
            rule=rule,
            confirm=table.text("confirm"),
            close=table.text("close"),
            acknowledge=table.text("acknowledge"),
        )
        table.finish()
        return said

    def finding(self, table: Table) -> ExpectedFinding:
        """One expected finding."""
        rule = table.text("rule", required=True)
        if rule:
            self._check_rule(table, rule, "rule")
        raised = self._moment(table, "raised")
        if raised is None and not table.has("raised"):
            table.fault(Code.MISSING_KEY, "raised is missing: when the finding is raised")
        subject = self._subject_in(table)
        table.get("why")
        recurred = [
            self._read_moment(table, value, "recurred") for value in table.get("recurred") or ()
        ]
        found = ExpectedFinding(
            rule=rule,
            subject=subject,
            raised=raised if raised is not None else timedelta(),
            resolved=self._moment(table, "resolved"),
            advice=read_advice(table, self._base, rule),
            recurred=tuple(one for one in recurred if one is not None)
            if table.has("recurred")
            else None,
        )
        table.finish()
        return found

    def _state(self, table: Table) -> ExpectedState:
        at = self._moment(table, "at")
        if at is None and not table.has("at"):
            table.fault(Code.MISSING_KEY, "at is missing: when it must be so")
        steps: dict[str, tuple[str, ...]] = {}
        inner = table.table("steps")
        for rule in inner.content if inner else ():
            assert inner is not None
            self._check_rule(inner, rule, rule)
            steps[rule] = inner.texts(rule, may_repeat=True)
            for position, status in enumerate(steps[rule]):
                if status not in STATUSES:
                    message = f"{status!r} is not known; use one of {', '.join(STATUSES)}"
                    inner.fault(Code.UNKNOWN_WORD, message, rule, position)
        subject = self._subject_in(table)
        waits: dict[str, tuple[ExpectedWait, ...]] = {}
        waiting = table.table("waits")
        for rule in waiting.content if waiting else ():
            assert waiting is not None
            self._check_rule(waiting, rule, rule)
            waits[rule] = tuple(self._wait(one, rule) for one in waiting.tables(rule))
        state = ExpectedState(
            at=at if at is not None else timedelta(),
            subject=subject,
            open=self._rule_ids(table, "open") if table.has("open") else None,
            facts=self._facts(table, "facts", expected=True),
            unknown=self._names(table, "unknown"),
            steps=steps,
            waits=waits,
            unconfirmed=self._rule_ids(table, "unconfirmed") if table.has("unconfirmed") else None,
            forbidden=self._operations(table, "forbidden"),
            allowed=self._operations(table, "allowed"),
            uncertain=self._operations(table, "uncertain"),
            blind=self._rule_ids(table, "blind"),
            judged=self._rule_ids(table, "judged"),
        )
        table.finish()
        return state

    def _wait(self, table: Table, rule_id: str) -> ExpectedWait:
        """When a step that waits must be over; a wait without an end has not started."""
        number = table.whole("step", least=1) or 0
        rule = next((one for one in self._base.rules if one.id == rule_id), None)
        waiting = [n for n, step in enumerate(rule.steps if rule else (), 1) if step.wait]
        if rule is not None and number not in waiting and (number or not table.has("step")):
            known = ", ".join(map(str, waiting)) or "none"
            message = f"must be the number of a step that waits; of {rule_id}: {known}"
            table.fault(Code.BAD_TEST, message, "step")
        wait = ExpectedWait(number, self._moment(table, "from"), self._moment(table, "to"))
        table.finish()
        return wait

    def _moment(self, table: Table, key: str) -> Moment | None:
        value = table.get(key)
        return None if value is None else self._read_moment(table, value, key)

    def _read_moment(self, table: Table, value: Any, key: str) -> Moment | None:
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value
        right = 'must be a duration such as "65m", or a time of the log'
        if type(value) is str:
            with suppress(ValueError):
                return read_duration(value)
            with suppress(ValueError):
                read_instant(value)
                right += f"; a time stands without quotes: {key} = {value}"
        elif isinstance(value, datetime):
            right += f", which needs its offset: {value.isoformat()}Z"
        table.fault(Code.BAD_TEST, right, key)
        return None


def _flat(
    content: Any, facts: Mapping[str, Fact], path: tuple[str, ...] = ()
) -> dict[str, tuple[Any, tuple[str, ...]]]:
    """Facts by name, from tables within tables, each with its value and its path."""
    found: dict[str, tuple[Any, tuple[str, ...]]] = {}
    for key, value in content.items() if isinstance(content, dict) else ():
        here = (*path, key)
        name = ".".join(here)
        if isinstance(value, dict) and name not in facts and len(here) < 32:
            found.update(_flat(value, facts, here))
        else:
            found[name] = value, here
    return found
