"""From a `[[test]]` to the test: what is said in time, and what is expected then."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from rules.authoring.named_in_tests import NamedInTests
from rules.authoring.read_expected import ExpectationReader
from rules.authoring.rule_tests import BEGIN, RuleTest, Said
from rules.authoring.said_in_tests import flat, read_facts, read_moment
from rules.fault_codes import Code
from rules.rule_base import RuleBase
from rules.tables import Table

_ABOUT_A_FINDING = ("confirm", "close", "acknowledge")


class TestReader:
    """Reads one `[[test]]`."""

    __test__ = False

    def __init__(
        self, rule_base: RuleBase, table: Table, line: int, *, absent: Collection[str] = ()
    ) -> None:
        """`line` is the table's; `absent` are logs that are named and are not there."""
        self._base = rule_base
        self._named = NamedInTests(rule_base)
        self._table = table
        self._line = line
        self._absent = absent
        self._begin = BEGIN

    def read(self) -> RuleTest:
        """The test."""
        table, named = self._table, self._named
        name = table.text("name", required=True)
        self._read_begin()
        facts = read_facts(table, "facts", self._base, self._begin)
        subject = named.subject(table)
        if not table.has("subject"):
            subject = self._default_subject(facts)
        log = self._log()
        rules = named.rules(table, "rules")
        never, standing = named.rules(table, "never"), named.rules(table, "open")
        begun = [Said(facts=facts)] if facts else []
        events = [*begun, *(self._event(one) for one in table.tables("event"))]
        expected = ExpectationReader(named, self._begin, subject, of_log=table.has("log"))
        findings = tuple(expected.finding(one) for one in table.tables("finding"))
        states = tuple(expected.state(one) for one in table.tables("expect"))
        test = RuleTest(
            name=name,
            file=table.file,
            line=self._line,
            rules=frozenset({*rules, *never, *standing, *(one.rule for one in findings)}),
            never=frozenset(never),
            open=frozenset(standing),
            exact=table.flag("exact"),
            todo=table.text("todo"),
            subject=subject,
            begin=self._begin,
            end=read_moment(table, "end"),
            log=log,
            events=tuple(sorted(events, key=lambda one: one.at)),
            findings=findings,
            states=states,
        )
        self._check_whole(test)
        table.finish()
        return test

    def _read_begin(self) -> None:
        begin = self._table.get("begin")
        if isinstance(begin, datetime) and begin.tzinfo is not None:
            self._begin = begin
        elif begin is not None:
            message = "must be a time such as 2026-11-22T02:00:00Z, without quotes"
            self._table.fault(Code.BAD_TEST, message, "begin")

    def _log(self) -> str:
        """The path of the test's log; its own is from the folder of its file."""
        table = self._table
        log = table.text("log")
        if log and "/" in table.file:
            log = f"{table.file.rpartition('/')[0]}/{log}"
        if log in self._absent:
            table.fault(Code.BAD_TEST, f"there is no file {log}", "log")
        return log

    def _check_whole(self, test: RuleTest) -> None:
        """Note what the parts of a test cannot be together."""
        table = self._table
        expecting = ("rules", "never", "open", "finding", "expect", "exact")
        if not (test.rules or test.states or test.exact) and not any(
            table.content.get(key, []) not in ([], False) for key in expecting
        ):
            message = "expects nothing: give open, never, [[test.finding]] or [[test.expect]]"
            table.fault(Code.BAD_TEST, message)
        if test.log and test.events:
            table.fault(Code.BAD_TEST, "has a log, and facts or events beside it", "log")
        for rule in sorted(test.never & {*test.open, *(one.rule for one in test.findings)}):
            position = table.content["never"].index(rule)
            message = f"{rule} is never raised and yet expected to be open"
            table.fault(Code.BAD_TEST, message, "never", position)

    def _default_subject(self, facts: Mapping[str, Any]) -> str:
        """The narrowest scope that the test's facts are of."""
        table = self._table
        names = {*facts}
        said = bool(table.content.get("facts"))
        events = table.content.get("event")
        for event in events if isinstance(events, list) else ():
            if isinstance(event, dict) and "facts" in event:
                said = True
                names |= set(flat(event["facts"], self._base.facts))
        scopes = {self._base.facts[name].scope for name in names if name in self._base.facts}
        for scope in scopes:
            if scopes <= set(self._base.scope_chain(scope)):
                return f"{scope}/test"
        if not scopes and len(self._base.scopes) == 1:
            return f"{next(iter(self._base.scopes))}/test"
        if not table.has("log") and not (said and not scopes):
            table.missing("subject", f"whom the test is about, {self._named.subjects}")
        return ""

    def _event(self, table: Table) -> Said:
        named = self._named
        at = read_moment(table, "at")
        if not table.has("at"):
            table.missing("at", "when it happens, since the beginning")
        elif at is not None and not isinstance(at, timedelta):
            table.fault(Code.BAD_TEST, 'must be a duration such as "65m"', "at")
        rule = table.text("rule")
        named.check_rule(table, rule, "rule")
        for key in _ABOUT_A_FINDING:
            if table.has(key) and not table.has("rule"):
                table.missing("rule", f"{key} needs the rule that it is about")
        if rule and not any(map(table.has, _ABOUT_A_FINDING)):
            message = "says nothing of the rule: give confirm, acknowledge or close"
            table.fault(Code.BAD_TEST, message, "rule")
        if not table.content.keys() - {"at", "subject", "source"}:
            message = "says nothing: give facts, unknown, snapshot, lost, heard or rule"
            table.fault(Code.BAD_TEST, message)
        named.check_confirmed(table, rule, table.text("confirm"), "confirm")
        said = Said(
            at=at if isinstance(at, timedelta) else timedelta(),
            subject=named.subject(table),
            source=named.source(table, "source", with_name=True),
            facts=read_facts(table, "facts", self._base, self._begin),
            unknown=named.facts(table, "unknown"),
            families=named.families(table, "snapshot"),
            lost=named.source(table, "lost", with_name=False),
            heard=named.source(table, "heard", with_name=False),
            silent=named.source(table, "silent", with_name=False),
            rule=rule,
            confirm=table.text("confirm"),
            close=table.text("close"),
            acknowledge=table.text("acknowledge"),
        )
        table.finish()
        return said
