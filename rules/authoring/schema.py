"""JSON Schema of rule files and of their tests, for editors: with the facts and the values of one
rule base in it."""

from __future__ import annotations

from typing import Any, Final, get_args

from rules.board import SignName
from rules.pattern import AGE_OPERATORS, RELATION_OPERATORS, THRESHOLD_OPERATORS
from rules.rule_base import Fact, RuleBase
from rules.vocabulary import SEVERITIES, FactType, Grade

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_DURATION: Final = r"^([0-9]{1,9}(\.[0-9]{1,6})?(ms|s|m|h|d|w))+$"

Schema = dict[str, Any]


def rule_file_schema(rule_base: RuleBase) -> Schema:
    """What a rule file may hold; every table may stand in any file."""
    facts = _facts(rule_base)
    tables = {
        "rule_base": _table(
            {
                "id": _text("What the rule base is called by programs"),
                "title": _text("What people call it"),
            },
            ["id"],
            "Once in a rule base: its name",
        ),
        "scope": _named(
            {
                "meaning": _text("What is meant, for people"),
                "within": _text("The scope around this one"),
                "member_by": _text("The text fact whose value names the subject around"),
            },
            "What facts are about",
        ),
        "source": _named(
            {
                "heartbeat": _duration("Three missed make the source lost; left out: never lost"),
                "meaning": _text("Who speaks"),
            },
            "Who says facts",
        ),
        "operation": _list(
            _table(
                {"name": _text("What rules call it"), "title": _text("What people call it")},
                ["name", "title"],
                "Something that a finding can forbid",
            )
        ),
        "fact": _list(_fact_table(rule_base)),
        "derive": _list(
            _table(
                {
                    "fact": {
                        "enum": [f.name for f in facts if f.derived],
                        "description": "The derived fact",
                    },
                    "value": {"description": "What it is then"},
                    "when": _pattern("What must be so"),
                },
                ["fact", "value", "when"],
                "One way to conclude a derived fact",
            )
        ),
        "rule": _list(_rule_table(rule_base)),
        "board": _board_table(rule_base),
    }
    return _document("A Watchkeeper rule file", tables, rule_base)


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
        "at": _duration("Since the beginning of the test"),
        "subject": _text("Whom it is about, if not the test's subject"),
        "source": _text(f"Who says it, such as {next(iter(rule_base.sources), 'source')}/a"),
        "facts": said,
        "unknown": {**names, "description": "Facts that nobody knows from now on"},
        "snapshot": _texts("Families of facts: what is said is a snapshot of them"),
        "lost": _text("A source that is lost"),
        "heard": _text("A source that is heard again"),
        "rule": rules,
        "confirm": _text("The step of the rule that an operator confirms"),
        "acknowledge": _text("What an operator notes"),
        "close": _text("Why an operator closes the finding by hand"),
    }
    finding = {
        "rule": rules,
        "subject": _text("Whom it is about"),
        "raised": moment,
        "resolved": moment,
        "recurred": {"type": "array", "items": moment},
        "forbids": operations,
        "title": _text("The title as people read it"),
        "impact": _text("The impact as people read it"),
        "why": _text("For people"),
    }
    expect = {
        "at": moment,
        "subject": _text("Whom it is about"),
        "open": rule_list,
        "facts": said,
        "unknown": names,
        "steps": {"type": "object", "additionalProperties": statuses},
        "unconfirmed": rule_list,
        "forbidden": operations,
        "allowed": operations,
        "uncertain": operations,
        "blind": {**rule_list, "description": "Cannot be judged"},
        "judged": {**rule_list, "description": "Can be judged"},
    }
    test = {
        "name": _text("What must be so, as a sentence"),
        "todo": _text("Why the test does not pass yet"),
        "subject": _text(f"Whom it is about, such as {next(iter(rule_base.scopes), 'scope')}/a"),
        "begin": {"description": "When the test begins"},
        "end": moment,
        "facts": said,
        "log": _text("A recorded log, from the test file's folder"),
        "rules": {**rule_list, "description": "What the test is about"},
        "open": {**rule_list, "description": "Open at the end"},
        "never": {**rule_list, "description": "Never raised"},
        "exact": {"type": "boolean", "description": "No other rule may be raised"},
        "event": _list(_table(event, ["at"], "Something that happens")),
        "finding": _list(_table(finding, ["rule", "raised"], "A finding, from begin to end")),
        "expect": _list(_table(expect, ["at"], "What must be so at a time")),
    }
    row = {
        "name": _text("What the row shows"),
        "first": {**said, "description": "What is so before"},
        "facts": said,
        "unknown": names,
        "confirm": _texts("Steps that are confirmed"),
        "open": {"type": "boolean", "description": "Whether the rule is open then"},
        "unconfirmed": {"type": "boolean", "description": "Whether that is not sure"},
        "steps": statuses,
        "value": {"description": "What the derived fact is; left out: not known"},
    }
    table = {
        "rule": rules,
        "fact": {"enum": [name for name, fact in rule_base.facts.items() if fact.derived]},
        "subject": _text("Whom it is about"),
        "given": said,
        "rows": _list(_table(row, [], "A situation, and what comes of it")),
    }
    logs = {"logs": _text("Which logs"), "expected": _text("The file of a log, with {name} in it")}
    proof = {
        "facts": _texts("Facts, or patterns such as update.*"),
        "classification": _text("The derived fact that must have a value"),
        "quiet": _texts("Its values that need no rule"),
    }
    tables = {
        "test": _list(_table(test, ["name"], "Facts in time, and what must be found")),
        "table": _list(_table(table, ["rows"], "A rule, or a derived fact, in many situations")),
        "logs": _list(_table(logs, ["logs", "expected"], "Recorded logs as tests")),
        "proof": _list(_table(proof, ["facts"], "Facts of which every combination is answered")),
    }
    return _document("A Watchkeeper test file", tables, rule_base)


def _document(title: str, tables: dict[str, Schema], rule_base: RuleBase) -> Schema:
    return {
        "$schema": _DIALECT,
        "title": f"{title} ({rule_base.title or rule_base.id})",
        "type": "object",
        "properties": tables,
        "additionalProperties": False,
        "$defs": {
            "pattern": {
                "type": "object",
                "description": "What must be so: facts with values or operators",
                "properties": {
                    "any": _patterns("One of these must hold"),
                    "all": _patterns("All of these must hold"),
                    "none": _patterns("None of these may hold"),
                    "confirm": {
                        "type": "object",
                        "description": "What operators have confirmed",
                        "additionalProperties": {"type": "boolean"},
                    },
                    **_tree(rule_base, _condition)["properties"],
                },
                "additionalProperties": False,
            },
            "facts": _tree(rule_base, _said),
            **_kinds(rule_base),
            "source": _source(),
        },
    }


# Parts


def _text(description: str) -> Schema:
    return {"type": "string", "description": description}


def _texts(description: str) -> Schema:
    return {"type": "array", "items": {"type": "string"}, "description": description}


def _duration(description: str) -> Schema:
    return {"type": "string", "pattern": _DURATION, "description": description}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _table(properties: dict[str, Any], required: list[str], description: str) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _named(properties: dict[str, Any], description: str) -> Schema:
    return {
        "type": "object",
        "description": description,
        "additionalProperties": _table(properties, [], description),
    }


def _pattern(description: str) -> Schema:
    return {"$ref": "#/$defs/pattern", "description": description}


def _patterns(description: str) -> Schema:
    items = {"$ref": "#/$defs/pattern"}
    return {"type": "array", "items": items, "minItems": 1, "description": description}


def _grade() -> Schema:
    return {"enum": list(get_args(Grade)), "description": "How well it is known"}


def _source() -> Schema:
    return _table(
        {
            "document": _text("Its title"),
            "section": _text("Where in it"),
            "page": {"type": "integer"},
            "url": _text("Where it can be read"),
            "grade": _grade(),
        },
        ["document"],
        "The document that this comes from",
    )


def _fact_table(rule_base: RuleBase) -> Schema:
    return _table(
        {
            "name": {"type": "string", "pattern": r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$"},
            "type": {"enum": list(get_args(FactType)), "description": "What it can be"},
            "values": _texts("All values of an enum"),
            "scope": {"enum": list(rule_base.scopes), "description": "What it is about"},
            "source": {"enum": list(rule_base.sources), "description": "Who says it"},
            "memory": {"type": "boolean", "description": "The watch's own memory"},
            "planned": {"type": "boolean", "description": "An instant that may lie ahead"},
            "default": {"description": "What a first snapshot that is silent about it means"},
            "derived": {"type": "boolean", "description": "Concluded from other facts"},
            "otherwise": {"description": "What a derived fact is where no derivation holds"},
            "unit": _text("For people"),
            "meaning": _text("What it says"),
            "grade": _grade(),
        },
        ["name", "type", "scope"],
        "A named, typed value about a subject",
    )


def _rule_table(rule_base: RuleBase) -> Schema:
    source = {"$ref": "#/$defs/source"}
    operation = {"enum": list(rule_base.operations), "description": "A declared operation"}
    names = sorted(rule_base.facts)
    wait = _table(
        {
            "from": {"enum": names, "description": "The instant at which the wait begins"},
            "at_least": _duration("Not ticked before"),
            "at_most": _duration("When it should be over"),
        },
        ["from"],
        "A countdown",
    )
    step = _table(
        {
            "do": _text("What to do; {a.fact} is that fact's value"),
            "grade": _grade(),
            "source": source,
            "confirm": _text("The name under which an operator ticks it"),
            "done_when": _pattern("When facts tick it"),
            "wait": wait,
            "starts": {**operation, "description": "The operation that doing it starts"},
            "once_allowed": {"type": "boolean", "description": "Only once nothing forbids it"},
        },
        ["do"],
        "One thing to do",
    )
    prohibition = _table(
        {
            "operation": operation,
            "grade": _grade(),
            "source": source,
            "text": _text("Why"),
            "scope": {"enum": list(rule_base.scopes), "description": "Whom it binds"},
        },
        ["operation"],
        "What must not be attempted",
    )
    then = _table(
        {
            "impact": _text("What it means for those on watch"),
            "contact_support": {"description": "true, or a table with grade and source"},
            "forbid": _list(prohibition),
            "step": _list(step),
        },
        [],
        "What the finding requires",
    )
    return _table(
        {
            "id": {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]*$"},
            "title": _text("What has happened, in a line"),
            "severity": {"enum": list(SEVERITIES), "description": "How bad it is"},
            "source": source,
            "grade": _grade(),
            "cases": _texts("The rule base's own names for what this covers"),
            "occurrence": {"enum": names, "description": "Tells one happening from the next"},
            "for": _duration("How long it must have been so"),
            "suppresses": _texts("Rules that are shown behind this one"),
            "aliases": _texts("Ids that the rule had before"),
            "deprecated": _text("Why it is no longer judged"),
            "when": _pattern("What has happened"),
            "until": _pattern("What ends it"),
            "then": then,
        },
        ["id", "title", "severity", "when"],
        "A pattern over facts and the action that it requires",
    )


def _board_table(rule_base: RuleBase) -> Schema:
    names = sorted(rule_base.facts)
    scope = {"enum": list(rule_base.scopes), "description": "Whose facts are shown"}
    sign = _table(
        {
            "sign": {"enum": list(get_args(SignName)), "description": "How well that is"},
            "when": _pattern("When the sign is shown; the first that holds"),
            "show": _text("What stands then in place of the line's text"),
        },
        ["sign", "when"],
        "A sign before the line",
    )
    member = _table(
        {
            "scope": {**scope, "description": "A narrower scope"},
            "named_by": {"enum": names, "description": "Whose value is the subject's name"},
        },
        ["scope", "named_by"],
        "The narrower subject whose facts the line may name as well",
    )
    line = _table(
        {
            "label": _text("What stands before the text, and above a table's column"),
            "text": _text("What is shown; {a.fact} is that fact's value"),
            "member": member,
            "signs": _list(sign),
            "together": {"type": "boolean", "description": "While good, on its neighbours' line"},
        },
        ["label", "text"],
        "One line of a subject",
    )
    note = _table(
        {
            "when": _pattern("When it is shown; the first that holds"),
            "text": _text("A line of its own"),
            "wide": _text("The same in a table's column"),
        },
        ["when"],
        "What is shown only at times",
    )
    return _table(
        {
            "scope": scope,
            "title": _text("What the subjects are called together"),
            "badge": {"enum": names, "description": "The fact beside a subject's name"},
            "first": _text("The badge of those that come first of equals"),
            "operation": {
                "enum": list(rule_base.operations),
                "description": "What is named first where several operations are forbidden",
            },
            "note_heading": _text("What stands above the column of notes"),
            "line": _list(line),
            "note": _list(note),
        },
        ["scope"],
        "What a screen shows of each subject",
    )


# Facts


def _facts(rule_base: RuleBase) -> list[Fact]:
    return list(rule_base.facts.values())


def _tree(rule_base: RuleBase, leaf: Any) -> Schema:
    """Facts as tables within tables, as dotted keys make them."""
    root: Schema = {"type": "object", "properties": {}, "additionalProperties": False}
    for fact in rule_base.facts.values():
        node = root
        *families, last = fact.name.split(".")
        for family in families:
            node = node["properties"].setdefault(
                family, {"type": "object", "properties": {}, "additionalProperties": False}
            )
        node["properties"][last] = leaf(fact, rule_base)
    return root


def _value(fact: Fact) -> Schema:
    match fact.type:
        case "bool":
            return {"type": "boolean"}
        case "int":
            return {"type": "integer"}
        case "float":
            return {"type": "number"}
        case "enum":
            return {"enum": [*fact.values, "unrecognised"]}
        case "duration":
            return {"type": ["string", "number"]}
        case "instant":
            return {}
        case _:
            return {"type": "string"}


def _kind(fact: Fact) -> str:
    """What facts have in common that can be compared with one another."""
    return f"facts of type {fact.type}{' in ' + fact.unit if fact.unit else ''}"


def _kinds(rule_base: RuleBase) -> dict[str, Schema]:
    kinds: dict[str, list[str]] = {}
    for fact in rule_base.facts.values():
        kinds.setdefault(_kind(fact), []).append(fact.name)
    return {
        kind: {"enum": sorted(names), "description": "Another fact"}
        for kind, names in kinds.items()
    }


def _describe(fact: Fact) -> str:
    unit = f", in {fact.unit}" if fact.unit else ""
    return f"{fact.meaning or fact.name} ({fact.type}{unit}; {fact.scope})"


def _said(fact: Fact, _: RuleBase) -> Schema:
    value = {} if fact.type == "enum" else _value(fact)
    return {**value, "description": _describe(fact)} | (
        {"examples": list(fact.values)} if fact.values else {}
    )


def _condition(fact: Fact, rule_base: RuleBase) -> Schema:
    value = _value(fact)
    alike = [one for one in rule_base.facts.values() if _kind(one) == _kind(fact)]
    several = {"anyOf": [value, {"type": "array", "items": value, "minItems": 1}]}
    operators: dict[str, Schema] = {
        "not": {**several, "description": "None of these"},
        "known": {"type": "boolean", "description": "Whether the fact is known; stands alone"},
    }
    if fact.type in ("int", "float", "duration", "version"):
        operators |= dict.fromkeys(sorted(THRESHOLD_OPERATORS), value)
    if fact.type == "instant":
        operators |= {name: _duration("The instant's age") for name in sorted(AGE_OPERATORS)}
    if fact.type == "text":
        operators["matches"] = _text("A regular expression that is found in the text")
    for name in sorted(RELATION_OPERATORS):
        if len(alike) > 1 and (fact.type == "instant" or name in ("same_as", "differs_from")):
            operators[name] = {"$ref": f"#/$defs/{_kind(fact)}"}
    table = {"type": "object", "properties": operators, "additionalProperties": False}
    return {"anyOf": [*several["anyOf"], table], "description": _describe(fact)}
