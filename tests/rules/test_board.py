"""What a rule base's board may say, and what is told where it cannot be right."""

from __future__ import annotations

import pytest
from rule_texts import CATALOGUE, RULE, check, codes

from rules.faults import RuleBaseError
from rules.loader import load_texts

BOARD = """
[board]
scope = "wheel"
title = "Wheels"
badge = "wheel.state"
first = "turning"
operation = "grind"
[[board.line]]
label = "heat"
text = "{wheel.heat} at {wheel.speed}"
signs = [
    { sign = "critical", show = "hot", when = { wheel.heat = { above = 90 } } },
    { sign = "good", when = { mill.open = true } },
]
[[board.note]]
when = { wheel.verdict = "bad" }
text = "bad: {wheel.state}"
"""


def test_a_board_is_read() -> None:
    assert codes(CATALOGUE, RULE, BOARD) == []
    board = load_texts({"mill.toml": (CATALOGUE + RULE + BOARD).encode()}).board
    assert (board.scope, board.title, board.badge) == ("wheel", "Wheels", "wheel.state")
    assert [sign.sign for sign in board.lines[0].signs] == ["critical", "good"]


def test_without_a_board_every_subject_is_shown_by_its_name() -> None:
    assert load_texts({"mill.toml": (CATALOGUE + RULE).encode()}).board.scope == ""


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ('scope = "wheel"', 'scope = "wheels"', "WK013", "did you mean wheel?"),
        ('title = "Wheels"', 'titel = "Wheels"', "WK010", "did you mean title?"),
        ('badge = "wheel.state"', 'badge = "wheel.stat"', "WK030", "did you mean wheel.state"),
        ('first = "turning"', 'first = "turnin"', "WK031", "did you mean turning?"),
        ('badge = "wheel.state"\n', "", "WK026", "there is none"),
        ('operation = "grind"', 'operation = "grin"', "WK013", "did you mean grind?"),
        ('label = "heat"\n', "", "WK011", "label is missing"),
        ("at {wheel.speed}", "at {wheel.sped}", "WK030", "did you mean wheel.speed"),
        ("at {wheel.speed}", "at {}", "WK043", "{update.id}"),
        ('sign = "good"', 'sign = "fine"', "WK013", "good, warning, critical, unknown"),
        ("{ mill.open = true }", "{ mill.opne = true }", "WK030", "did you mean mill.open?"),
        ("{ mill.open = true }", "{ mill.open = 1 }", "WK032", "true or false"),
        ('scope = "wheel"\ntitle', 'scope = "mill"\ntitle', "WK041", "cannot see"),
        ('text = "bad: {wheel.state}"\n', "", "WK011", "text is missing"),
        (
            'signs = [\n    { sign = "critical"',
            'member = { scope = "wheel", named_by = "wheel.heat" }\nsigns = [\n'
            '    { sign = "critical"',
            "WK026",
            "a text fact",
        ),
    ],
)
def test_a_fault_of_the_board_says_what_would_be_right(
    old: str, new: str, code: str, said: str
) -> None:
    assert old in BOARD
    faults = check(CATALOGUE, RULE, BOARD.replace(old, new, 1)).faults
    assert {str(fault.code) for fault in faults} == {code}
    assert said in faults[0].message


def test_a_board_has_few_lines_and_stands_once() -> None:
    line = '[[board.line]]\nlabel = "heat"\ntext = "{wheel.heat}"\n'
    (many,) = check(CATALOGUE, RULE, BOARD + line * 8).faults
    assert "at most 8" in many.message
    texts = {
        "mill.toml": (CATALOGUE + RULE + BOARD).encode(),
        "other.toml": b'[board]\nscope = "mill"\n',
    }
    with pytest.raises(RuleBaseError, match=r"stands in mill\.toml already"):
        load_texts(texts)
