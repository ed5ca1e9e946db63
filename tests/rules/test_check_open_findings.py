"""What `rules check` finds by following a finding from its raising to its end: advice against what
stays open, steps that are never or always ticked, rules that others always hide."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pytest
from rule_texts import CATALOGUE, check, codes, rule

from rules.authoring.checking import Checked, check_texts
from rules.engine import Watch
from rules.loader import load_texts
from rules.vocabulary import FACTS_CHANGED, Event, EventData

FORBIDS: Final = 'impact = "x"\nforbid = [{ operation = "grind" }]'
GRINDS: Final = 'impact = "x"\n[[rule.then.step]]\ndo = "Grind"\nstarts = "grind"'
STUCK: Final = 'wheel.state = "stuck"'
TURNING: Final = 'wheel.state = "turning"'

MEMORY: Final = """\
[[fact]]
name = "wheel.turn_id"
type = "text"
scope = "wheel"
source = "gauge"
memory = true
"""


def only(checked: Checked) -> tuple[str, str]:
    """The code and the message of the one fault."""
    (fault,) = checked.faults
    return str(fault.code), fault.message


# Contradictions


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        # What forbids stays open until something else has come about.
        (
            rule("r", STUCK, "until = { mill.open = true }", then=FORBIDS),
            rule("s", TURNING, then=GRINDS),
            "which r can still forbid: r stays open until mill.open = true, for one where",
        ),
        # What tells to do it stays open, and what forbids it comes later.
        (
            rule("r", STUCK, then=FORBIDS),
            rule("s", TURNING, "until = { mill.open = true }", then=GRINDS),
            "which r can later forbid: s stays open until mill.open = true, for one where",
        ),
        # An operator has to confirm something first.
        (
            rule(
                "r",
                STUCK,
                "until = { confirm.seen = true }",
                then=FORBIDS + '\n[[rule.then.step]]\ndo = "x"\nconfirm = "seen"',
            ),
            rule("s", TURNING, then=GRINDS),
            "r stays open until confirm.seen = true",
        ),
        # Nothing is resolved by what is not known.
        (
            rule("r", STUCK, then=FORBIDS),
            rule("s", "wheel.state = { known = false }, mill.open = true", then=GRINDS),
            "r stays open while it is not known whether its when holds, for one where",
        ),
        # A finding of another wheel of the mill forbids it on the whole mill.
        (
            rule(
                "r",
                f"{STUCK}, mill.open = true",
                "until = { wheel.heat = { below = 9 } }",
                then='impact = "x"\nforbid = [{ operation = "grind", scope = "mill" }]',
            ),
            rule("s", "mill.open = false, wheel.heat = { below = 9 }", then=GRINDS),
            "r stays open until wheel.heat below 9",
        ),
        # Through a derived fact.
        (
            rule("r", 'wheel.verdict = "bad"', "until = { mill.open = true }", then=FORBIDS),
            rule("s", 'wheel.verdict = "good"', then=GRINDS),
            "r stays open until mill.open = true",
        ),
    ],
)
def test_advice_against_a_finding_that_stays_open_is_told(
    first: str, second: str, said: str
) -> None:
    for rules in (first + second, second + first):
        code, message = only(check(CATALOGUE, rules))
        assert code == "WK060"
        assert said in message
        assert "once_allowed = true" in message


def test_what_is_told_of_a_latch_does_happen() -> None:
    """The engine says both at once: do not grind, and grind."""
    rules = rule("r", STUCK, "until = { mill.open = true }", then=FORBIDS)
    rules += rule("s", TURNING, then=GRINDS)
    watch = Watch(load_texts({"mill.toml": (CATALOGUE + rules).encode()}))
    for second, state in enumerate(("stuck", "turning")):
        watch.apply(
            Event(
                id=str(second),
                source="gauge/1",
                type=FACTS_CHANGED,
                subject="wheel/a",
                time=datetime(2026, 1, 1, 2, 14, second, tzinfo=UTC),
                data=EventData(facts={"wheel.state": state}),
            )
        )
    assert {finding.rule.id for finding in watch.findings()} == {"r", "s"}


@pytest.mark.parametrize(
    "rules",
    [
        # The step waits.
        rule("r", STUCK, "until = { mill.open = true }", then=FORBIDS)
        + rule("s", TURNING, then=f"{GRINDS}\nonce_allowed = true"),
        # The other rule asks for what ends it.
        rule("r", STUCK, "until = { mill.open = true }", then=FORBIDS)
        + rule("s", f"{TURNING}, mill.open = true", then=GRINDS),
        # Both end as soon as either's condition is seen to be over.
        rule("r", STUCK, then=FORBIDS) + rule("s", TURNING, then=GRINDS),
        # The step has been done wherever the prohibition can begin.
        rule("r", STUCK, then=FORBIDS)
        + rule(
            "s",
            TURNING,
            "until = { mill.open = true }",
            then=f'{GRINDS}\ndone_when = {{ wheel.state = ["stuck", "broken"] }}\n'
            '[[rule.then.step]]\ndo = "Open"\ndone_when = { mill.open = true }',
        ),
        # What forbids is resolved as it is raised.
        MEMORY
        + rule(
            "r",
            f"{STUCK}, wheel.turn_id = {{ known = true }}",
            'occurrence = "wheel.turn_id"',
            "until = { mill.open = true }",
            then=FORBIDS,
        )
        # The memory of which turn it was is never cleared.
        + rule(
            "s",
            f"{TURNING}, wheel.turn_id = {{ known = false }}",
            then=f"{GRINDS}\ndone_when = {{ wheel.turn_id = {{ known = true }} }}",
        ),
        # Another scope's prohibition does not bind.
        rule("r", STUCK, "until = { wheel.heat = { below = 9 } }", then=FORBIDS)
        + rule("s", "mill.open = true", then=GRINDS),
    ],
)
def test_no_contradiction_is_told_where_there_is_none(rules: str) -> None:
    assert codes(CATALOGUE, rules) == []


def test_a_step_and_a_prohibition_of_one_rule_contradict_each_other() -> None:
    both = rule("r", STUCK, then=f"{FORBIDS}\n{GRINDS.partition('x')[2].lstrip(chr(34))}")
    code, message = only(check(CATALOGUE, both))
    assert code == "WK055"
    assert "by itself" in message


def test_many_prohibitions_are_named_in_part() -> None:
    many = "".join(rule(f"r{n}", f"wheel.heat = {{ above = {n} }}", then=FORBIDS) for n in range(9))
    code, message = only(check(CATALOGUE, many, rule("s", TURNING, then=GRINDS)))
    assert code == "WK055"
    assert "by r0, r1, r2, r3, r4 and more" in message


# Patterns that always hold


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (
            rule(
                "r", "any = [{ mill.open = { known = true } }, { mill.open = { known = false } }]"
            ),
            "r always holds, even where nothing is known",
        ),
        (
            rule("r", "any = [{ mill.open = true }, { mill.open = false }]"),
            "r holds wherever mill.open is known, whatever the value",
        ),
        (
            rule("r", "any = [{ wheel.heat = { above = 3 } }, { wheel.heat = { at_most = 4 } }]"),
            "r holds wherever wheel.heat is known",
        ),
        (
            rule("r", 'any = [{ wheel.verdict = "good" }, { wheel.verdict = "bad" }]'),
            "r holds wherever wheel.verdict is known",
        ),
        (
            rule("r", 'wheel.state = ["turning", "stuck", "broken"]'),
            "r holds for every value that the catalogue gives wheel.state",
        ),
        (
            rule(
                "r",
                STUCK,
                "until = { any = [{ mill.open = true }, { mill.open = false }] }",
            ),
            "until holds wherever mill.open is known",
        ),
        (
            rule(
                "r",
                STUCK,
                then='impact = "x"\n[[rule.then.step]]\ndo = "x"\n'
                "done_when = { any = [{ mill.open = true }, { mill.open = false }] }",
            ),
            "step 1 is done whatever happens: done_when holds wherever mill.open is known",
        ),
        (
            '[[derive]]\nfact = "wheel.verdict"\nvalue = "bad"\n'
            "[derive.when]\nany = [{ mill.open.known = true }, { mill.open.known = false }]\n",
            'wheel.verdict is always concluded to be "bad" here',
        ),
    ],
)
def test_a_pattern_that_always_holds_is_told(rules: str, said: str) -> None:
    code, message = only(check(CATALOGUE, rules))
    assert code == "WK061"
    assert said in message


def test_a_list_of_every_value_is_told_once() -> None:
    assert codes(CATALOGUE, rule("r", 'wheel.verdict = ["good", "bad"]')) == ["WK076"]


@pytest.mark.parametrize(
    "when",
    [
        "wheel.heat = { known = true }",
        "wheel.heat = { known = false }",
        "any = [{ wheel.heat = { known = true } }, { mill.open = true }]",
        'wheel.state = ["turning", "stuck"]',
        'wheel.oiled_at = { older_than = "0s" }',
    ],
)
def test_what_asks_whether_a_fact_is_known_does_not_always_hold(when: str) -> None:
    assert codes(CATALOGUE, rule("r", when)) == []


# Steps


def step(*lines: str) -> str:
    """A rule's `then` with one step."""
    return 'impact = "x"\n[[rule.then.step]]\ndo = "x"\n' + "\n".join(lines)


@pytest.mark.parametrize(
    ("rules", "code", "said"),
    [
        (
            rule("r", STUCK, then=step('done_when = { wheel.state = ["stuck", "broken"] }')),
            "WK062",
            "step 1 is ticked already when the finding is raised",
        ),
        (
            MEMORY
            + rule(
                "r",
                f"{STUCK}, wheel.turn_id = {{ known = true }}",
                'occurrence = "wheel.turn_id"',
                "until = { mill.open = true }",
                then=step("done_when = { wheel.turn_id = { known = false } }"),
            ),
            "WK053",
            "step 1 can never be ticked: no finding of the rule is open where done_when holds",
        ),
        (
            rule(
                "r",
                STUCK,
                then=step(
                    f"done_when = {{ {TURNING} }}",
                    '[[rule.then.step]]\ndo = "y"\nconfirm = "oiled"',
                ),
            ),
            "WK063",
            "step 1 ends the finding, which is over wherever this done_when holds: step 2 is left",
        ),
    ],
)
def test_a_step_that_cannot_be_followed_is_told(rules: str, code: str, said: str) -> None:
    found, message = only(check(CATALOGUE, rules))
    assert found == code
    assert said in message


@pytest.mark.parametrize(
    "rules",
    [
        # The last step may well be what ends the finding, and a remark may stand behind it.
        rule("r", STUCK, then=step(f"done_when = {{ {TURNING} }}")),
        rule("r", STUCK, then=step(f"done_when = {{ {TURNING} }}", '[[rule.then.step]]\ndo = "y"')),
        # A wait is over some time after.
        rule(
            "r",
            STUCK,
            then=step(
                'wait = { from = "wheel.oiled_at", at_least = "5m" }', f"done_when = {{ {STUCK} }}"
            ),
        ),
        # What was confirmed before does not count.
        rule(
            "r",
            STUCK,
            then=step(
                'confirm = "seen"',
                '[[rule.then.step]]\ndo = "y"',
                "done_when = { confirm.seen = true }",
            ),
        ),
    ],
)
def test_steps_that_can_be_followed_are_let_pass(rules: str) -> None:
    assert codes(CATALOGUE, rules) == []


# Hidden rules

HIDES: Final = 'suppresses = ["h"]'
KNOWN: Final = "h is never seen as long as all that it asks is known: wherever it"


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (
            rule("h", STUCK, "until = { mill.open = true }")
            + rule("s", STUCK, "until = { mill.open = true }", HIDES),
            "h is never seen: wherever it holds, s holds, which suppresses it",
        ),
        (
            rule("h", STUCK, 'for = "5m"') + rule("s", STUCK, HIDES, 'for = "3m"'),
            "h is never seen: wherever it holds, s holds",
        ),
        # Together.
        (
            rule("h", STUCK)
            + rule("s", f"{STUCK}, mill.open = true", HIDES)
            + rule(
                "t",
                f"{STUCK}, any = [{{ mill.open = false }}, {{ mill.open = {{ known = false }} }}]",
                HIDES,
            ),
            f"{KNOWN} is open, s or t is open, and each of them suppresses it",
        ),
        # It ends before the one that hides it does.
        (
            rule("h", STUCK, "until = { any = [{ mill.open = true }, { wheel.heat = 1 }] }")
            + rule("s", STUCK, "until = { mill.open = true }", HIDES),
            f"{KNOWN} holds, s holds, which suppresses it",
        ),
        # That the other is over may be known while it is not whether this one is.
        (
            rule("h", f"{STUCK}, mill.open = true")
            + rule("s", "mill.open = true, wheel.state = { known = true }", HIDES),
            f"{KNOWN} holds, s holds, which suppresses it",
        ),
    ],
)
def test_a_rule_that_others_always_hide_is_told(rules: str, said: str) -> None:
    found = [fault.message for fault in check(CATALOGUE, rules).faults if fault.code == "WK057"]
    assert len(found) == 1
    assert found[0].startswith(said)


def test_of_those_that_hide_a_rule_only_those_are_named_that_are_needed() -> None:
    others = rule("s", f"{STUCK}, mill.open = true", HIDES) + rule("t", STUCK, HIDES)
    found = check(CATALOGUE, rule("h", STUCK), others).faults
    assert [fault.message for fault in found if fault.code == "WK057"] == [
        "h is never seen: wherever it holds, t holds, which suppresses it"
    ]


@pytest.mark.parametrize(
    "rules",
    [
        # While nobody knows whether the mill is open, neither of them is raised.
        rule("h", STUCK)
        + rule("s", f"{STUCK}, mill.open = true", HIDES)
        + rule("t", f"{STUCK}, mill.open = false", HIDES),
        # It is open for longer.
        rule("h", STUCK, "until = { mill.open = true, wheel.heat = 1 }")
        + rule("s", STUCK, "until = { mill.open = true }", HIDES),
        # The other was resolved while it still held, and is not raised again.
        rule("h", STUCK, "until = { mill.open = true }")
        + rule("s", 'wheel.state = ["stuck", "broken"]', "until = { mill.open = true }", HIDES),
        # Each is confirmed by itself.
        rule("h", STUCK, "until = { confirm.a = true }", then=step('confirm = "a"'))
        + rule("s", STUCK, "until = { confirm.a = true }", HIDES, then=step('confirm = "a"')),
        # Neither of them holds for long enough.
        rule("h", STUCK, 'for = "5m"')
        + rule("s", f"{STUCK}, mill.open = true", HIDES, 'for = "3m"')
        + rule(
            "t",
            f"{STUCK}, any = [{{ mill.open = false }}, {{ mill.open = {{ known = false }} }}]",
            HIDES,
            'for = "3m"',
        ),
    ],
)
def test_a_rule_that_can_be_seen_is_not_called_hidden(rules: str) -> None:
    assert "WK057" not in codes(CATALOGUE, rules)


# Room


def test_one_rule_that_is_too_large_hides_nothing_of_the_others() -> None:
    count = 61
    facts = "".join(
        f'[[fact]]\nname = "wheel.n{n}"\ntype = "bool"\nscope = "wheel"\nsource = "gauge"\n'
        for n in range(count)
    )
    # Conditions that hang together in no order.
    parts = [(n, (7 * n + 3) % count, (29 * n * n + 11) % count) for n in range(count)]
    large = ", ".join(
        f"{{ any = [{', '.join(f'{{ wheel.n{n} = true }}' for n in part)}] }}" for part in parts
    )
    rules = rule("large", f"all = [{large}]")
    rules += rule("never", 'wheel.state = "stuck", all = [{ wheel.state = "turning" }]')
    assert codes(CATALOGUE, facts, rules) == ["WK075", "WK050"]


def test_a_long_row_of_conclusions_is_followed_to_its_end() -> None:
    count = 400
    row = "".join(
        f'[[fact]]\nname = "wheel.d{n}"\ntype = "bool"\nscope = "wheel"\nderived = true\n'
        f'[[derive]]\nfact = "wheel.d{n}"\nvalue = true\n'
        f"when = {{ {f'wheel.d{n + 1}' if n < count - 1 else 'mill.open'} = true }}\n"
        for n in range(count)
    )
    rules = rule("r", "wheel.d0 = true, mill.open = false")
    assert codes(CATALOGUE, row, rules) == ["WK050"]


# Faults beside one another


@pytest.mark.parametrize(
    "faulty",
    [
        # Each of these would be something else, had it been read as it stands.
        rule("s", STUCK, 'for = "5 minutes"'),
        rule("s", STUCK, "untill = { mill.open = true }"),
        rule("s", STUCK, 'supresses = ["r"]'),
        rule("s", STUCK, then=f'{GRINDS}\nonce_allowed = "yes"'),
        rule("s", STUCK, then=f"{GRINDS}\ndone_when = {{ mill.opn = true }}"),
    ],
)
def test_what_is_not_read_as_it_stands_is_held_against_no_other_rule(faulty: str) -> None:
    others = rule("r", STUCK, then=FORBIDS)
    assert len(codes(CATALOGUE, others, faulty)) == 1


def test_a_slip_in_what_people_read_hides_no_contradiction() -> None:
    told = rule("s", STUCK, then=GRINDS.replace('"Grind"', '"Grind {wheel.stat}"'))
    assert codes(CATALOGUE, rule("r", STUCK, then=FORBIDS), told) == ["WK058", "WK030", "WK055"]


def test_a_faulty_override_is_held_against_no_other_rule() -> None:
    rules = rule("r", STUCK, then=FORBIDS) + rule("s", STUCK, 'for = "5m"', then=GRINDS)
    site = b'[override.s]\nfor = "five"\n'
    found = check_texts({"mill.toml": (CATALOGUE + rules).encode()}, site, "site.toml").faults
    assert [str(fault.code) for fault in found] == ["WK015"]


@pytest.mark.parametrize("broken", ["garbage here\n", "\ufeffgarbage\n", "[rul\n"])
def test_a_broken_file_hides_nothing_of_the_others(broken: str) -> None:
    rules = rule("r", STUCK, then=FORBIDS) + rule("s", STUCK, 'for = "5m"', then=GRINDS)
    files = {"broken.toml": broken.encode(), "mill.toml": (CATALOGUE + rules).encode()}
    found = check_texts(files).faults
    assert [str(f.code) for f in found if f.file == "mill.toml"] == ["WK055"]
    assert any(f.file == "broken.toml" for f in found)


@pytest.mark.parametrize("scope", ["wheel", "mills", "nowhere"])
@pytest.mark.parametrize("broken", ["", "x = '\n"])
def test_a_prohibition_of_a_scope_that_is_not_around_is_told_and_stops_nothing(
    scope: str, broken: str
) -> None:
    forbids = f'impact = "x"\nforbid = [{{ operation = "grind", scope = "{scope}" }}]\n'
    both = f'{forbids}[[rule.then.step]]\ndo = "Grind"\nstarts = "grind"\n'
    starts = 'impact = "x"\n[[rule.then.step]]\ndo = "Grind"\nstarts = "grind"\n'
    rules = rule("r", "mill.open = true", then=both) + rule("s", "mill.open = true", then=starts)
    files = {"broken.toml": broken.encode(), "mill.toml": (CATALOGUE + rules).encode()}
    found = [fault for fault in check_texts(files).errors if str(fault.code) == "WK013"]
    if not broken:
        (fault,) = found
        said = "is not around mill: a prohibition reaches the finding's own subject or one around"
        if scope == "wheel":
            assert said in fault.message
        assert "use one of mill" in fault.message


@pytest.mark.parametrize("within", ['"wheel"', '"mil"', '"nowhere"', "7"])
def test_scopes_that_are_faulty_stop_no_check_of_what_is_forbidden(within: str) -> None:
    catalogue = CATALOGUE.replace('within = "mill"', f"within = {within}")
    rules = rule("r", STUCK, then=FORBIDS) + rule("s", STUCK, then=GRINDS)
    for text in (catalogue + rules, catalogue.replace("[scope.mill]", "[scope.mil]") + rules):
        assert check(text).errors


MILL_MEMORY: Final = MEMORY.replace('"wheel', '"mill')


def of_the_mills_turn(*, of_wheels: bool) -> str:
    """What forbids while a turn is known, and what starts when none is."""
    forbids, starts = (STUCK, TURNING) if of_wheels else ("mill.open = true", "mill.open = false")
    return (
        MILL_MEMORY
        + rule(
            "r",
            f"{forbids}, mill.turn_id = {{ known = true }}",
            'occurrence = "mill.turn_id"',
            f"until = {{ {'wheel.heat' if of_wheels else 'mill.load'} = {{ below = 9 }} }}",
            then=FORBIDS,
        )
        + rule("s", f"{starts}, mill.turn_id = {{ known = false }}", then=GRINDS)
        + '[[fact]]\nname = "mill.load"\ntype = "float"\nscope = "mill"\nsource = "gauge"\n'
    )


def test_the_memory_of_a_subject_around_is_gone_where_a_subject_leaves_it() -> None:
    rules = of_the_mills_turn(of_wheels=True)
    assert codes(CATALOGUE, rules) == ["WK060"]
    watch = Watch(check(CATALOGUE, rules).rule_base)
    said: list[tuple[str, dict[str, Any]]] = [
        ("wheel/a", {"wheel.mill": "m", "wheel.state": "stuck"}),
        ("mill/m", {"mill.turn_id": "7"}),
        ("wheel/a", {"wheel.mill": None, "wheel.state": "turning"}),
    ]
    for number, (subject, facts) in enumerate(said):
        watch.apply(
            Event(
                id=str(number),
                source="gauge/1",
                type=FACTS_CHANGED,
                time=datetime(2026, 1, 1, 0, number, tzinfo=UTC),
                subject=subject,
                data=EventData(facts=facts),
            )
        )
    assert {finding.rule.id for finding in watch.findings()} == {"r", "s"}


def test_the_memory_of_the_own_subject_is_never_cleared() -> None:
    assert codes(CATALOGUE, of_the_mills_turn(of_wheels=False)) == []
