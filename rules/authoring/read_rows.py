"""From a table of situations to tests: each row is one, of a rule or of a derived fact."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from rules.authoring.named_in_tests import NamedInTests
from rules.authoring.read_advice import read_advice
from rules.authoring.read_expected import read_statuses
from rules.authoring.rule_tests import BEGIN, NO_ADVICE, ExpectedState, RuleTest, Said
from rules.authoring.said_in_tests import read_facts, read_said
from rules.fault_codes import Code
from rules.faults import nearest
from rules.positions import Path
from rules.rule_base import RuleBase
from rules.tables import Table


class RowReader:
    """Reads one `[[table]]`."""

    def __init__(
        self, rule_base: RuleBase, table: Table, line: int, line_of: Callable[[Path], int]
    ) -> None:
        """`line` is the table's, `line_of` tells the line of a part of the file."""
        self._base = rule_base
        self._named = NamedInTests(rule_base)
        self._table = table
        self._line = line
        self._line_of = line_of
        self._rule, self._fact = table.text("rule"), table.text("fact")
        self._given: dict[str, Any] = {}
        self._subject = ""
        self._hold = timedelta()

    def rows(self) -> Iterator[tuple[Table, RuleTest]]:
        """Each row with its test."""
        table = self._table
        rule, fact = self._named.rule(self._rule), self._base.facts.get(self._fact)
        if table.has("rule") == table.has("fact"):
            message = "a table is about a rule or about a derived fact: give rule or fact"
            table.fault(Code.BAD_TEST, message)
        self._named.check_rule(table, self._rule, "rule")
        if self._fact and (fact is None or not fact.derived):
            derived = [one.name for one in self._base.facts.values() if one.derived]
            message = f"{self._fact!r} is no derived fact{nearest(self._fact, derived)}"
            table.fault(Code.BAD_TEST, message, "fact")
        scope = rule.scope if rule is not None else fact.scope if fact is not None else ""
        self._subject = self._named.subject(table) or f"{scope}/test"
        self._given = read_facts(table, "given", self._base, BEGIN)
        advice = NO_ADVICE
        if table.has("rule"):
            advice = read_advice(table, self._base, self._rule)
        if rule is not None:
            self._hold = rule.hold or timedelta()
        if table.content.get("rows", []) == []:
            table.missing("rows", "the situations, each with what comes of it")
        for row in table.tables("rows"):
            test = self._row(row)
            if advice != NO_ADVICE and test.states[0].open:
                state = replace(test.states[0], advice={self._rule: advice})
                test = replace(test, states=(state,))
            if rule is not None or fact is not None:
                yield row, test
        table.finish()

    def _row(self, row: Table) -> RuleTest:
        """A row: `first` is so for as long as the rule's `for`, and a minute later `facts` are.
        Without it, `unknown` are facts of `given` that nobody says in this row."""
        hold = self._hold
        first = read_facts(row, "first", self._base, BEGIN)
        at = hold + timedelta(minutes=1) if first else timedelta()
        # What a row says of instants is counted from the time at which it is judged.
        facts, around = read_facts(row, "facts", self._base, BEGIN + at + hold), self._given
        confirm, unknown = row.texts("confirm"), self._named.facts(row, "unknown")
        for position, one in enumerate(confirm):
            self._named.check_confirmed(row, self._rule, one, "confirm", position)
        if first:
            events = [
                Said(facts={**around, **first}),
                Said(at=at, facts=facts, unknown=unknown),
            ]
        else:
            said = {**around, **facts}
            events = [Said(facts={one: said[one] for one in said if one not in unknown})]
        events += [Said(at=at + hold, rule=self._rule, confirm=name) for name in confirm]
        state, never = self._expected(row, first=bool(first))
        named = row.text("name")
        row.finish()
        about = self._rule or self._fact
        number = int(row.path[-1]) + 1
        place = f"row {number} of {self._table.file}:{self._line}"
        return RuleTest(
            name=f"{about}: {named}" if named else f"{about}, {place}",
            file=row.file,
            line=self._line_of(row.path),
            rules=frozenset({self._rule} - {""}),
            never=never,
            subject=self._subject,
            events=tuple(
                event for event in events if event.facts or event.unknown or event.confirm
            ),
            states=(ExpectedState(at=at + hold, subject=self._subject, **state),),
        )

    def _expected(self, row: Table, *, first: bool) -> tuple[dict[str, Any], frozenset[str]]:
        """What a row expects, and the rules that must never be raised in it."""
        if self._table.has("rule"):
            return self._expected_of_rule(row, first=first)
        if not row.has("value"):
            return {"unknown": (self._fact,)}, frozenset()
        value, fact = row.get("value"), self._base.facts.get(self._fact)
        if fact is not None:
            value = read_said(row, fact, value, BEGIN, "value")
        return {"facts": {self._fact: value}}, frozenset()

    def _expected_of_rule(
        self, row: Table, *, first: bool
    ) -> tuple[dict[str, Any], frozenset[str]]:
        rule, is_open = self._rule, row.flag("open")
        if not row.has("open"):
            row.missing("open", "whether the rule is open then")
        state: dict[str, Any] = {
            "open": (rule,) if is_open else (),
            "unconfirmed": (rule,) if row.flag("unconfirmed") else (),
        }
        if row.has("steps"):
            state["steps"] = {rule: read_statuses(row, "steps")}
        return state, frozenset() if is_open or first else frozenset({rule})
