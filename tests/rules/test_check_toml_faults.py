"""What is no TOML is told where a person would look, and in other words than the parser's."""

from __future__ import annotations

import tomllib

import pytest
from rule_texts import CATALOGUE, RULE, check, rule

from rules.authoring.checking import check_texts
from rules.toml_version import newer_than_1_0

HEAD = '[[rule]]\nid = "a"\ntitle = "A"\n'
LINE = (CATALOGUE + HEAD).count("\n") + 1


@pytest.mark.parametrize(
    ("broken", "marked", "said"),
    [
        ("a = { b = 1, b = 2 }", "b = 2", "the key b stands twice in one table"),
        ("a = { b = 1, b.c = 2 }", "b.c = 2", "b.c has a value already in this table"),
        ("a = ", "a", "a has no value behind the ="),
        ('a = "never closed', '"never closed', "is not closed"),
        ("a = 'never closed", "'never closed", "is not closed"),
        ('a = """never closed', '"""', 'no """ ends it'),
        ("é = 1", "é", 'stands in quotes: "é"'),
        ("= 1", "= 1", "no line can begin so"),
        ("alone", "alone", "behind the key alone stands no ="),
        ("a : 1", ": 1", "stands =, not :"),
        ("when = { a.b > 3 }", ">", "> is no sign here; it is written a.b = { above = 3 }"),
        ("when = { a.b>=3 }", ">=", "a.b = { at_least = 3 }"),
        ('when = { c = 1, a.b != "x" }', "!=", 'a.b = { not = "x" }'),
        ("when = { a.b == 3 }", "==", "it is written a.b = 3"),
        ("a.b < 3", "<", "a.b = { below = 3 }"),
        ("for = 30s", "30s", 'a text stands in quotes: "30s"'),
        ("x = 5.", "5.", "5.0"),
        ("x = stuck", "stuck", 'a text stands in quotes: "stuck"'),
        ("x = True", "True", "in lower case: true"),
        ("x = null", "null", "leave the key out"),
        ('x = "a" y = 2', "y = 2", "the next key is on its own line"),
        ("x = [1 2]", "2]", "a comma or ] is missing here before 2"),
        ("x = [1, 2", "x = [1, 2", "no ] ends it"),
        ("x = { a = 1", "x = { a = 1", "no } ends it"),
        (r'm = "\d+"', r'\d+"', "put the text in single quotes"),
        ("d = 2026-13-01", "2026-13-01", "no date or time that there is"),
        ("[rule.then", "[rule.then", "does not end in ]"),
        ("[[rule.then.step]", "[[rule.then.step]", "does not end in ]]"),
        ('title = "B"', "title = ", f"title has a value already in line {LINE - 1}"),
        ("x = [\n  { a = 1 },\n  { b = stuck },\n]", "stuck }", '"stuck"'),
        ("x = { a = 1,\n b = 2 }", "{ a = 1,", "over several lines is of TOML 1.1"),
        ("x = { a = [\n1, { b = 2\n}] }", "{ b = 2", "over several lines is of TOML 1.1"),
        ("x = { a = 1, }", ", }", "a comma at the end of an inline table is of TOML 1.1"),
        (r'x = "a\x41"', r'\x41"', r"\u0041 says the same"),
        (r'x = "\\\e"', r'\e"', r"\u001b says the same"),
        ("x = 07:32", "07:32", "it is written 07:32:00"),
        ("x = 2026-11-22T07:32Z", "07:32Z", "it is written 07:32:00"),
    ],
)
def test_a_fault_of_form_is_marked_where_it_is(broken: str, marked: str, said: str) -> None:
    text = CATALOGUE + HEAD + broken + "\n" + rule("two", "mill.open = true")
    told = [fault for fault in check(text).faults if str(fault.code) == "WK003"]
    (fault,) = told
    line = text.split("\n")[fault.line - 1]
    assert line[fault.column - 1 :].startswith(marked)
    assert marked.startswith(line[fault.column - 1 :][: fault.length])
    assert said in fault.message


def test_a_second_header_is_told_with_the_line_of_the_first() -> None:
    text = CATALOGUE + RULE + '[rule.then]\nimpact = "x"\n'
    (fault,) = (one for one in check(text).faults if str(one.code) == "WK003")
    lines = text.split("\n")
    assert lines[fault.line - 1][: fault.length] == "[rule.then]"
    assert f"stands in line {lines.index('[rule.then]') + 1} already" in fault.message


def test_a_byte_order_mark_hides_nothing() -> None:
    text = "\ufeff" + CATALOGUE + RULE.replace('verdict = "bad"', 'verdict = "worse"')
    first, second = check(text).faults
    assert (first.line, first.column) == (1, 1)
    assert "byte order mark" in first.message
    assert "never 'worse'" in second.message
    assert "worse" in text.split("\n")[second.line - 1]


def test_another_encoding_is_named() -> None:
    (fault,) = check_texts({"a.toml": CATALOGUE.encode("utf-16")}).faults
    assert fault.message == "is UTF-16; save it as UTF-8"


def test_a_header_that_cannot_be_read_hides_only_what_it_declares() -> None:
    text = CATALOGUE.replace("[scope.wheel]", "[scope.wheel") + RULE
    (fault,) = check(text).faults
    assert "does not end in ]" in fault.message


@pytest.mark.parametrize(
    "sound",
    [
        "x = { a = [\n1,\n2,\n] }",
        "x = [ { b = 1 }, # }\n ]",
        "x = 1 # { 07:32",
        r"x = '\x41'",
        r'x = "\\x41"',
        'x = """\n07:32 {\n"""',
        "x = '''{'''''",
        "x = 2026-11-22T07:32:00-07:00",
        'x = { a = [1,], c = ",", d = "}" }',
    ],
)
def test_what_is_toml_1_0_is_not_taken_for_newer(sound: str) -> None:
    assert newer_than_1_0(sound) is None
    assert tomllib.loads(sound)
