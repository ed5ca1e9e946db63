"""Whatever stands behind a key that cannot stand there is told once, at its place, with its key."""

from __future__ import annotations

import os
import re
from typing import Final

import pytest
from every_key import EVERY_KEY, WRONG_FORMS

from rules.authoring.checking import check_texts
from rules.faults import Fault

LINES: Final = EVERY_KEY.splitlines()
KEYED: Final = [number for number, line in enumerate(LINES) if " = " in line]
EVERY: Final = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "explore" else 8
"""Of the wrong forms, so many are left out between two that a key is tried with."""
FOLLOWED: Final = ("WK010", "WK011", "WK019", "WK070", "WK071", "WK073")
"""What a table can lack, or have too much of, is told of each on its own."""

RIGHT: Final = (("values", '["a"]'), ("step", "[]"), ("derived", "false"))
"""What can be said there, though not beside these rules."""


def faults_of(lines: list[str]) -> list[Fault]:
    return check_texts({"every.toml": "\n".join([*lines, ""]).encode()}).faults


def header_above(number: int) -> str:
    return next(line for line in reversed(LINES[:number]) if line.startswith("["))


def test_the_rule_base_itself_is_sound() -> None:
    assert faults_of(LINES) == []


@pytest.mark.parametrize("number", KEYED, ids=lambda number: f"{number + 1}-{LINES[number][:12]}")
def test_a_wrong_form_is_one_message_at_the_value(number: int) -> None:
    key, _, old = LINES[number].partition(" = ")
    for form in WRONG_FORMS[number % EVERY :: EVERY]:
        changed = [*LINES[:number], f"{key} = {form}", *LINES[number + 1 :]]
        found = faults_of(changed)
        if old.partition("#")[0].strip() == form or not found:
            continue
        if (key, form) in RIGHT or (key == "name" and header_above(number) == "[[operation]]"):
            continue
        first, *more = found
        about = [fault for fault in more if str(fault.code) not in FOLLOWED]
        assert about == [], [form, *map(str, found)]
        lines = {fault.line for fault in found if str(fault.code) != "WK073"}
        assert lines == {number + 1}, [form, *map(str, found)]
        assert first.column >= len(key) + 4, str(first)
        word = re.escape(key.rpartition(".")[2])
        said = rf"\b{word}\b|is missing|unknown key|in the catalogue"
        assert re.search(said, first.message), first.message


@pytest.mark.parametrize(
    ("header", "right"),
    [
        ("[rule_base]", "its header is [rule_base]"),
        ("[scope.wheel]", "its header is [scope.wheel]"),
        ("[[operation]]", "its header is [[operation]]"),
        ("[rule.source]", "its header is [rule.source]"),
        ("[[rule.then.forbid]]", "its header is [[rule.then.forbid]]"),
        ("[rule.then.step.wait]", "its header is [rule.then.step.wait]"),
        ("[[board.note]]", "its header is [[board.note]]"),
    ],
)
def test_a_header_with_the_wrong_brackets_is_told_with_the_right_ones(
    header: str, right: str
) -> None:
    number = LINES.index(header)
    other = f"[{header}]" if not header.startswith("[[") else header[1:-1]
    (fault,) = faults_of([*LINES[:number], other, *LINES[number + 1 :]])
    assert (fault.line, fault.column, fault.length) == (number + 1, 1, len(other))
    assert right in fault.message


@pytest.mark.parametrize("header", ["[[fact]]", "[[derive]]", "[[rule]]"])
def test_a_single_header_among_several_stops_nothing_else(header: str) -> None:
    number = LINES.index(header)
    first, second = faults_of([*LINES[:number], header[1:-1], *LINES[number + 1 :]])
    assert first.line == number + 1
    assert f"its header is {header}" in first.message
    assert f"the header in line {number + 1} is {header[1:-1]}" in second.message


@pytest.mark.parametrize("key", [line for line in LINES if line.startswith("[")][::3])
def test_an_unknown_key_is_told_with_the_keys_that_there_are(key: str) -> None:
    number = LINES.index(key)
    (fault,) = faults_of([*LINES[: number + 1], "zzz = 1", *LINES[number + 1 :]])
    assert (fault.line, fault.column, fault.length) == (number + 2, 1, 3)
    assert "zzz: unknown key; there are " in fault.message or str(fault.code) == "WK030"


@pytest.mark.parametrize("old", ["title =", "severity =", "document =", "occurrence =", "do ="])
def test_a_misspelt_key_is_not_told_as_a_missing_one_too(old: str) -> None:
    number = next(number for number, line in enumerate(LINES) if line.startswith(old))
    word = old.removesuffix(" =")
    wrong = LINES[number].replace(word, f"{word[:-1]}{word[-1]}{word[-1]}", 1)
    (fault,) = faults_of([*LINES[:number], wrong, *LINES[number + 1 :]])
    assert f"did you mean {word}" in fault.message
    assert (fault.line, fault.column, fault.length) == (number + 1, 1, len(word) + 1)


@pytest.mark.parametrize("table", ["scope", "source", "operation", "fact", "derive", "rule"])
def test_of_a_table_that_is_none_nothing_else_is_told(table: str) -> None:
    kept, dropped = [], False
    for line in LINES:
        if line.startswith("["):
            dropped = line.strip("[]").partition(".")[0] == table
        kept += [] if dropped else [line]
    for form in ("7", '"word"', "[1]"):
        (fault,) = faults_of([f"{table} = {form}", *kept])
        assert fault.line == 1
        assert f"{table}: must be a" in fault.message
        assert f"such as {table} = " in fault.message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("page = 3", 'page = "3"', "a whole number, without quotes, not a text; such as page = 3"),
        ("page = 3", "page = 0", "must be 1 or more, not 0"),
        ('cases = ["U6"]', 'cases = "U6"', 'a list of texts, not a text; such as cases = ["U6"]'),
        ("memory = true", 'memory = "True"', "without quotes, not a text; such as me"),
        ('for = "3m"', "for = 180", 'with its unit, not a whole number; such as for = "180s"'),
        ('for = "3m"', 'for = "0s"', "must be longer than nothing"),
        ('heartbeat = "1m"', 'heartbeat = "0s"', "must be longer than nothing"),
        ('forbid = [{ operation = "grind" }]', 'forbid = "grind"', '[{ operation = "update" }]'),
        ('until = { wheel.verdict = "good" }', 'until = "good"', "until = { pair.lost = "),
        ('signs = [{', 'signs = "good" # [{', "signs = [{ sign = "),
        ('type = "bool"', "type = bool", 'bool is no value; a text stands in quotes: "bool"'),
        ("default = 2\n", 'default = "2"\n', "without quotes: 2"),
        ("default = 2\n", "default = 2.0\n", "without a point: 2"),
        ('default = "2.1"', "default = 2.1", 'in quotes, such as "2.1"'),
        ('default = "2.1"', 'default = "2.x"', "a version has numbers between dots"),
        ("default = true", 'default = "true"', "without quotes: true"),
        ("default = 2026-01-01T00:00:00Z", "default = 2026-01-01T00:00:00", "with its offset"),
        ('{ older_than = "24h" }', "{ older_than = 60 }", 'a duration in quotes, such as "24h"'),
        ('{ later_than = "wheel.made_at" }', "{ later_than = 5 }", 'later_than = "wheel.made_at"'),
        ("{ known = true }", '{ known = true, not = true }', "known stands alone"),
        ('https://example.com', "javascript:alert(1)", "begins with https:// or http://"),
        ('https://example.com', "data:text/html,x", "begins with https:// or http://"),
        ('wheel.mill = { matches = "a" }', 'wheel.mill = { match = "a" }', "there are not, known"),
        ('["turning", "stuck", "broken"]', '["turning", "stuck", "broken", "stuck"]', "twice"),
        ("{ not = [1, 2] }", "{ not = [1, 2, 1] }", "1 stands twice in the list"),
    ],
)  # fmt: skip
def test_what_would_be_right_is_said_in_so_many_words(old: str, new: str, said: str) -> None:
    assert old in EVERY_KEY
    found = faults_of(EVERY_KEY.replace(old, new, 1).splitlines())
    assert said in found[0].message


@pytest.mark.parametrize(
    ("condition", "warned"),
    [
        ("mill.open = [true, false]", True),
        ('wheel.verdict = ["good", "bad", "odd"]', True),
        ('wheel.state = ["turning", "stuck", "broken", "unrecognised"]', True),
        ('wheel.state = ["turning", "stuck", "broken"]', False),
    ],
)
def test_a_list_of_everything_is_warned_of(condition: str, warned: bool) -> None:
    """A word that the catalogue does not know is a value too: to name all others excludes it."""
    text = EVERY_KEY.replace('when = { wheel.verdict = "bad" }', f"when = {{ {condition} }}")
    told = [fault for fault in faults_of(text.splitlines()) if str(fault.code) == "WK076"]
    assert bool(told) == warned
