from __future__ import annotations

import io
import unicodedata
from typing import TextIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.safe_text import cut, harmless, in_ascii, wants_ascii, width, wrap

HOSTILE = [
    ("\x1b[2J", "\\x1b[2J"),
    ("\x9b31m", "\\x9b31m"),
    ("one\ntwo\r\x0b\x85\u2028three", "one\\ntwo\\r\\x0b\\x85\\u2028three"),
    ("\u202eevil\u2066", "\\u202eevil\\u2066"),
    ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
    ("\x00\x07\x7f", "\\x00\\x07\\x7f"),
    ("lone \ud800 half", "lone \\ud800 half"),
    ("no\u00a0break", "no break"),
]


@pytest.mark.parametrize(("text", "shown"), HOSTILE)
def test_control_characters_are_made_visible(text: str, shown: str) -> None:
    assert harmless(text) == shown


def test_what_is_harmless_already_stays_as_it_is() -> None:
    for text in ("plain", "Größe…", "高可用性", "5 → 6", "e\u0301t\u00e9"):
        assert harmless(text) == text


UNCERTAIN = [
    ("\U0001f3f3\ufe0f", r"\U0001f3f3\ufe0f"),
    ("\U0001f1e9\U0001f1ea", r"\U0001f1e9\U0001f1ea"),
    ("\U0001f469\U0001f3fd", "\U0001f469\\U0001f3fd"),
    ("\U0001f468\u200d\U0001f467", "\U0001f468\\u200d\U0001f467"),
    ("1\ufe0f\u20e3", r"1\ufe0f\u20e3"),
    ("\u3164\u115f\u1160\uffa0", r"\u3164\u115f\u1160\uffa0"),
]


@pytest.mark.parametrize(("text", "shown"), UNCERTAIN)
def test_what_terminals_give_different_widths_is_written_out(text: str, shown: str) -> None:
    assert harmless(text) == shown
    assert harmless(shown) == shown


def test_marks_do_not_pile_up_over_other_lines() -> None:
    piled = "a" + "\u0300" * 1000
    assert width(harmless(piled)) > 1000
    assert harmless("a\u0300\u0301") == "a\u0300\u0301"


@given(st.text())
def test_nothing_harmless_can_act_on_a_terminal(text: str) -> None:
    shown = harmless(text)
    assert shown.isprintable()
    assert not any(unicodedata.category(character)[0] == "C" for character in shown)
    assert in_ascii(shown).isascii()
    assert in_ascii(shown).isprintable()


@given(st.text(), st.integers(1, 30))
def test_what_is_cut_fits(text: str, columns: int) -> None:
    assert width(cut(harmless(text), columns)) <= columns


@given(st.text(), st.integers(4, 40))
def test_what_is_wrapped_fits_and_loses_nothing(text: str, columns: int) -> None:
    shown = harmless(text)
    lines = wrap(shown, columns, first="- ", rest="  ")
    assert all(width(line) <= columns for line in lines)
    assert "".join(line[2:] for line in lines).replace(" ", "") == shown.replace(" ", "")


def test_wide_characters_count_twice() -> None:
    assert width("高可用性") == 8
    assert cut("高可用性", 5) == "高可…"
    # What was cut to a width that a wide character did not fill is cut again, and marked once.
    assert cut("高可…  ", 6) == "高可…"
    assert wrap("高可用性", 5) == ["高可", "用性"]


def test_a_long_word_is_broken_and_a_short_one_is_not() -> None:
    assert wrap("the feed valve", 9) == ["the feed", "valve"]
    assert wrap("abcdefghij", 4) == ["abcd", "efgh", "ij"]


def test_signs_have_a_form_in_ascii() -> None:
    assert in_ascii("✖ ▲ ● · … “x” – →") == 'X ! * . ... "x" - ->'
    assert in_ascii("Größe") == "Gr\\xf6\\xdfe"


@pytest.mark.parametrize(
    ("settings", "encoding", "ascii_only"),
    [
        ({"LC_ALL": "C.UTF-8"}, "utf-8", False),
        ({"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, "utf-8", True),
        ({"LANG": "POSIX"}, "utf-8", True),
        ({}, "utf-8", True),
        ({"LANG": "de_DE.utf8"}, "UTF-8", False),
        ({"LANG": "de_DE.UTF-8"}, "iso8859-1", True),
    ],
)
def test_the_locale_decides_between_unicode_and_ascii(
    settings: dict[str, str], encoding: str, ascii_only: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    stream: TextIO = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    assert wants_ascii(stream) is ascii_only
