"""What automata say of regular expressions is what RE2 finds."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.expressions import ExpressionError, finder
from rules.found_texts import found_texts

_ATOMS = ("a", "b", "ab", ".", "^", "$", "[ab]", "[^a]", "[a-c]", r"\d", r"\.", "[]x]", r"\W", "-")
_TEXTS = ["".join(letters) for length in range(5) for letters in product("ab.\n", repeat=length)]


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("|".join),
        inner.map(lambda one: f"(?:{one})*"),
        inner.map(lambda one: f"({one})?"),
        inner.map(lambda one: f"(?:{one})+"),
        st.tuples(inner, st.sampled_from(("{2}", "{1,2}", "{0,1}", "{2,}"))).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    )


expressions = st.recursive(st.sampled_from(_ATOMS), _grown, max_leaves=5)


@settings(max_examples=80)
@given(st.lists(expressions, min_size=1, max_size=3, unique=True), st.sets(st.sampled_from(_TEXTS)))
def test_a_kind_of_text_is_said_to_exist_just_where_re2_finds_one(
    chosen: list[str], besides: set[str]
) -> None:
    told = found_texts(tuple(chosen), frozenset(besides), 2)
    if told is None:
        return
    find = {one: finder(one) for one in chosen}
    for found_by, examples in told.items():
        assert len(set(examples)) == len(examples)
        for text in examples:
            assert text not in besides
            assert {one for one in chosen if find[one](text)} == found_by
    for text in _TEXTS:
        if text not in besides:
            kind = told[frozenset(one for one in chosen if find[one](text))]
            # Fewer than were asked for are all that there are.
            assert text in kind or len(kind) == 2


@pytest.mark.parametrize(
    "expression",
    [r"\bfoo", r"\pL+", "(?i)foo", "[[:alpha:]]", r"\x41", r"\Qa.b\E", "(?P<name>a)", "[ab]{1000}"],
)
def test_nothing_is_said_of_expressions_that_are_not_read(expression: str) -> None:
    finder(expression)
    assert found_texts((expression,), frozenset(), 1) is None


def test_expressions_of_one_text_are_known_to_have_no_other() -> None:
    only = "^(on|off)$"
    assert found_texts((only,), frozenset({"on"}), 4) is not None
    told = found_texts((only,), frozenset({"on"}), 4) or {}
    assert told[frozenset({only})] == ["off"]


@given(st.text(alphabet="ab[]()^$.*+?{}|\\-,12dwsz\n", min_size=1, max_size=12))
@settings(max_examples=200)
def test_whatever_is_read_is_read_as_re2_reads_it(expression: str) -> None:
    try:
        find = finder(expression)
    except ExpressionError:
        return
    told = found_texts((expression,), frozenset(), 3)
    for found_by, examples in (told or {}).items():
        assert all(find(text) == bool(found_by) for text in examples)
    if told is not None and not told[frozenset()]:
        assert all(map(find, _TEXTS))
    if told is not None and not told[frozenset({expression})]:
        assert not any(map(find, _TEXTS))
