"""JSON Schema of test files, for editors: with the facts and the rules of one rule base in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final, get_args

from rules.authoring import schema_of_facts as facts_part
from rules.authoring import schema_parts as part
from rules.authoring.rule_tests import STATUSES
from rules.authoring.schema_parts import Schema
from rules.board import SignName
from rules.rule_base import RuleBase
from rules.vocabulary import SEVERITIES

_OFFSET: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]+([zZ]|[+-][0-9:]+)$"
_SAID: Final = {"$ref": "#/$defs/facts", "description": "Facts with the values that a source says"}


def test_file_schema(rule_base: RuleBase) -> Schema:
    """What a test file may hold."""
    return _TestSchema(rule_base).document()


class _TestSchema:
    def __init__(self, rule_base: RuleBase) -> None:
        self._base = rule_base
        self._rules = sorted(rule.id for rule in rule_base.rules)
        self._confirmed = sorted(
            {step.confirm for rule in rule_base.rules for step in rule.steps if step.confirm}
        )
        self._labels = [line.label for line in rule_base.board.lines if line.signs]
        self._derived = [fact for fact in rule_base.facts.values() if fact.derived]

    def document(self) -> Schema:
        tables = {
            "test": part.list_of(self._test()),
            "table": part.list_of(self._table()),
            "logs": part.list_of(self._logs()),
            "proof": part.list_of(self._proof()),
        }
        return facts_part.document("A Watchkeeper test file", tables, self._base)

    def _rule_list(self, description: str) -> Schema:
        return part.words(self._rules, description)

    def _operations(self, description: str) -> Schema:
        return part.words(self._base.operations, description)

    def _facts(self, description: str) -> Schema:
        return part.words(sorted(self._base.facts), description)

    def _subject(self, description: str) -> Schema:
        return {
            "type": "string",
            "pattern": rf"^({_any_of(self._base.scopes)})/[\s\S]+$",
            "description": f"{description}, such as {next(iter(self._base.scopes), 'scope')}/a",
        }

    def _source(self, description: str, *, with_name: bool) -> Schema:
        name = r"/[\s\S]+" if with_name else r"(/[\s\S]*)?"
        return {
            "type": "string",
            "pattern": f"^({_any_of(self._base.sources)}){name}$",
            "description": f"{description}, such as {next(iter(self._base.sources), 'source')}"
            + ("/a" if with_name else ""),
        }

    def _event(self) -> Schema:
        families = sorted({fact.family for fact in self._base.facts.values()})
        says = ("facts", "unknown", "snapshot", "lost", "heard", "silent", "rule")
        of_findings = ("confirm", "acknowledge", "close")
        return part.table_of(
            {
                "at": part.duration("Since the beginning of the test", or_none=True),
                "subject": self._subject("Whom it is about, if not the test's subject"),
                "source": self._source("Who says it", with_name=True),
                "facts": _SAID,
                "unknown": self._facts("Facts that nobody knows from now on"),
                "snapshot": part.words(
                    families, "Families of facts: what is said is a snapshot of them"
                ),
                "lost": self._source("A source that is lost", with_name=False),
                "heard": self._source("A source that is heard again", with_name=False),
                "silent": self._source("A source that is heard no more", with_name=False),
                "rule": part.word(self._rules, "Whose finding an operator does something to"),
                "confirm": part.word(
                    self._confirmed, "The step of the rule that an operator confirms"
                ),
                "acknowledge": part.text("What an operator notes"),
                "close": part.text("Why an operator closes the finding by hand"),
            },
            ["at"],
            "Something that happens",
            {"anyOf": [{"required": [key]} for key in (*says, *of_findings)]},
            *(part.has(key, {"required": ["rule"]}) for key in of_findings),
            part.has("rule", {"anyOf": [{"required": [key]} for key in of_findings]}),
        )

    def _advice(self) -> dict[str, Schema]:
        """What a finding must tell those on watch."""
        operation = part.word(self._base.operations, "An operation")
        bound = part.table_of(
            {
                "operation": operation,
                "scope": part.word(self._base.scopes, "The scope on whose subject it is forbidden"),
            },
            ["operation"],
            "An operation that is forbidden on the subject around",
        )
        return {
            "title": part.text("The title as people read it"),
            "impact": {"type": "string", "description": "The impact as people read it"},
            "severity": part.word(SEVERITIES, "How bad it is"),
            "forbids": {
                "type": "array",
                "items": {"anyOf": [operation, bound]},
                "description": "Every operation that the finding forbids, and no other",
            },
            "contact_support": part.flag("Whether it asks for that"),
            "suppresses": self._rule_list("Rules whose findings stand behind it"),
            "starts": self._operations("What its steps start at once"),
            "starts_once_allowed": self._operations("What its steps start once nothing forbids it"),
            "occurrence": {"description": "The value that tells its happening from the next"},
        }

    def _finding(self) -> Schema:
        return part.table_of(
            {
                "rule": part.word(self._rules, "Whose finding it is"),
                "subject": self._subject("Whom it is about"),
                "raised": _moment("When it is raised"),
                "resolved": _moment("When it ends; left out: it stays open"),
                "recurred": {
                    "type": "array",
                    "items": _moment("When another happening joins it"),
                    "description": "When other happenings join it",
                },
                **self._advice(),
                "why": part.text("For people"),
            },
            ["rule", "raised"],
            "A finding, from begin to end",
        )

    def _expect(self) -> Schema:
        wait = part.table_of(
            {
                "step": {
                    "type": "integer",
                    "minimum": 1,
                    "description": "Its number among the steps",
                },
                "from": _moment("When it ends at the earliest"),
                "to": _moment("When it ends at the latest"),
            },
            ["step"],
            "A step that waits; without from and to, not started",
        )
        by_rule = {"propertyNames": {"enum": self._rules}}
        expected = {
            "open": self._rule_list("Rules that are open, of those that the test is about"),
            "facts": {"$ref": "#/$defs/expected", "description": "What facts are then"},
            "unknown": self._facts("Facts that nobody knows then"),
            "steps": {
                "type": "object",
                **by_rule,
                "additionalProperties": _statuses("What each step is, in order"),
                "description": "By rule, what each of its steps is",
            },
            "waits": {
                "type": "object",
                **by_rule,
                "additionalProperties": part.list_of(wait),
                "description": "By rule, all of its steps that wait",
            },
            "unconfirmed": self._rule_list("Open, and nobody knows whether still rightly"),
            "forbidden": self._operations("Operations that are forbidden"),
            "allowed": self._operations("Operations that may be started"),
            "uncertain": self._operations("Operations of which nobody can say"),
            "blind": self._rule_list("Rules that cannot be judged"),
            "judged": self._rule_list("Rules that can be judged"),
            "signs": {
                "type": "object",
                "propertyNames": {"enum": self._labels},
                "additionalProperties": part.word(get_args(SignName), "The line's sign"),
                "description": "By label, the signs of lines of the board",
            },
        }
        return part.table_of(
            {
                "at": _moment("When it must be so"),
                "subject": self._subject("Whom it is about"),
                **expected,
            },
            ["at"],
            "What must be so at a time",
            {"anyOf": [{"required": [key]} for key in expected]},
        )

    def _test(self) -> Schema:
        begin = {"type": "string", "pattern": _OFFSET, "description": "When the test begins"}
        expecting = [
            {"required": [key], "properties": {key: {"minItems": 1}}}
            for key in ("rules", "never", "open", "finding", "expect")
        ]
        return part.table_of(
            {
                "name": part.text("What must be so, as a sentence"),
                "todo": part.text("Why the test does not pass yet"),
                "subject": self._subject("Whom it is about"),
                "begin": begin,
                "end": _moment("When it ends; left out: at the last time that it names"),
                "facts": _SAID,
                "log": part.text("A recorded log, from the test file's folder"),
                "rules": self._rule_list("What the test is about"),
                "open": self._rule_list("Open at the end"),
                "never": self._rule_list("Never raised"),
                "exact": part.flag("No other rule may be raised"),
                "event": part.list_of(self._event()),
                "finding": part.list_of(self._finding()),
                "expect": part.list_of(self._expect()),
            },
            ["name"],
            "Facts in time, and what must be found",
            {
                "anyOf": [
                    *expecting,
                    {"required": ["exact"], "properties": {"exact": {"const": True}}},
                ]
            },
        )

    def _table(self) -> Schema:
        common = {
            "name": part.text("What the row shows"),
            "first": {**_SAID, "description": "What is so before"},
            "facts": _SAID,
            "unknown": self._facts("Facts that nobody knows"),
            "confirm": part.words(self._confirmed, "Steps that are confirmed"),
        }
        of_rule = {
            "open": part.flag("Whether the rule is open then"),
            "unconfirmed": part.flag("Whether that is not sure"),
            "steps": _statuses("What each step is, in order"),
        }
        of_fact = {"value": {"description": "What the derived fact is; left out: not known"}}
        row = part.table_of(
            {**common, **of_rule, **of_fact}, [], "A situation, and what comes of it"
        )
        about_a_rule = {
            "properties": {"rows": {"items": {"required": ["open"], **part.without("value")}}},
            **part.without("fact"),
        }
        about_a_fact = {
            "required": ["fact"],
            "properties": {"rows": {"items": part.without(*of_rule)}},
            **part.without(*self._advice()),
        }
        values = [
            part.where(
                "fact",
                fact.name,
                {
                    "properties": {
                        "rows": {"items": {"properties": {"value": facts_part.said(fact)}}}
                    }
                },
            )
            for fact in self._derived
        ]
        return part.table_of(
            {
                "rule": part.word(self._rules, "The rule that the rows are about"),
                "fact": part.word(
                    [fact.name for fact in self._derived], "Or the derived fact that they are about"
                ),
                "subject": self._subject("Whom it is about"),
                "given": {**_SAID, "description": "What every row begins with"},
                **self._advice(),
                "rows": {**part.list_of(row), "minItems": 1},
            },
            ["rows"],
            "A rule, or a derived fact, in many situations",
            part.has("rule", about_a_rule, about_a_fact),
            *values,
        )

    def _logs(self) -> Schema:
        return part.table_of(
            {
                "logs": part.text("Which logs"),
                "expected": {
                    "type": "string",
                    "pattern": r"\{name\}",
                    "description": "The file of a log, with {name} in it; below the rules it ends "
                    "in .expected.toml",
                },
            },
            ["logs", "expected"],
            "Recorded logs as tests",
        )

    def _proof(self) -> Schema:
        answered = ("may_be_unknown", "may_be_blind")
        quiet = [
            part.where(
                "classification",
                fact.name,
                {"properties": {"quiet": {"items": {"enum": list(fact.values)}}}},
            )
            for fact in self._derived
            if fact.values
        ]
        return part.table_of(
            {
                "facts": {
                    **part.texts("Facts, or patterns such as update.*"),
                    "minItems": 1,
                },
                "classification": part.word(
                    [fact.name for fact in self._derived], "The derived fact that must have a value"
                ),
                "quiet": part.texts("Its values that need no rule"),
                "may_be_unknown": part.flag(
                    "It may be unknown where a rule is raised that says so"
                ),
                "may_be_blind": part.flag(
                    "No rule need be raised where one that asks for it cannot be judged"
                ),
            },
            ["facts"],
            "Facts of which every combination is answered",
            *(part.has(key, {"required": ["classification"]}) for key in answered),
            {
                "if": {"required": ["quiet"], "properties": {"quiet": {"minItems": 1}}},
                "then": {"required": ["classification"]},
            },
            *quiet,
        )


def _any_of(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, words))


def _moment(description: str) -> Schema:
    """A time since the beginning, or of the log."""
    return {
        "type": "string",
        "anyOf": [{"pattern": part.ANY_DURATION}, {"pattern": _OFFSET}],
        "description": f'{description}; such as "65m", or a time of the log',
    }


def _statuses(description: str) -> dict[str, Any]:
    return {"type": "array", "items": {"enum": list(STATUSES)}, "description": description}
