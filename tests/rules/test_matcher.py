"""Nothing that makes durable_rules crash, hang or lie can get to it: hostile values and names are
brought, and every call of its C module is looked at on the way (`matcher_door`)."""

from __future__ import annotations

import json
import locale
import re
from typing import Any, Final

import pytest
from matcher_door import Door, asked
from oracle.timeline import STORAGE, Timeline, clock, fact, load, rule

from rules.evaluate import condition_truth
from rules.faults import RuleBaseError
from rules.pattern import Condition
from rules.vocabulary import FACTS_CHANGED, Event, EventData

COLLIDING: Final = ("cluster-522789", "cluster-739192")
"""One id, one property and one sid to durable_rules, which knows names by 32 bits alone."""

# What facts say

TYPES: Final = {"text": "text", "whole": "int", "real": "float", "yes": "bool", "long": "duration"}
VALUES: Final = "".join(fact(f"value.{name}", kind) for name, kind in TYPES.items())


def truths(when: str, said: list[Any], about: str) -> list[str]:
    """A pattern's truth for each of some values of a fact, said one after the other; the engine
    holds each against the plain evaluator."""
    night = Timeline(VALUES, rule("r", when))
    found = []
    for number, value in enumerate(said):
        data = EventData(facts={about: value})
        event = Event(f"{number}", "oneview/one", FACTS_CHANGED, clock("02:00"), "pair/a", data)
        night.watch.apply(event, b"")
        found.append(night.verdict("r"))
    night.watch.close()
    return found


HOSTILE_TEXTS: Final = (
    *("", " ", "!", "ab", "ab cd", "true", "1", "9", "null", "\x00", "\r", "\r\n", "\x1b[2J"),
    *('"', "\\", '","t":1,"x0":1', '{"t":1}', "}", '"}', "{{}}", "%s", "%", "$nex", "$s", "sid-0"),
    *("é", "e\u0301", "/", "\\/", "\u2028", "\U0001f600", "Infinity", "NaN", "1e-05"),
    *("id", "sid", "t", "x0", "l0", "p", "r0_t_0", "0", "s", *COLLIDING, "z" * 65_536),
)


def start_of(text: str) -> str:
    """What a test of a text is called by, however long the text is."""
    return ascii(text)[:24]


@pytest.mark.parametrize("wanted", HOSTILE_TEXTS, ids=start_of)
def test_no_two_texts_are_taken_for_one_another(door: Door, wanted: str) -> None:
    said = [*HOSTILE_TEXTS, "\ud800"]
    when = f"value.text = {json.dumps(wanted, ensure_ascii=False)}"
    assert truths(when, said, "value.text") == [
        "true" if text == wanted else "false" for text in said
    ]
    assert asked(door) >= 2


def test_half_a_character_is_no_text_of_a_rule(door: Door) -> None:
    with pytest.raises(RuleBaseError, match="is not TOML"):
        load(VALUES, rule("r", 'value.text = "\\ud800"'))
    assert asked(door) == 0


def test_a_text_that_is_too_long_is_unknown_however_long(door: Door) -> None:
    longer = ["z" * 65_536, "z" * 65_537, "z" * (1 << 20), "z" * (17 << 20)]
    found = truths('value.text = ""', longer, "value.text")
    assert found == ["false", "unknown", "unknown", "unknown"]
    assert asked(door) > 0


def test_what_is_no_value_of_its_fact_is_unknown(door: Door) -> None:
    nested: list[Any] = []
    for _ in range(200_000):
        nested = [nested]
    for about in (f"value.{name}" for name in TYPES):
        wrong = [nested, [], {}, {"a": {"b": 1}}, None, b"", 1j, float("nan"), 2**64, -(10**30)]
        assert set(truths(f"{about}.known = true", wrong, about)) == {"false"}
    assert asked(door) > 0


NUMBERS: Final[tuple[Any, ...]] = (
    *(0, 1, 5, 9, 2**53 - 1, 2**53, -(2**53), 2**53 + 1, 2**63, 2**64, 10**30, -(2**63)),
    *(0.0, -0.0, 0.4, 0.5, 1e-05, 1.0e-5, 1e16, 1e15, 5e-324, 1.7e308, 2.0**53, 9007199254740994.0),
    *(float("inf"), float("-inf"), float("nan"), True, False, "1", "9", "true", "0.5", None),
)
LARGEST: Final = 2**53


def _is_whole(value: Any) -> bool:
    return type(value) is int and abs(value) <= LARGEST


def _is_real(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= LARGEST


@pytest.mark.parametrize("bound", [0, 5, 1, 2**53, -(2**53), 2**53 - 1])
def test_whole_numbers_are_compared_exactly_up_to_the_largest(door: Door, bound: int) -> None:
    found = truths(f"value.whole.above = {bound}", [*NUMBERS], "value.whole")
    assert found == [
        str(value > bound).lower() if _is_whole(value) else "unknown" for value in NUMBERS
    ]
    assert asked(door) > 0


@pytest.mark.parametrize("bound", [0.0, 0.4, 0.5, 1e-05, 1.0, 5e-324, 1e15, 2.0**53])
def test_fractions_are_compared_exactly_however_they_are_written(door: Door, bound: float) -> None:
    found = truths(f"value.real.above = {bound!r}", [*NUMBERS], "value.real")
    assert found == [
        str(value > bound).lower() if _is_real(value) else "unknown" for value in NUMBERS
    ]
    found = truths(f"value.real = {bound!r}", [*NUMBERS], "value.real")
    assert found == [
        str(value == bound).lower() if _is_real(value) else "unknown" for value in NUMBERS
    ]
    assert asked(door) > 0


def test_true_is_no_number_and_no_text(door: Door) -> None:
    found = truths("value.yes = true", [*NUMBERS], "value.yes")
    assert found == [
        str(value).lower() if isinstance(value, bool) else "unknown" for value in NUMBERS
    ]
    assert truths('value.text = "true"', [True, 1, "true", "1"], "value.text") == [
        *("unknown", "unknown", "true", "false")
    ]
    assert asked(door) > 0


def test_texts_are_in_no_order(door: Door) -> None:
    with pytest.raises(RuleBaseError):
        load(VALUES, rule("r", 'value.text.above = "ab"'))
    assert asked(door) == 0


def comma_locales() -> list[str]:
    """What this machine has of locales that write 0,5; the one that it has always."""
    found = ["C"]
    for name in ("de_DE.UTF-8", "de_DE.utf8", "de_DE", "fr_FR.UTF-8", "it_IT.UTF-8", "ru_RU.UTF-8"):
        before = locale.setlocale(locale.LC_ALL)
        try:
            locale.setlocale(locale.LC_ALL, name)
            found.append(name)
        except locale.Error:
            pass
        finally:
            locale.setlocale(locale.LC_ALL, before)
    return found


@pytest.mark.parametrize("name", comma_locales())
def test_no_locale_cuts_a_fraction_off(door: Door, name: str) -> None:
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, name)
        assert truths("value.real.above = 0.4", [0.5, 0.3, 1.5], "value.real") == [
            *("true", "false", "true")
        ]
        assert truths('value.long.at_least = "1m30s"', ["89.5s", "90s"], "value.long") == [
            *("false", "true")
        ]
    finally:
        locale.setlocale(locale.LC_ALL, before)
    assert asked(door) > 0


EXPRESSIONS: Final = (
    *(
        "[一-龥]+",
        "^[一-龥]+$",
        "%",
        "%d+",
        "a%b",
        r"^\d{2,3}$",
        "(a|b)*c",
        "(?i)É",
        "^$",
        r"\bab\b",
    ),
    *("[^a]", "a?b+c*", r"\\", '"', "(a|ab)(c|bcd)", "x{0,40}y", "[^b]é?", "^.*c$", "^é$"),
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expressions_are_those_of_python(door: Door, expression: str) -> None:
    said = [text for text in HOSTILE_TEXTS if len(text) < 100]
    said += ["一龥", "%d", "a%b", "123", "ababc", "É", "xxxy", "abcd"]
    when = f"value.text = {{ matches = {json.dumps(expression, ensure_ascii=False)} }}"
    found = truths(when, said, "value.text")
    assert found == [
        "true" if re.search(expression, text) is not None else "false" for text in said
    ]
    assert asked(door) > 0


@pytest.mark.parametrize(
    ("expression", "text", "found"),
    [
        # These take Python's own engine longer than anybody waits.
        ("^(a+)+$", "a" * 60_000 + "!", "false"),
        ("(x+x+)+y", "x" * 60_000, "false"),
        (r"^(\w+\s?)*$", "word " * 10_000 + "!", "false"),
        # Classes are those of ASCII, whatever the text; letters of all scripts have a name.
        (r"^\w$", "é", "false"),
        (r"^\d$", "\u0663", "false"),
        (r"^\pL+$", "één", "true"),
        ("(?i)^É$", "é", "true"),
        ("^ab$", "ab\n", "false"),
    ],
)
def test_an_expression_is_looked_for_in_time_that_grows_with_the_text(
    door: Door, expression: str, text: str, found: str
) -> None:
    when = f"value.text = {{ matches = {json.dumps(expression, ensure_ascii=False)} }}"
    assert truths(when, [text], "value.text") == [found]
    condition = Condition("value.text", "matches", expression)
    plain = condition_truth(condition, {"value.text": text}, clock("02:00"), {})
    assert plain.name.lower() == found


# Who is spoken of, and by whom


def test_subjects_sources_and_events_whose_names_collide_are_not_mixed_up(door: Door) -> None:
    one, other = COLLIDING
    night = Timeline(STORAGE, rule("failed", 'storage.state = "failed"'))
    said = night.event(
        *("02:00", FACTS_CHANGED, f"pair/{one}", f"oneview/{one}"),
        id=one,
        facts={"storage.state": "failed"},
    )
    assert said == ["raised failed"]
    said = night.event(
        *("02:00", FACTS_CHANGED, f"pair/{other}", f"oneview/{one}"),
        id=other,
        facts={"storage.state": "healthy"},
    )
    assert said == []
    assert night.lose("02:01", f"oneview/{other}") == []
    found = [night.verdict("failed", f"pair/{name}") for name in COLLIDING]
    assert found == ["true", "false"]
    assert [each.subject for each in night.watch.findings()] == [f"pair/{one}"]
    assert asked(door) > 0


def test_rules_words_and_deployments_whose_names_collide_are_not_mixed_up(door: Door) -> None:
    one, other = COLLIDING
    night = Timeline(
        fact("state.word", "enum", values=[*COLLIDING]),
        fact("board.full", "bool", scope="deployment"),
        rule(one, f'state.word = "{one}", board.full = true'),
        rule(other, f'state.word = "{other}", board.full = true'),
    )
    night.say("02:00", by="watch/here", pair__deployment=one)
    night.say("02:00", subject=f"deployment/{one}", board__full=True)
    night.say("02:00", subject=f"deployment/{other}", board__full=False)
    assert night.say("02:01", state__word=one) == [f"raised {one}"]
    assert sorted(night.say("02:02", state__word=other)) == [f"raised {other}", f"resolved {one}"]
    assert night.say("02:03", by="watch/here", pair__deployment=other) == [f"resolved {other}"]
    assert asked(door) > 0


def say_one(night: Timeline, time: str, name: str, value: object) -> list[str]:
    return night.event(time, FACTS_CHANGED, "pair/a", "oneview/one", facts={name: value})


@pytest.mark.parametrize("name", ["id", "sid", "t", "x0", "l0", "p", "s", "time", "r0_t_0", "m"])
def test_facts_and_rules_may_be_called_what_durable_rules_calls_its_own(
    door: Door, name: str
) -> None:
    night = Timeline(
        fact(name, "int"), fact("other.fact", "int"), rule(name, f"{name} = 1, other.fact = 1")
    )
    assert night.say("02:00", other__fact=1) == []
    assert say_one(night, "02:01", name, 1) == [f"raised {name}"]
    assert say_one(night, "02:02", name, 0) == [f"resolved {name}"]
    assert asked(door) > 0


@pytest.mark.parametrize(
    "subject",
    ["pair/" + "x" * (4 << 20), "pair", "/", "", "pair/", "$s/0", '{"sid":"0"}', "sid-0"],
    ids=start_of,
)
def test_a_subject_that_cannot_be_one_is_refused(door: Door, subject: str) -> None:
    night = Timeline(STORAGE, rule("known", "storage.state.known = true"))
    event = Event("1", "oneview/one", FACTS_CHANGED, clock("02:00"), subject)
    event.data.facts = {"storage.state": "failed", "y" * (9 << 20): 1}
    assert list(night.watch.apply(event, b"")) == []
    assert night.watch.counts["events about no subject"] == 1
    assert asked(door) == 0


def test_eleven_hundred_subjects_are_judged_each_for_itself(door: Door) -> None:
    night = Timeline(STORAGE, rule("failed", 'storage.state = "failed"'))
    for number in range(1100):
        said = "failed" if number % 3 else "healthy"
        night.say("02:00", subject=f"pair/{number}", storage__state=said)
    assert {each.subject for each in night.watch.findings()} == {
        f"pair/{number}" for number in range(1100) if number % 3
    }
    assert asked(door) < 20
