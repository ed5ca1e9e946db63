"""JSON Schema of rule files, for editors: with the facts and the values of one rule base in it."""

from __future__ import annotations

from typing import Final, get_args

from rules.authoring import schema_of_facts as facts_part
from rules.authoring import schema_parts as part
from rules.authoring.schema_parts import Schema
from rules.board import SignName
from rules.pattern import RESERVED_WORDS
from rules.read_board import MOST_LINES
from rules.read_catalogue import ENGINE, MOST_WORDS
from rules.rule_base import Fact, RuleBase
from rules.vocabulary import SEVERITIES, FactType

_RESERVED: Final = "|".join(sorted(RESERVED_WORDS))
_FACT_NAME: Final = (
    rf"^(?!{ENGINE}(\.|$))(?!(.*\.)?({_RESERVED})(\.|$))"
    rf"[a-z][a-z0-9_]*(\.[a-z0-9_]+){{0,{MOST_WORDS - 1}}}$"
)
_SOURCE: Final = {"$ref": "#/$defs/source", "description": "The document that this comes from"}


def rule_file_schema(rule_base: RuleBase) -> Schema:
    """What a rule file may hold; every table may stand in any file."""
    tables = {
        "rule_base": part.table_of(
            {
                "id": part.text("What the rule base is called by programs"),
                "title": part.text("What people call it"),
            },
            ["id"],
            "Once in a rule base: its name",
        ),
        "scope": _scopes(rule_base),
        "source": _sources(),
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
        "derive": part.list_of(_derive_table(rule_base)),
        "rule": part.list_of(_rule_table(rule_base)),
        "board": _board_table(rule_base),
    }
    return facts_part.document("A Watchkeeper rule file", tables, rule_base)


def _scopes(rule_base: RuleBase) -> Schema:
    members = [
        fact.name
        for fact in rule_base.facts.values()
        if fact.type == "text" and not fact.derived and fact.source != ENGINE
    ]
    table = part.table_of(
        {
            "meaning": part.text("What is meant, for people"),
            "within": part.word(rule_base.scopes, "The scope around this one"),
            "member_by": part.word(members, "The text fact whose value names the subject around"),
        },
        [],
        "A kind of subject",
        part.has("within", {"required": ["member_by"]}),
        part.has("member_by", {"required": ["within"]}),
    )
    return part.named_tables(table, "What facts are about")


def _sources() -> Schema:
    table = part.table_of(
        {
            "heartbeat": part.duration("Three missed make the source lost; left out: never lost"),
            "meaning": part.text("Who speaks"),
        },
        [],
        "A kind of source",
    )
    named = part.named_tables(table, "Who says facts")
    return {**named, "propertyNames": {"pattern": part.NAME, "not": {"const": ENGINE}}}


def _fact_table(rule_base: RuleBase) -> Schema:
    kinds = get_args(FactType)
    own_values = [
        part.where(
            "type",
            kind,
            {"properties": {"default": _value_of(kind), "otherwise": _value_of(kind)}},
        )
        for kind in kinds
    ]
    return part.table_of(
        {
            "name": {
                "type": "string",
                "pattern": _FACT_NAME,
                "description": "Lower case words joined by dots; the first is its family",
            },
            "type": part.word(kinds, "What it can be"),
            "values": part.texts("All values of an enum"),
            "scope": part.word(rule_base.scopes, "What it is about"),
            "source": part.word(rule_base.sources, "Who says it"),
            "memory": part.flag("The watch's own memory"),
            "planned": part.flag("An instant that may lie ahead"),
            "default": {"description": "What a first snapshot that is silent about it means"},
            "derived": part.flag("Concluded from other facts"),
            "otherwise": {"description": "What a derived fact is where no derivation holds"},
            "unit": part.text("For people"),
            "meaning": part.text("What it says"),
            "grade": part.grade(),
        },
        ["name", "type", "scope"],
        "A named, typed value about a subject",
        part.where(
            "type",
            "enum",
            {"required": ["values"], "properties": {"values": {"minItems": 1}}},
            {"properties": {"values": {"maxItems": 0}}},
        ),
        part.where(
            "derived",
            True,
            {
                **part.without("source", "default"),
                "properties": {"memory": {"const": False}},
            },
            {"required": ["source"], **part.without("otherwise")},
        ),
        part.where("planned", True, {"properties": {"type": {"const": "instant"}}}),
        *own_values,
    )


def _value_of(kind: FactType) -> Schema:
    """What a value of a type can be; of an enumeration, one of words that stand beside it."""
    if kind == "enum":
        return {"type": "string"}
    return facts_part.type_of(Fact(name="", type=kind, scope=""))


def _derive_table(rule_base: RuleBase) -> Schema:
    derived = [fact for fact in rule_base.facts.values() if fact.derived]
    return part.table_of(
        {
            "fact": part.word([fact.name for fact in derived], "The derived fact"),
            "value": {"description": "What it is then"},
            "when": facts_part.pattern("What must be so"),
        },
        ["fact", "value", "when"],
        "One way to conclude a derived fact",
        *facts_part.values_by_fact("fact", derived, value="value", recognised_only=True),
    )


def _rule_table(rule_base: RuleBase) -> Schema:
    operation = part.word(rule_base.operations, "A declared operation")
    names = sorted(rule_base.facts)
    instants = sorted(fact.name for fact in rule_base.facts.values() if fact.type == "instant")
    wait = part.table_of(
        {
            "from": part.word(instants, "The instant at which the wait begins"),
            "at_least": part.duration("Not ticked before", or_none=True),
            "at_most": part.duration("When it should be over"),
        },
        ["from"],
        "A countdown",
        {"anyOf": [{"required": ["at_least"]}, {"required": ["at_most"]}]},
    )
    step = part.table_of(
        {
            "do": part.text_with_facts("What to do; {a.fact} is that fact's value"),
            "grade": part.grade(),
            "source": _SOURCE,
            "confirm": {
                "type": "string",
                "pattern": "^[a-z][a-z0-9_]*$",
                "description": "The name under which an operator ticks it",
            },
            "done_when": facts_part.pattern("When facts tick it", confirmations=True),
            "wait": wait,
            "starts": {**operation, "description": "The operation that doing it starts"},
            "once_allowed": part.flag("Only once nothing forbids it"),
        },
        ["do"],
        "One thing to do",
        part.has("confirm", part.without("done_when")),
        part.where("once_allowed", True, {"required": ["starts"]}),
    )
    prohibition = part.table_of(
        {
            "operation": operation,
            "grade": part.grade(),
            "source": _SOURCE,
            "text": part.text_with_facts("Why"),
            "scope": part.word(rule_base.scopes, "Whom it binds"),
        },
        ["operation"],
        "What must not be attempted",
    )
    then = part.table_of(
        {
            "impact": part.text_with_facts("What it means for those on watch"),
            "contact_support": {
                "anyOf": [
                    {"type": "boolean"},
                    part.table_of({"grade": part.grade(), "source": _SOURCE}, [], "Who says so"),
                ],
                "description": "true, or a table with grade and source",
            },
            "forbid": part.list_of(prohibition, "What must not be attempted meanwhile"),
            "step": part.list_of(step, "What is to be done, in this order"),
        },
        [],
        "What the finding requires",
    )
    return part.table_of(
        {
            "id": {
                "type": "string",
                "pattern": "^[a-z0-9][a-z0-9._-]*$",
                "description": "What journals, tests and other rules call it",
            },
            "title": part.text_with_facts("What has happened, in a line"),
            "severity": part.word(SEVERITIES, "How bad it is"),
            "source": _SOURCE,
            "grade": part.grade(),
            "cases": part.texts("The rule base's own names for what this covers"),
            "occurrence": part.word(names, "Tells one happening from the next"),
            "for": part.duration("How long it must have been so"),
            "suppresses": part.texts("Rules that are shown behind this one"),
            "aliases": part.texts("Ids that the rule had before"),
            "deprecated": part.text("Why it is no longer judged"),
            "when": facts_part.pattern("What has happened"),
            "until": facts_part.pattern("What ends it", confirmations=True),
            "then": then,
        },
        ["id", "title", "severity", "when"],
        "A pattern over facts and the action that it requires",
    )


def _board_table(rule_base: RuleBase) -> Schema:
    names = sorted(rule_base.facts)
    texts = sorted(fact.name for fact in rule_base.facts.values() if fact.type == "text")
    scope = part.word(rule_base.scopes, "Whose facts are shown")
    sign = part.table_of(
        {
            "sign": part.word(get_args(SignName), "How well that is"),
            "when": facts_part.pattern("When the sign is shown; the first that holds"),
            "show": part.text_with_facts("What stands then in place of the line's text"),
        },
        ["sign", "when"],
        "A sign before the line",
    )
    member = part.table_of(
        {
            "scope": {**scope, "description": "A narrower scope"},
            "named_by": part.word(texts, "Whose value is the subject's name"),
        },
        ["scope", "named_by"],
        "The narrower subject whose facts the line may name as well",
    )
    line = part.table_of(
        {
            "label": part.text("What stands before the text, and above a table's column"),
            "text": part.text_with_facts("What is shown; {a.fact} is that fact's value"),
            "member": member,
            "signs": part.list_of(sign),
            "together": part.flag("While good, on its neighbours' line"),
        },
        ["label", "text"],
        "One line of a subject",
    )
    note = part.table_of(
        {
            "when": facts_part.pattern("When it is shown; the first that holds"),
            "text": part.text_with_facts("A line of its own"),
            "wide": part.text_with_facts("The same in a table's column"),
        },
        ["when"],
        "What is shown only at times",
        {"anyOf": [{"required": ["text"]}, {"required": ["wide"]}]},
    )
    return part.table_of(
        {
            "scope": scope,
            "title": part.text("What the subjects are called together"),
            "badge": part.word(names, "The fact beside a subject's name"),
            "first": part.text("The badge of those that come first of equals"),
            "operation": part.word(
                rule_base.operations, "What is named first where several operations are forbidden"
            ),
            "note_heading": part.text("What stands above the column of notes"),
            "line": {**part.list_of(line), "maxItems": MOST_LINES},
            "note": part.list_of(note),
        },
        ["scope"],
        "What a screen shows of each subject",
        part.has("first", {"required": ["badge"]}),
        *(
            part.where("badge", fact.name, {"properties": {"first": {"enum": list(fact.values)}}})
            for fact in rule_base.facts.values()
            if fact.type == "enum"
        ),
    )
