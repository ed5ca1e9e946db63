"""The JSON Schema that editors take and `watchkeeper rules check` say the same of a file, but for
what JSON cannot say."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import tomli
from every_key import EVERY_KEY, EVERY_KEY_OF_TESTS, WRONG_FORMS
from jsonschema_rs import Draft202012Validator, meta
from rule_texts import CATALOGUE, RULE

from rules.authoring.read_rule_tests import TestTexts, read_proofs, read_tests
from rules.authoring.schema import rule_file_schema
from rules.authoring.schema_of_tests import test_file_schema as schema_of_tests
from rules.faults import Fault
from rules.loader import load_rule_base, load_texts, read_texts
from rules.rule_base import RuleBase
from rules.rule_files import EXPECTED, TESTS

ROOT: Final = Path(__file__).parents[2]
JUDGED_TEXT: Final = EVERY_KEY.replace('deprecated = "not now"', "")
EVERY: Final = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "explore" else 16
"""Of the wrong forms, so many are left out between two that a key is tried with."""

NOT_IN_JSON: Final = ("2026-01-01T00:00:00Z", "07:00:00", "nan")
"""JSON has no dates, which stand as texts in it, and no number that is none."""

TOGETHER: Final = ("WK019", "WK046", *(f"WK0{number}" for number in range(50, 77)))
"""What check concludes from several tables, from other files or from what a rule is about, and
what it only warns of; a list that says something twice is refused by the schema alone."""

KNOWN_BY_THE_WHOLE: Final = {
    ("values", '["a"]'),
    ("default", '"two words"'),
    ("default", '""'),
    ("otherwise", '"two words"'),
    ("otherwise", '""'),
    ("default", '"  "'),
    ("otherwise", '"  "'),
    ("name", '"two words"'),
    ("facts", '["a"]'),
    ("logs", '"two words"'),
}
"""Of an enumeration's own values, of names of operations, of patterns of facts and of logs, a
schema that was written beforehand knows nothing."""


def plain(value: Any) -> Any:
    """A document as a program that reads TOML hands it to one that reads JSON."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return value


@cache
def rule_base(text: str = JUDGED_TEXT) -> RuleBase:
    return load_texts({"every.toml": text.encode()})


@cache
def of_rules() -> Draft202012Validator:
    return Draft202012Validator(rule_file_schema(rule_base(EVERY_KEY)))


@cache
def of_tests() -> Draft202012Validator:
    return Draft202012Validator(schema_of_tests(rule_base()))


def refused_by_check(text: str) -> list[str]:
    faults = read_texts({"every.toml": text.encode()}).faults.all()
    return [str(fault) for fault in faults if str(fault.code) not in TOGETHER]


def refused_by_reader(text: str) -> list[Fault]:
    texts = TestTexts({"t.test.toml": text.encode()}, {"e/n.expected.toml": b""}, ("logs/n.jsonl",))
    found = [read_tests(texts, rule_base())[1], read_proofs(texts, rule_base())[1]]
    return [fault for faults in found for fault in faults.all() if str(fault.code) != "WK019"]


def refused_by_schema(validator: Draft202012Validator, text: str) -> list[str]:
    found = validator.iter_errors(plain(tomli.loads(text)))
    return [f"{one.instance_path}: {one.message[:200]}" for one in found]


def changed(text: str, start: int) -> Iterator[tuple[int, str, str]]:
    """Every key with some wrong forms: its line, the form, and the whole text."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        key, equals, _ = line.partition(" = ")
        for form in WRONG_FORMS[(number + start) % EVERY :: EVERY] if equals else ():
            if form in NOT_IN_JSON or (key, form) in KNOWN_BY_THE_WHOLE:
                continue
            yield (
                number,
                f"{key} = {form}",
                "\n".join([*lines[:number], f"{key} = {form}", *lines[number + 1 :]]),
            )


@pytest.mark.parametrize("start", range(2 if EVERY > 1 else 1))
def test_both_refuse_the_same_forms_in_rule_files(start: int) -> None:
    for number, line, text in changed(EVERY_KEY, 8 * start):
        told, refused = refused_by_check(text), refused_by_schema(of_rules(), text)
        if "suppresses" not in line:
            assert bool(told) == bool(refused), (number + 1, line, told, refused)


def test_both_refuse_the_same_forms_in_test_files() -> None:
    for number, line, text in changed(EVERY_KEY_OF_TESTS, 0):
        told, refused = refused_by_reader(text), refused_by_schema(of_tests(), text)
        assert bool(told) == bool(refused), (number + 1, line, told, refused)


def listed(text: str, of_tests: bool) -> set[str]:
    """The keys that there are, as the message about one that there is not says."""
    if of_tests:
        told = [fault.message for fault in refused_by_reader(text)]
    else:
        told = [fault.message for fault in read_texts({"e.toml": text.encode()}).faults.all()]
    (message,) = [one for one in told if "zzz: unknown key" in one]
    return set(message.partition("; there are ")[2].split(", "))


@pytest.mark.parametrize("of_tests", [False, True])
def test_the_message_about_an_unknown_key_lists_all_that_there_are(of_tests: bool) -> None:
    lines = (EVERY_KEY_OF_TESTS if of_tests else EVERY_KEY).splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("[")]
    keys: dict[str, set[str]] = {}
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        own = {line.split(" = ")[0].partition(".")[0] for line in lines[start + 1 : end]}
        keys.setdefault(lines[start], set()).update(own)
    for header in keys:
        around, _, key = header.strip("[]").rpartition(".")
        for one in (f"[{around}]", f"[[{around}]]"):
            keys.get(one, set()).add(key)
    # Of tables about derived facts alone.
    keys.get("[[table.rows]]", set()).discard("value")
    of_patterns = (".when]", ".until]", "done_when]", ".facts]")
    for header in [one for one in keys if not one.endswith(of_patterns)]:
        at = lines.index(header) + 1
        found = listed("\n".join([*lines[:at], "zzz = 1", *lines[at:]]), of_tests)
        assert keys[header] <= found, (header, keys[header] - found)


SOUND: Final = (
    "mill.open = true",
    '"mill.open" = true',
    "mill.open = { known = false }",
    'wheel = { state = "stuck", heat = { above = 5.5, below = 9 } }',
    'wheel.state = ["stuck", "unrecognised"]',
    'wheel.state = { not = ["stuck"] }',
    "wheel.stones = 9007199254740992",
    'wheel.make = { at_least = "2.1", below = "v3" }',
    'wheel.made_at = { older_than = "0s", newer_than = "1h30m" }',
    'wheel.made_at = { later_than = "wheel.oiled_at" }',
    "wheel.made_at = 2026-01-01T00:00:00Z",
    'wheel.run = { above = 5, below = "10m" }',
    'wheel.mill = ""',
    "any = [{ mill.open = true }, { none = [{ wheel.heat = 1 }] }]",
)
REFUSED: Final = (
    "",
    "mill = {}",
    "mill.open = {}",
    "mill.open = []",
    'mill.open = "yes"',
    "mill.opn = true",
    '"mill.opn" = true',
    "mill.open = { known = true, not = true }",
    'mill.open = { known = "yes" }',
    "mill.open = { is = true }",
    'mill.open = { same_as = "wheel.heat" }',
    "mill.open = { above = true }",
    "confirm.called = true",
    "any = []",
    "any = [{}]",
    "any = { mill.open = true }",
    'wheel.state = "stucc"',
    'wheel.state = { not = ["stucc"] }',
    'wheel.heat = "5"',
    "wheel.heat = { above = [5] }",
    'wheel.heat = { matches = "5" }',
    "wheel.stones = 1.5",
    "wheel.stones = 9007199254740993",
    "wheel.stones = -9007199254740994",
    "wheel.made_at = { older_than = 60 }",
    'wheel.made_at = { older_than = "60" }',
    'wheel.made_at = { later_than = "wheel.made_at" }',
    'wheel.made_at = { later_than = "wheel.heat" }',
    'wheel.made_at = { later_than = "wheel.gone" }',
    'wheel.made_at = "yesterday"',
    'wheel.heat = { later_than = "wheel.made_at" }',
    'wheel.make = "2.x"',
    "wheel.make = 2.1",
    'wheel.run = "10 minutes"',
    'wheel.mill = { matches = "" }',
    "from = 1",
)


@pytest.mark.parametrize(
    ("pattern", "sound"), [*((one, True) for one in SOUND), *((one, False) for one in REFUSED)]
)
def test_both_say_the_same_of_a_pattern(pattern: str, sound: bool) -> None:
    text = EVERY_KEY.replace('when = { wheel.verdict = "bad" }', f"when = {{ {pattern} }}", 1)
    assert text != EVERY_KEY
    assert bool(refused_by_check(text)) != sound
    assert bool(refused_by_schema(of_rules(), text)) != sound


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('until = { wheel.verdict = "good" }', "until = { confirm.Called = 1 }"),
        ("contact_support = true", 'contact_support = "yes"'),
        ('confirm = "called"', 'confirm = "A B"'),
        ('confirm = "called"', 'confirm = "a.b"'),
        ('confirm = "called"', 'confirm = "called"\ndone_when = { mill.open = true }'),
        ("once_allowed = true", "once_allowed = true\nstarts_ = 1"),
        ('starts = "grind"\n', ""),
        ('at_least = "45m"\nat_most = "60m"\n', ""),
        ('from = "wheel.made_at"', 'from = "wheel.heat"'),
        ('id = "wheel-bad"', 'id = "Wheel bad"'),
        ('name = "wheel.state"', 'name = "wheel.not"'),
        ('name = "wheel.state"', 'name = "engine.state"'),
        ("derived = true", 'derived = true\nsource = "gauge"'),
        ("derived = true", "derived = true\nmemory = true"),
        ("derived = true\n", ""),
        ("planned = true", 'planned = true\nunit = ""'),
        ('type = "bool"', 'type = "bool"\nvalues = ["a"]'),
        ('type = "bool"', 'type = "bool"\nplanned = true'),
        ('values = ["turning", "stuck", "broken"]\n', ""),
        ('member_by = "wheel.mill"\n', ""),
        ('within = "mill"', 'within = "mil"'),
        ("[scope.mill]", "[scope.Mill]"),
        ("[source.gauge]", "[source.engine]"),
        ('first = "turning"', 'first = "turnin"'),
        ('badge = "wheel.state"\n', ""),
        ('value = "odd"', 'value = "unrecognised"'),
        ('title = "Wheels"', 'titel = "Wheels"'),
        ("[rule_base]", "[[rule_base]]"),
        ('[[operation]]\nname = "grind"', '[operation]\nname = "grind"'),
        ('url = "https://example.com"', 'url = "javascript:alert(1)"'),
        ('for = "3m"', 'for = "0m"'),
    ],
)
def test_both_refuse_what_cannot_stand_together(old: str, new: str) -> None:
    assert old in EVERY_KEY
    text = EVERY_KEY.replace(old, new, 1)
    assert refused_by_check(text)
    assert refused_by_schema(of_rules(), text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('lost = "gauge"\n', ""),
        ('confirm = "called"\n', ""),
        ('rule = "other"\nconfirm = "called"', 'confirm = "called"'),
        ("facts = { mill.open = true }", 'facts = { wheel.verdict = "bad" }'),
        ("facts = { mill.open = true }", 'facts = { "mill.opn" = true }'),
        ("open = true\nunconfirmed = true", "unconfirmed = true"),
        ('[[table]]\nfact = "wheel.verdict"\nrows', "[[table]]\nrows"),
        ('value = "bad" }', 'value = "bad", open = true }'),
        ('value = "bad" }', 'value = "worse" }'),
        ('classification = "wheel.verdict"\n', ""),
        ('expected = "e/{name}.expected.toml"', 'expected = "e.toml"'),
        ('subject = "wheel/a"', 'subject = "wheel"'),
        ('source = "gauge/a"', 'source = "gauge"'),
        ('steps.other = ["done", "open"]', 'steps.othr = ["done"]'),
        ("begin = 2026-11-22T02:00:00Z", "begin = 2026-11-22T02:00:00"),
        ("[[test.expect]]", '[[test.expect]]\nat = "1m"\n[[test.expect]]'),
    ],
)
def test_both_refuse_the_same_slips_in_tests(old: str, new: str) -> None:
    assert old in EVERY_KEY_OF_TESTS
    text = EVERY_KEY_OF_TESTS.replace(old, new, 1)
    assert refused_by_reader(text)
    assert refused_by_schema(of_tests(), text)


def test_a_name_in_quotes_is_the_same_name_in_tests() -> None:
    text = EVERY_KEY_OF_TESTS.replace("{ mill.open = true }", '{ "mill.open" = true }', 1)
    assert not refused_by_reader(text)
    assert not refused_by_schema(of_tests(), text)


@pytest.mark.parametrize(
    "folder", ["rules/image_streamer", "samples/patroni", "rules/authoring/skeleton"]
)
def test_what_is_shipped_fits_its_own_schema(folder: str) -> None:
    base = load_rule_base(ROOT / folder)
    schemas = [
        Draft202012Validator(schema) for schema in (rule_file_schema(base), schema_of_tests(base))
    ]
    for path in sorted((ROOT / folder).rglob("*.toml")):
        if path.name.endswith(EXPECTED):
            continue
        schema = schemas[path.name.endswith(TESTS)]
        assert refused_by_schema(schema, path.read_text("utf-8")) == [], path


@pytest.mark.parametrize("tests", [False, True])
def test_every_key_says_what_it_is(tests: bool) -> None:
    schema = schema_of_tests(rule_base()) if tests else rule_file_schema(rule_base(EVERY_KEY))
    meta.validate(schema)
    silent = []

    def look(node: Any, where: str) -> None:
        if isinstance(node, list):
            for position, one in enumerate(node):
                look(one, f"{where}[{position}]")
        elif isinstance(node, dict):
            # Beside `if`, properties are looked at and not declared.
            declared = node.get("type") == "object" and "properties" in node
            for key, one in node["properties"].items() if declared else ():
                if not one.get("description"):
                    silent.append(f"{where}.{key}")
            for key, one in node.items():
                look(one, f"{where}.{key}")

    look(schema, "")
    assert silent == []


MADE = """
[[fact]]
name = "wheel.made"
type = "instant"
scope = "wheel"
source = "gauge"
meaning = "When it was made"
default = "2026-11-22T02:14:07Z"
"""


@pytest.mark.parametrize(
    ("sound", "other", "refused"),
    [
        ('title = "The wheel is {wheel.state}"', 'title = "{"', True),
        ('title = "The wheel is {wheel.state}"', 'title = "X }"', True),
        ('title = "The wheel is {wheel.state}"', 'title = "{Wheel state}"', True),
        ('title = "The wheel is {wheel.state}"', 'title = "{{wheel.state}}"', True),
        ('title = "The wheel is {wheel.state}"', 'title = "two\\nlines {wheel.state}"', False),
        ('do = "Call', 'do = "{Call', True),
        ("2026-11-22T02:14:07Z", "2026-13-01T00:00:00Z", True),
        ("2026-11-22T02:14:07Z", "2026-00-01T00:00:00Z", True),
        ("2026-11-22T02:14:07Z", "2026-11-32T00:00:00Z", True),
        ("2026-11-22T02:14:07Z", "2026-11-22T24:30:00Z", True),
        ("2026-11-22T02:14:07Z", "2026-W54-1T00:00:00Z", True),
        ("2026-11-22T02:14:07Z", "20261122T021407Z", False),
        ("2026-11-22T02:14:07Z", "2026-W47-7T02:14Z", False),
        ("2026-11-22T02:14:07Z", "2026-11-22 02:14:07.5+01:00", False),
    ],
)
def test_both_refuse_braces_that_name_nothing_and_days_that_are_none(
    sound: str, other: str, refused: bool
) -> None:
    text = CATALOGUE + MADE + RULE.replace('title = "X"', 'title = "The wheel is {wheel.state}"')
    text += '[[rule.then.step]]\ndo = "Y"\n'
    validator = Draft202012Validator(rule_file_schema(rule_base(text)))
    assert sound in text
    assert (refused_by_check(text), refused_by_schema(validator, text)) == ([], [])
    changed_text = text.replace(sound, other)
    assert bool(refused_by_check(changed_text)) is refused
    assert bool(refused_by_schema(validator, changed_text)) is refused
