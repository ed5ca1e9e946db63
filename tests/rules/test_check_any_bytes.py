"""Any bytes at all as a rule file give messages, and never a traceback; what is too large is
refused in bounded time."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence

import pytest
from every_key import EVERY_KEY, EVERY_KEY_OF_TESTS
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oracle.sizes import DISORDERS
from rule_texts import CATALOGUE, RULE, check, codes, rule

from rules.authoring.checking import check_texts
from rules.authoring.formatting import NotFormattableError, format_toml
from rules.authoring.read_rule_tests import TestTexts, read_proofs, read_tests
from rules.faults import Fault
from rules.loader import load_texts

TEXT = (CATALOGUE + RULE).encode()
VALUES = st.recursive(
    st.one_of(
        st.booleans().map(lambda value: str(value).lower()),
        st.integers(-3, 10**20).map(str),
        st.sampled_from(["1.5", "nan", "inf", "1979-05-27", "07:32:00", "2026-01-01T00:00:00Z"]),
        st.text(string.ascii_letters + " .{}\\é", max_size=8).map(lambda text: f"'{text}'"),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]"),
        st.dictionaries(st.sampled_from(["known", "not", "any", "a", "grade"]), inner).map(
            lambda parts: "{" + ", ".join(f"{key} = {part}" for key, part in parts.items()) + "}"
        ),
    ),
    max_leaves=6,
)


DISORDER = settings(max_examples=DISORDERS)
TOKEN = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|[A-Za-z0-9_.-]+|\n|[ \t]+|.", re.DOTALL)
ODD = ['"', "'", '"""', "[", "]", "[[rule]]", "{", "}", "=", ",", "\n", "#", ".", "nan", "{}", "[]"]
BASE = load_texts({"every.toml": EVERY_KEY.replace('deprecated = "not now"', "").encode()})


def assert_placed(faults: Sequence[Fault], text: bytes) -> None:
    """Each fault has words, and a place that is in the text."""
    lines = text.decode("utf-8", "replace").split("\n")
    for fault in faults:
        assert fault.message
        assert "\n" not in fault.message
        if fault.line:
            line = lines[fault.line - 1] if fault.line <= len(lines) else ""
            assert 1 <= fault.column <= len(line) + 1, fault
            assert fault.column + fault.length <= len(line) + 2, fault


def assert_only_messages(text: bytes) -> None:
    assert_placed(check_texts({"any.toml": text}).faults, text)


@st.composite
def disordered(draw: st.DrawFn, text: str) -> str:
    """A text of which some words and signs are left out, doubled, exchanged or put in."""
    tokens = TOKEN.findall(text)
    for _ in range(draw(st.integers(1, 4))):
        at, other = (draw(st.integers(0, len(tokens) - 1)) for _ in range(2))
        match draw(st.integers(0, 4)):
            case 0:
                del tokens[at : at + draw(st.integers(1, 20))]
            case 1:
                tokens[at:at] = tokens[at : at + draw(st.integers(1, 20))]
            case 2:
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 3:
                tokens[at] = tokens[other]
            case _:
                tokens.insert(at, draw(st.sampled_from(ODD)))
        tokens = tokens or ["x"]
    return "".join(tokens)


@DISORDER
@given(disordered(EVERY_KEY))
def test_a_rule_file_in_disorder_gives_messages(text: str) -> None:
    assert_only_messages(text.encode())


@DISORDER
@given(disordered(EVERY_KEY_OF_TESTS))
def test_a_test_file_in_disorder_gives_messages(text: str) -> None:
    texts = TestTexts({"any.test.toml": text.encode()})
    for _, faults in (read_tests(texts, BASE), read_proofs(texts, BASE)):
        assert_placed(faults.all(), text.encode())


@DISORDER
@given(disordered('[override.other]\nseverity = "notice"\nfor = "1m"\nwhen.wheel.heat.above = 7\n'))
def test_overrides_in_disorder_give_messages(text: str) -> None:
    found = check_texts({"every.toml": EVERY_KEY.encode()}, text.encode(), "site.toml").faults
    assert_placed([fault for fault in found if fault.file.endswith("site.toml")], text.encode())


@DISORDER
@given(disordered(EVERY_KEY_OF_TESTS))
def test_a_file_in_disorder_is_put_into_one_form_or_refused(text: str) -> None:
    try:
        formed = format_toml(text)
    except NotFormattableError:
        return
    assert format_toml(formed) == formed


@given(st.binary(max_size=200))
def test_any_bytes_give_messages(text: bytes) -> None:
    assert_only_messages(text)


@example(18, 23, b"")
@given(st.integers(0, len(TEXT)), st.integers(0, 40), st.binary(max_size=12))
def test_a_rule_file_with_any_bytes_in_it_gives_messages(at: int, cut: int, put: bytes) -> None:
    assert_only_messages(TEXT[:at] + put + TEXT[at + cut :])


@given(st.data())
@settings(max_examples=200)
def test_any_value_of_any_key_gives_messages(data: st.DataObject) -> None:
    lines = TEXT.decode().splitlines()
    keyed = [number for number, line in enumerate(lines) if " = " in line]
    number = data.draw(st.sampled_from(keyed))
    lines[number] = f"{lines[number].partition(' = ')[0]} = {data.draw(VALUES)}"
    assert_only_messages("\n".join(lines).encode())


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 50_000,
        "a = " + "{ b = " * 5_000,
        ".".join("a" * 20_000) + " = 1",
        "[" + ".".join("a" * 20_000) + "]\nb = 1",
        "[[rule]]\n" * 5_000,
        "x = 1\n" * 5_000,
        "\ufeff[rule_base]",
        "a = '\x00'",
    ],
)
def test_absurd_texts_give_messages_too(text: str) -> None:
    assert check_texts({"any.toml": text.encode()}).faults


def test_a_pattern_two_hundred_levels_deep_is_refused() -> None:
    deep = "mill.open = true"
    for _ in range(200):
        deep = f"any = [{{ {deep} }}]"
    assert set(codes(CATALOGUE, rule("deep", deep))) <= {"WK038", "WK004", "WK003"}
    assert codes(CATALOGUE, rule("deep", deep))


@pytest.mark.parametrize("words", [24, 40, 64])
@pytest.mark.parametrize("levels", [0, 1, 12])
def test_a_long_name_in_dots_is_the_name_in_quotes(words: int, levels: int) -> None:
    name = ".".join(["ab"] * words)
    fact = f'[[fact]]\nname = "{name}"\ntype = "bool"\nscope = "wheel"\nsource = "gauge"\n'
    pattern = f"{name} = true"
    for _ in range(levels):
        pattern = f"any = [{{ {pattern} }}]"
    assert codes(CATALOGUE, fact, rule("long", pattern)) == []


def test_names_of_absurdly_many_words_are_refused_where_they_are_declared() -> None:
    name = ".".join(["ab"] * 300)
    fact = f'[[fact]]\nname = "{name}"\ntype = "bool"\nscope = "wheel"\nsource = "gauge"\n'
    faults = check(CATALOGUE, fact, rule("long", f"{name} = true")).faults
    assert {str(fault.code) for fault in faults} == {"WK016", "WK038"}
    assert all("at most 64 words" in fault.message for fault in faults)


def test_a_document_nested_too_deeply_is_told_once_and_where() -> None:
    deep = "any = [{ " * 300 + "mill.open = true" + " }]" * 300
    (fault,) = check(CATALOGUE, rule("deep", deep)).faults
    assert "fewer levels" in fault.message
    assert fault.line > CATALOGUE.count("\n")


def test_a_pattern_of_many_conditions_is_refused() -> None:
    many = ", ".join(f"{{ wheel.heat = {number} }}" for number in range(2000))
    assert codes(CATALOGUE, rule("many", f"any = [{many}]")) == ["WK039"]


def test_faults_of_two_files_are_told_by_file() -> None:
    checked = check_texts({"a.toml": CATALOGUE.encode(), "b.toml": b"[[rule]]\n", "c.toml": b"="})
    assert {fault.file for fault in checked.faults} == {"b.toml", "c.toml"}
    assert check("").faults
