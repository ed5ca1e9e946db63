"""What `rules check` proves about texts that regular expressions are looked for in."""

from __future__ import annotations

from typing import Final

import pytest
from rule_texts import CATALOGUE, check, codes, rule


def name(*operators: str) -> str:
    """Conditions on the name of a wheel's mill, all of which must hold."""
    return "all = [" + ", ".join(f"{{ wheel.mill = {{ {one} }} }}" for one in operators) + "]"


@pytest.mark.parametrize(
    "when",
    [
        'wheel.mill = { matches = "^a$", not = "a" }',
        'wheel.mill = { matches = "^(on|off)$", not = ["on", "off"] }',
        'wheel.mill = "b", all = [{ wheel.mill = { matches = "^a" } }]',
        name('matches = "^a"', 'matches = "^b"'),
        name('matches = "^[0-9]+$"', 'matches = "[a-z]"'),
        name('matches = "^.{3}$"', 'matches = "^.{5}$"'),
        'wheel.mill = { matches = "^a" }, none = [{ wheel.mill = { matches = "^" } }]',
        'wheel.mill = { matches = "mill" }, none = [{ wheel.mill = { matches = "il+" } }]',
        'none = [{ wheel.mill = { matches = "a*" } }]',
    ],
)
def test_texts_that_there_are_not_are_never_found(when: str) -> None:
    assert codes(CATALOGUE, rule("r", when)) == ["WK050"]


@pytest.mark.parametrize(
    "when",
    [
        'wheel.mill = { matches = "^a", not = "a" }',
        'wheel.mill = { matches = "^(on|off)$", not = "on" }',
        name('matches = "^a"', 'matches = "b$"', 'matches = "c"'),
        'wheel.mill = { matches = "il+" }, none = [{ wheel.mill = { matches = "mill" } }]',
        # Nothing is said of what is not read: no word begins within a word.
        name(r'matches = "\\bab"', r'matches = "^xab$"'),
    ],
)
def test_texts_that_there_may_be_are_let_pass(when: str) -> None:
    assert codes(CATALOGUE, rule("r", when)) == []


def test_an_expression_that_finds_every_text_always_holds() -> None:
    (fault,) = check(CATALOGUE, rule("r", 'wheel.mill = { matches = "^" }')).faults
    assert str(fault.code) == "WK061"
    assert "r holds wherever wheel.mill is known" in fault.message


GRINDS: Final = 'impact = "x"\n[[rule.then.step]]\ndo = "x"\nstarts = "grind"'
FORBIDS: Final = 'impact = "x"\nforbid = [{ operation = "grind" }]'


def test_advice_by_texts_contradicts_itself_where_there_is_such_a_text() -> None:
    def told(one: str, other: str) -> list[str]:
        first = rule("r", f'wheel.mill = {{ matches = "{one}" }}', then=FORBIDS)
        return codes(
            CATALOGUE, first, rule("s", f'wheel.mill = {{ matches = "{other}" }}', then=GRINDS)
        )

    assert told("^north", "side$") == ["WK055"]
    assert told("^north", "^south") == []


def test_more_expressions_on_one_text_than_are_told_apart_are_not_passed_over_in_silence() -> None:
    when = name(*(f'matches = "^{letter}"' for letter in "abcde"))
    assert codes(CATALOGUE, rule("r", when)) == ["WK075"]


def test_beside_many_expressions_on_a_text_that_is_compared_none_counts_as_never_found() -> None:
    rules = [rule(f"m{one}", f'wheel.mill = {{ matches = "err{one}" }}') for one in range(6)]
    compared = rule("c", 'wheel.mill = { same_as = "wheel.owner" }')
    owner = '[[fact]]\nname = "wheel.owner"\ntype = "text"\nscope = "wheel"\nsource = "gauge"\n'
    assert set(codes(CATALOGUE, owner, compared, *rules)) == {"WK075"}


def test_that_a_text_is_found_may_follow_from_a_derived_fact() -> None:
    derived = '[[derive]]\nfact = "wheel.verdict"\nvalue = "bad"\n'
    derived += 'when = { wheel.mill = { matches = "^old-" } }\n'
    rules = rule("r", 'wheel.verdict = "bad", wheel.mill = "new", wheel.state = "turning"')
    assert codes(CATALOGUE, derived, rules) == ["WK050"]
