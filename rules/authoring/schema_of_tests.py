"""JSON Schema of test files, for editors: with the facts and the rules of one rule base in it."""

from __future__ import annotations

from rules.authoring import schema_parts as part
from rules.authoring.schema_parts import Schema
from rules.rule_base import RuleBase
from rules.vocabulary import SEVERITIES


def test_file_schema(rule_base: RuleBase) -> Schema:
    """What a test file may hold."""
    said = {"$ref": "#/$defs/facts"}
    rules = {"enum": sorted(rule.id for rule in rule_base.rules)}
    rule_list = {"type": "array", "items": rules}
    operations = {"type": "array", "items": {"enum": list(rule_base.operations)}}
    names = {"type": "array", "items": {"enum": sorted(rule_base.facts)}}
    moment = {"description": 'Since the beginning, such as "65m", or a time of the log'}
    statuses = {"type": "array", "items": {"enum": ["done", "open", "not sure"]}}
    event = {
        "at": part.duration("Since the beginning of the test"),
        "subject": part.text("Whom it is about, if not the test's subject"),
        "source": part.text(f"Who says it, such as {next(iter(rule_base.sources), 'source')}/a"),
        "facts": said,
        "unknown": {**names, "description": "Facts that nobody knows from now on"},
        "snapshot": part.texts("Families of facts: what is said is a snapshot of them"),
        "lost": part.text("A source that is lost"),
        "heard": part.text("A source that is heard again"),
        "silent": part.text("A source that is heard now, and then no more: heartbeats end"),
        "rule": rules,
        "confirm": part.text("The step of the rule that an operator confirms"),
        "acknowledge": part.text("What an operator notes"),
        "close": part.text("Why an operator closes the finding by hand"),
    }
    operation = {"enum": list(rule_base.operations)}
    bound = {"operation": operation, "scope": {"enum": list(rule_base.scopes)}}
    advice = {
        "title": part.text("The title as people read it"),
        "impact": part.text("The impact as people read it"),
        "severity": {"enum": list(SEVERITIES)},
        "forbids": {
            "type": "array",
            "items": {
                "anyOf": [
                    operation,
                    part.table_of(bound, ["operation", "scope"], "On the subject around"),
                ]
            },
            "description": "Every operation that the finding forbids, and no other",
        },
        "contact_support": {"type": "boolean", "description": "Whether it asks for that"},
        "suppresses": {**rule_list, "description": "Rules whose findings stand behind it"},
        "starts": {**operations, "description": "What its steps start at once"},
        "starts_once_allowed": {
            **operations,
            "description": "What its steps start once nothing forbids it",
        },
        "occurrence": {"description": "The value that tells its happening from the next"},
    }
    finding = {
        "rule": rules,
        "subject": part.text("Whom it is about"),
        "raised": moment,
        "resolved": moment,
        "recurred": {"type": "array", "items": moment},
        **advice,
        "why": part.text("For people"),
    }
    wait = {
        "step": {"type": "integer", "minimum": 1},
        "from": {"description": 'When it ends at the earliest, such as "45m"'},
        "to": {"description": "When it ends at the latest"},
    }
    expect = {
        "at": moment,
        "subject": part.text("Whom it is about"),
        "open": rule_list,
        "facts": said,
        "unknown": names,
        "steps": {"type": "object", "additionalProperties": statuses},
        "waits": {
            "type": "object",
            "additionalProperties": part.list_of(
                part.table_of(wait, ["step"], "A step that waits; without from and to, not started")
            ),
        },
        "unconfirmed": rule_list,
        "forbidden": operations,
        "allowed": operations,
        "uncertain": operations,
        "blind": {**rule_list, "description": "Cannot be judged"},
        "judged": {**rule_list, "description": "Can be judged"},
    }
    test = {
        "name": part.text("What must be so, as a sentence"),
        "todo": part.text("Why the test does not pass yet"),
        "subject": part.text(
            f"Whom it is about, such as {next(iter(rule_base.scopes), 'scope')}/a"
        ),
        "begin": {"description": "When the test begins"},
        "end": moment,
        "facts": said,
        "log": part.text("A recorded log, from the test file's folder"),
        "rules": {**rule_list, "description": "What the test is about"},
        "open": {**rule_list, "description": "Open at the end"},
        "never": {**rule_list, "description": "Never raised"},
        "exact": {"type": "boolean", "description": "No other rule may be raised"},
        "event": part.list_of(part.table_of(event, ["at"], "Something that happens")),
        "finding": part.list_of(
            part.table_of(finding, ["rule", "raised"], "A finding, from begin to end")
        ),
        "expect": part.list_of(part.table_of(expect, ["at"], "What must be so at a time")),
    }
    row = {
        "name": part.text("What the row shows"),
        "first": {**said, "description": "What is so before"},
        "facts": said,
        "unknown": names,
        "confirm": part.texts("Steps that are confirmed"),
        "open": {"type": "boolean", "description": "Whether the rule is open then"},
        "unconfirmed": {"type": "boolean", "description": "Whether that is not sure"},
        "steps": statuses,
        "value": {"description": "What the derived fact is; left out: not known"},
    }
    table = {
        "rule": rules,
        "fact": {"enum": [name for name, fact in rule_base.facts.items() if fact.derived]},
        "subject": part.text("Whom it is about"),
        "given": said,
        **advice,
        "rows": part.list_of(part.table_of(row, [], "A situation, and what comes of it")),
    }
    logs = {
        "logs": part.text("Which logs"),
        "expected": part.text(
            "The file of a log, with {name} in it; below the rules it ends in .expected.toml"
        ),
    }
    proof = {
        "facts": part.texts("Facts, or patterns such as update.*"),
        "classification": part.text("The derived fact that must have a value"),
        "quiet": part.texts("Its values that need no rule"),
        "may_be_unknown": {
            "type": "boolean",
            "description": "It may be unknown where a rule is raised that says so",
        },
        "may_be_blind": {
            "type": "boolean",
            "description": "No rule need be raised where one that asks for it cannot be judged",
        },
    }
    tables = {
        "test": part.list_of(
            part.table_of(test, ["name"], "Facts in time, and what must be found")
        ),
        "table": part.list_of(
            part.table_of(table, ["rows"], "A rule, or a derived fact, in many situations")
        ),
        "logs": part.list_of(part.table_of(logs, ["logs", "expected"], "Recorded logs as tests")),
        "proof": part.list_of(
            part.table_of(proof, ["facts"], "Facts of which every combination is answered")
        ),
    }
    return part.document("A Watchkeeper test file", tables, rule_base)
