"""Rule files in one form: what they say, their comments and their order do not change."""

from __future__ import annotations

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st
from rule_texts import CATALOGUE, RULE
from sample_logs import RULES

from rules.authoring.formatting import NotFormattableError, format_toml

FILES = sorted(RULES.rglob("*.toml"))

UNTIDY = """\
# A file that grew

[rule_base]   # its heading
id="x"
title   =    'X'



[scope . pair]
meaning = \"\"\"
  two
lines\"\"\"
[[fact]]
  name  = "a.b"   # a fact
  values=["p","q" ,"r"]
[[rule]]
when={a . b="p",any=[{a.b="q"},{a.b={not=["r",]}}]}
[rule.then]
forbid = [ {operation="x"}, # first
  # and then
      {operation="y"}
]
[[rule.then.step]]
do = "z" # no more"""

TIDY = """\
# A file that grew

[rule_base]   # its heading
id = "x"
title = 'X'

[scope.pair]
meaning = \"\"\"
  two
lines\"\"\"

[[fact]]
name = "a.b"   # a fact
values = ["p", "q", "r"]

[[rule]]
when = { a.b = "p", any = [{ a.b = "q" }, { a.b = { not = ["r"] } }] }
[rule.then]
forbid = [
    { operation = "x" }, # first
    # and then
    { operation = "y" },
]
[[rule.then.step]]
do = "z" # no more
"""


def test_an_untidy_file_comes_into_form_with_its_comments() -> None:
    assert format_toml(UNTIDY) == TIDY
    assert format_toml(TIDY) == TIDY
    assert format_toml(UNTIDY.replace("\n", "\r\n")) == TIDY


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_shipped_rules_are_in_form(path: object) -> None:
    text = path.read_text("utf-8")  # type: ignore[attr-defined]
    assert format_toml(text) == text


@pytest.mark.parametrize("text", ["a = ", "[[", 'a = "', "a = 1\na = 2"])
def test_what_is_no_toml_is_refused(text: str) -> None:
    with pytest.raises(NotFormattableError):
        format_toml(text)


@given(st.data())
def test_spaces_make_no_difference(data: st.DataObject) -> None:
    text = data.draw(
        st.sampled_from([CATALOGUE + RULE, TIDY.replace('"""\n  two\nlines"""', '"b"')])
    )
    lines = []
    for line in text.splitlines():
        key, equals, value = line.partition(" = ")
        around = data.draw(st.sampled_from(["=", " = ", "  =\t"]))
        behind = data.draw(st.sampled_from(["", "  ", "\t"]))
        lines.append(f"{key}{around if equals else ''}{value}{behind}")
    assert format_toml("\n".join(lines)) == format_toml(text)


KEYS = st.from_regex(r"[a-z]{1,3}", fullmatch=True)
SCALARS = st.one_of(
    st.integers(-9, 99).map(str),
    st.booleans().map(lambda value: str(value).lower()),
    st.sampled_from(['"#"', "'='", '"a]b"', '"é"', "1979-05-27", "1.5", '"""x\n# y\n"""']),
)
GAP = st.sampled_from(["", " ", "\n", " # c\n", "\n# c\n\n"])


def arrays(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    part = st.tuples(GAP, inner, GAP).map("".join)
    return st.lists(part, max_size=3).map(lambda parts: f"[{','.join(parts)}]")


def inline_tables(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    plain = inner.filter(lambda value: "\n" not in value)
    return st.dictionaries(KEYS, plain, max_size=3).map(
        lambda pairs: "{" + ",".join(f"{key} ={value}" for key, value in pairs.items()) + "}"
    )


VALUES = st.recursive(SCALARS, lambda inner: arrays(inner) | inline_tables(inner), max_leaves=8)


@given(
    st.lists(st.tuples(st.sampled_from(["", "\n", "# c\n", "[[t]]\n"]), KEYS, VALUES), max_size=6)
)
def test_any_document_keeps_its_content_and_its_comments(
    parts: list[tuple[str, str, str]],
) -> None:
    text = "".join(
        f"{before}{key}{number}={value}\n" for number, (before, key, value) in enumerate(parts)
    )
    formatted = format_toml(text)
    assert tomli.loads(formatted) == tomli.loads(text)
    assert formatted.count("# c") == text.count("# c")
    assert format_toml(formatted) == formatted


def test_blanks_at_the_ends_of_lines_within_a_text_stay() -> None:
    untidy = "a   =   '''  \n x \n'''   \nb =\"\"\"\t\n\"\"\"\n"

    assert format_toml(untidy) == "a = '''  \n x \n'''\nb = \"\"\"\t\n\"\"\"\n"


def test_what_is_nested_too_deeply_is_refused_in_words() -> None:
    with pytest.raises(NotFormattableError, match="too deeply"):
        format_toml("a = " + "[" * 390 + "]" * 390)
