"""What a test expects: findings from begin to end, and what must be so at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import get_args

from rules.authoring.named_in_tests import NamedInTests
from rules.authoring.read_advice import read_advice
from rules.authoring.rule_tests import STATUSES, ExpectedFinding, ExpectedState, ExpectedWait
from rules.authoring.said_in_tests import read_facts, read_moment, read_moments
from rules.board import SignName
from rules.fault_codes import Code
from rules.faults import nearest
from rules.tables import Table


class ExpectationReader:
    """Reads the `[[test.finding]]` and `[[test.expect]]` of one test."""

    def __init__(
        self, named: NamedInTests, begin: datetime, subject: str = "", *, of_log: bool
    ) -> None:
        """`subject` is whom the test is about; with `of_log`, each part names its own."""
        self._named = named
        self._begin = begin
        self._subject = subject
        self._of_log = of_log

    def finding(self, table: Table) -> ExpectedFinding:
        """One expected finding."""
        rule = table.text("rule", required=True)
        self._named.check_rule(table, rule, "rule")
        raised, resolved = read_moment(table, "raised"), read_moment(table, "resolved")
        if not table.has("raised"):
            table.missing("raised", "when the finding is raised")
        if isinstance(raised, timedelta) and isinstance(resolved, timedelta) and resolved < raised:
            table.fault(Code.BAD_TEST, "is before it is raised", "resolved")
        subject = self._subject_of(table)
        table.text("why")
        recurred = read_moments(table, "recurred")
        found = ExpectedFinding(
            rule=rule,
            subject=subject,
            raised=raised if raised is not None else timedelta(),
            resolved=resolved,
            advice=read_advice(table, self._named.base, rule),
            recurred=recurred if table.has("recurred") else None,
        )
        table.finish()
        return found

    def state(self, table: Table) -> ExpectedState:
        """What must be so at a time."""
        named = self._named
        at = read_moment(table, "at")
        if not table.has("at"):
            table.missing("at", "when it must be so")
        if not table.content.keys() - {"at", "subject"}:
            message = "expects nothing: give open, facts, unknown, steps, forbidden or allowed"
            table.fault(Code.BAD_TEST, message)
        state = ExpectedState(
            at=at if at is not None else timedelta(),
            subject=self._subject_of(table),
            open=named.rules(table, "open") if table.has("open") else None,
            facts=read_facts(table, "facts", named.base, self._begin, expected=True),
            unknown=named.facts(table, "unknown"),
            steps=self._steps(table),
            waits=self._waits(table),
            unconfirmed=named.rules(table, "unconfirmed") if table.has("unconfirmed") else None,
            forbidden=named.operations(table, "forbidden"),
            allowed=named.operations(table, "allowed"),
            uncertain=named.operations(table, "uncertain"),
            blind=named.rules(table, "blind"),
            judged=named.rules(table, "judged"),
            signs=self._signs(table),
        )
        table.finish()
        return state

    def _signs(self, table: Table) -> dict[str, str]:
        inner = table.table("signs")
        if inner is None:
            return {}
        board = self._named.base.board
        scope = self._subject_of(table).partition("/")[0]
        if board.scope and scope not in ("", board.scope):
            message = f"are on the board of a {board.scope}; this is expected of a {scope}"
            table.fault(Code.BAD_TEST, message, "signs")
        labels = [line.label for line in board.lines if line.signs]
        signs: dict[str, str] = {}
        for label in inner.content:
            if label not in labels:
                message = f"no line of the board with signs is called {label!r}"
                hint = nearest(label, labels)
                inner.fault(Code.UNKNOWN_WORD, message + hint, label, of_key=True)
            signs[label] = inner.choice(label, get_args(SignName)) or ""
        return signs

    def _steps(self, table: Table) -> dict[str, tuple[str, ...]]:
        inner = table.table("steps")
        steps: dict[str, tuple[str, ...]] = {}
        for rule in inner.content if inner else ():
            assert inner is not None
            self._named.check_rule(inner, rule, rule, of_key=True)
            steps[rule] = read_statuses(inner, rule)
        return steps

    def _waits(self, table: Table) -> dict[str, tuple[ExpectedWait, ...]]:
        inner = table.table("waits")
        waits: dict[str, tuple[ExpectedWait, ...]] = {}
        for rule in inner.content if inner else ():
            assert inner is not None
            self._named.check_rule(inner, rule, rule, of_key=True)
            waits[rule] = tuple(self._wait(one, rule) for one in inner.tables(rule))
        return waits

    def _wait(self, table: Table, rule_id: str) -> ExpectedWait:
        """When a step that waits must be over; a wait without an end has not started."""
        number = table.whole("step", least=1)
        rule = self._named.rule(rule_id)
        waiting = [n for n, step in enumerate(rule.steps if rule else (), 1) if step.wait]
        known = ", ".join(map(str, waiting)) or "none"
        if not table.has("step"):
            table.missing("step", f"the number of a step that waits; of {rule_id}: {known}")
        elif number is not None and rule is not None and number not in waiting:
            message = f"must be the number of a step that waits; of {rule_id}: {known}"
            table.fault(Code.BAD_TEST, message, "step")
        wait = ExpectedWait(number or 0, read_moment(table, "from"), read_moment(table, "to"))
        table.finish()
        return wait

    def _subject_of(self, table: Table) -> str:
        """The subject that a part of a test is about: its own, or else the test's."""
        subject = self._named.subject(table)
        if not table.has("subject") and not self._subject and self._of_log:
            table.missing("subject", f"{self._named.subjects}, as the log has it")
        return subject or self._subject


def read_statuses(table: Table, key: str) -> tuple[str, ...]:
    """A list of what each step of a rule is."""
    statuses = table.texts(key, may_repeat=True)
    for position, status in enumerate(statuses):
        if status not in STATUSES:
            words = ", ".join(f'"{one}"' for one in STATUSES)
            message = f"{status!r} is not known; use one of {words}"
            table.fault(Code.UNKNOWN_WORD, message, key, position)
    return statuses
