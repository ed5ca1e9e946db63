"""JSON Schema of rule files, for editors: with the facts and the values of one rule base in it."""

from __future__ import annotations

from typing import get_args

from rules.authoring import schema_parts as part
from rules.authoring.schema_parts import Schema
from rules.board import SignName
from rules.rule_base import RuleBase
from rules.vocabulary import SEVERITIES, FactType


def rule_file_schema(rule_base: RuleBase) -> Schema:
    """What a rule file may hold; every table may stand in any file."""
    facts = part.facts(rule_base)
    tables = {
        "rule_base": part.table_of(
            {
                "id": part.text("What the rule base is called by programs"),
                "title": part.text("What people call it"),
            },
            ["id"],
            "Once in a rule base: its name",
        ),
        "scope": part.named_tables(
            {
                "meaning": part.text("What is meant, for people"),
                "within": part.text("The scope around this one"),
                "member_by": part.text("The text fact whose value names the subject around"),
            },
            "What facts are about",
        ),
        "source": part.named_tables(
            {
                "heartbeat": part.duration(
                    "Three missed make the source lost; left out: never lost"
                ),
                "meaning": part.text("Who speaks"),
            },
            "Who says facts",
        ),
        "operation": part.list_of(
            part.table_of(
                {
                    "name": part.text("What rules call it"),
                    "title": part.text("What people call it"),
                },
                ["name", "title"],
                "Something that a finding can forbid",
            )
        ),
        "fact": part.list_of(_fact_table(rule_base)),
        "derive": part.list_of(
            part.table_of(
                {
                    "fact": {
                        "enum": [f.name for f in facts if f.derived],
                        "description": "The derived fact",
                    },
                    "value": {"description": "What it is then"},
                    "when": part.pattern("What must be so"),
                },
                ["fact", "value", "when"],
                "One way to conclude a derived fact",
            )
        ),
        "rule": part.list_of(_rule_table(rule_base)),
        "board": _board_table(rule_base),
    }
    return part.document("A Watchkeeper rule file", tables, rule_base)


def _fact_table(rule_base: RuleBase) -> Schema:
    return part.table_of(
        {
            "name": {"type": "string", "pattern": r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$"},
            "type": {"enum": list(get_args(FactType)), "description": "What it can be"},
            "values": part.texts("All values of an enum"),
            "scope": {"enum": list(rule_base.scopes), "description": "What it is about"},
            "source": {"enum": list(rule_base.sources), "description": "Who says it"},
            "memory": {"type": "boolean", "description": "The watch's own memory"},
            "planned": {"type": "boolean", "description": "An instant that may lie ahead"},
            "default": {"description": "What a first snapshot that is silent about it means"},
            "derived": {"type": "boolean", "description": "Concluded from other facts"},
            "otherwise": {"description": "What a derived fact is where no derivation holds"},
            "unit": part.text("For people"),
            "meaning": part.text("What it says"),
            "grade": part.grade(),
        },
        ["name", "type", "scope"],
        "A named, typed value about a subject",
    )


def _rule_table(rule_base: RuleBase) -> Schema:
    source = {"$ref": "#/$defs/source"}
    operation = {"enum": list(rule_base.operations), "description": "A declared operation"}
    names = sorted(rule_base.facts)
    wait = part.table_of(
        {
            "from": {"enum": names, "description": "The instant at which the wait begins"},
            "at_least": part.duration("Not ticked before"),
            "at_most": part.duration("When it should be over"),
        },
        ["from"],
        "A countdown",
    )
    step = part.table_of(
        {
            "do": part.text("What to do; {a.fact} is that fact's value"),
            "grade": part.grade(),
            "source": source,
            "confirm": part.text("The name under which an operator ticks it"),
            "done_when": part.pattern("When facts tick it"),
            "wait": wait,
            "starts": {**operation, "description": "The operation that doing it starts"},
            "once_allowed": {"type": "boolean", "description": "Only once nothing forbids it"},
        },
        ["do"],
        "One thing to do",
    )
    prohibition = part.table_of(
        {
            "operation": operation,
            "grade": part.grade(),
            "source": source,
            "text": part.text("Why"),
            "scope": {"enum": list(rule_base.scopes), "description": "Whom it binds"},
        },
        ["operation"],
        "What must not be attempted",
    )
    then = part.table_of(
        {
            "impact": part.text("What it means for those on watch"),
            "contact_support": {"description": "true, or a table with grade and source"},
            "forbid": part.list_of(prohibition),
            "step": part.list_of(step),
        },
        [],
        "What the finding requires",
    )
    return part.table_of(
        {
            "id": {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]*$"},
            "title": part.text("What has happened, in a line"),
            "severity": {"enum": list(SEVERITIES), "description": "How bad it is"},
            "source": source,
            "grade": part.grade(),
            "cases": part.texts("The rule base's own names for what this covers"),
            "occurrence": {"enum": names, "description": "Tells one happening from the next"},
            "for": part.duration("How long it must have been so"),
            "suppresses": part.texts("Rules that are shown behind this one"),
            "aliases": part.texts("Ids that the rule had before"),
            "deprecated": part.text("Why it is no longer judged"),
            "when": part.pattern("What has happened"),
            "until": part.pattern("What ends it"),
            "then": then,
        },
        ["id", "title", "severity", "when"],
        "A pattern over facts and the action that it requires",
    )


def _board_table(rule_base: RuleBase) -> Schema:
    names = sorted(rule_base.facts)
    scope = {"enum": list(rule_base.scopes), "description": "Whose facts are shown"}
    sign = part.table_of(
        {
            "sign": {"enum": list(get_args(SignName)), "description": "How well that is"},
            "when": part.pattern("When the sign is shown; the first that holds"),
            "show": part.text("What stands then in place of the line's text"),
        },
        ["sign", "when"],
        "A sign before the line",
    )
    member = part.table_of(
        {
            "scope": {**scope, "description": "A narrower scope"},
            "named_by": {"enum": names, "description": "Whose value is the subject's name"},
        },
        ["scope", "named_by"],
        "The narrower subject whose facts the line may name as well",
    )
    line = part.table_of(
        {
            "label": part.text("What stands before the text, and above a table's column"),
            "text": part.text("What is shown; {a.fact} is that fact's value"),
            "member": member,
            "signs": part.list_of(sign),
            "together": {"type": "boolean", "description": "While good, on its neighbours' line"},
        },
        ["label", "text"],
        "One line of a subject",
    )
    note = part.table_of(
        {
            "when": part.pattern("When it is shown; the first that holds"),
            "text": part.text("A line of its own"),
            "wide": part.text("The same in a table's column"),
        },
        ["when"],
        "What is shown only at times",
    )
    return part.table_of(
        {
            "scope": scope,
            "title": part.text("What the subjects are called together"),
            "badge": {"enum": names, "description": "The fact beside a subject's name"},
            "first": part.text("The badge of those that come first of equals"),
            "operation": {
                "enum": list(rule_base.operations),
                "description": "What is named first where several operations are forbidden",
            },
            "note_heading": part.text("What stands above the column of notes"),
            "line": part.list_of(line),
            "note": part.list_of(note),
        },
        ["scope"],
        "What a screen shows of each subject",
    )
