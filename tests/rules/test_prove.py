"""Every combination of facts is walked: exactly, counted, and each must be answered."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rule_texts import CATALOGUE, RULE, rule

from rules.authoring.classes import NOW, Classes
from rules.authoring.diagram import EVERYWHERE, NOWHERE, Diagram
from rules.authoring.order import arranged
from rules.authoring.prove import Proved, prove
from rules.authoring.rule_tests import Proof
from rules.evaluate import condition_truth
from rules.loader import load_texts
from rules.pattern import Condition
from rules.representatives import representatives
from rules.rule_base import Fact
from rules.vocabulary import FactType, Truth

STATES = 5  # turning, stuck, broken, unrecognised, unknown


def proved(*texts: str, facts: tuple[str, ...] = ("wheel.state",), **more: Any) -> Proved:
    rule_base = load_texts({"mill.toml": "".join((CATALOGUE, *texts)).encode()})
    return prove(rule_base, Proof("a.test.toml", 1, facts, **more))


def test_every_combination_stands_behind_a_line() -> None:
    found = proved(RULE, classification="wheel.verdict", quiet=("good",))
    assert found.combinations == STATES
    assert {(line.count, line.classification, line.always) for line in found.lines} == {
        (2, "bad", ("wheel-bad",)),
        (2, "good", ()),
        (1, None, ()),
    }
    assert found.faults == 1
    assert found.lines[0].faults == ("wheel.verdict is not known",)


def test_what_may_be_unknown_must_be_answered_then() -> None:
    asked: dict[str, Any] = {
        "classification": "wheel.verdict",
        "quiet": ("good",),
        "may_be_unknown": True,
    }
    assert proved(RULE, **asked).lines[0].faults == ("no rule answers it",)
    unseen = rule("unseen", "wheel.state = { known = false }")
    assert proved(RULE, unseen, **asked).faults == 0


def test_what_no_rule_answers_is_told_with_the_facts_that_leave_it_open() -> None:
    half = rule("half", 'wheel.verdict = "bad", wheel.heat = { above = 5 }')
    found = proved(half, classification="wheel.verdict", quiet=("good",))
    told = [fault for line in found.lines if line.classification == "bad" for fault in line.faults]
    assert len(told) == 1
    assert told[0].startswith("no rule answers it where wheel.heat: ")


def test_two_rules_that_need_one_more_fact_answer_nothing_while_it_is_unknown() -> None:
    both = [
        rule(f"bad-{word}", f'wheel.verdict = "bad", mill.open = {word}')
        for word in ("true", "false")
    ]
    asked: dict[str, Any] = {
        "facts": ("wheel.state", "mill.open"),
        "classification": "wheel.verdict",
        "quiet": ("good",),
        "may_be_unknown": True,
    }
    unseen = rule("unseen", "wheel.verdict = { known = false }")
    found = proved(*both, unseen, **asked)
    assert [(line.count, line.faults) for line in found.lines if line.faults] == [
        (2, ("no rule answers it",))
    ]
    assert "mill.open: unknown" in str(found.lines[0].where)
    blind = proved(*both, unseen, **asked, may_be_blind=True)
    assert (blind.faults, blind.blind, blind.unanswered) == (0, 2, 0)
    assert [line.blind for line in blind.lines if line.blind] == [
        "no rule is raised: bad-true, bad-false cannot be judged"
    ]
    # What no rule asks for is no blind spot, and neither is an unknown classification.
    one = proved(both[0], unseen, **asked, may_be_blind=True)
    assert (one.faults, one.blind) == (2, 2)
    assert "mill.open: false" in str(one.lines[0].where)
    assert proved(*both, **asked, may_be_blind=True).faults == 3


def test_without_a_classification_nothing_is_said_to_be_answered() -> None:
    found = proved(RULE)
    assert not found.asks
    assert found.faults == found.unanswered == 0
    assert proved(RULE, classification="wheel.verdict").asks


def test_the_parts_of_a_line_are_its_combinations_and_no_others() -> None:
    either = rule(
        "either",
        "any = [{ wheel.state = 'stuck', mill.open = true }, "
        "{ wheel.state = 'broken', mill.open = false }]",
    )
    found = proved(either, facts=("wheel.state", "mill.open"))
    raised = next(line for line in found.lines if line.always)
    assert {str(part) for part in raised.where.parts} == {
        "wheel.state: stuck; mill.open: true",
        "wheel.state: broken; mill.open: false",
    }
    every: dict[tuple[str, str], str] = {}
    states = ("unknown", "turning", "stuck", "broken", "unrecognised")
    for line in found.lines:
        assert sum(part.count for part in line.where.parts) == line.count
        for part in line.where.parts:
            said = {clause.about: clause.values for clause in part.clauses}
            for combination in product(
                said.get("wheel.state", states), said.get("mill.open", ("unknown", "true", "false"))
            ):
                assert combination not in every
                every[combination] = ",".join(line.always)
    assert len(every) == found.combinations
    assert {one for one, rules in every.items() if rules} == {
        ("stuck", "true"),
        ("broken", "false"),
    }


def test_facts_that_are_compared_with_one_another_are_said_by_what_is_true_of_them() -> None:
    heats = "".join(
        f'[[fact]]\nname = "wheel.heat_{word}"\ntype = "text"\nscope = "wheel"\nsource = "gauge"\n'
        for word in ("before", "after")
    )
    differ = rule("differ", "wheel.heat_before = { differs_from = 'wheel.heat_after' }")
    found = proved(heats, differ, facts=("wheel.heat_before", "wheel.heat_after"))
    said = {line.always: str(line.where) for line in found.lines}
    assert said[("differ",)] == "wheel.heat_before differs from wheel.heat_after: true"
    assert said[()] == "wheel.heat_before differs from wheel.heat_after: unknown or false"


def test_a_set_of_too_many_parts_says_how_many_combinations_are_left_out() -> None:
    facts = [f"wheel.n{number}" for number in range(7)]
    catalogue = "".join(
        f'[[fact]]\nname = "{name}"\ntype = "bool"\nscope = "wheel"\nsource = "gauge"\n'
        for name in facts
    )

    # An odd number of facts is true: no two combinations share a part.
    def odd(names: list[str], wanted: bool) -> str:
        if len(names) == 1:
            return f"{{ {names[0]} = {str(wanted).lower()} }}"
        rest = names[1:]
        return (
            f"{{ any = [{{ all = [{{ {names[0]} = true }}, {odd(rest, not wanted)}] }}, "
            f"{{ all = [{{ {names[0]} = false }}, {odd(rest, wanted)}] }}] }}"
        )

    found = proved(catalogue, rule("odd", odd(facts, wanted=True)[2:-2]), facts=("wheel.n*",))
    for line in found.lines:
        assert line.where.left_out >= 0
        assert sum(part.count for part in line.where.parts) + line.where.left_out == line.count
    assert sum(line.count for line in found.lines) == 3**7


def test_contradictory_advice_is_a_fault_and_once_it_is_allowed_is_none() -> None:
    forbids = rule(
        "f", 'wheel.state = "stuck"', then='impact = "x"\nforbid = [{ operation = "grind" }]'
    )
    step = 'impact = "x"\n[[rule.then.step]]\ndo = "Grind"\nstarts = "grind"'
    starts = rule("s", 'wheel.state = ["stuck", "broken"]', then=step)
    quiet = proved(forbids, starts)
    assert any("which f forbids" in fault for line in quiet.lines for fault in line.faults)
    later = starts.replace('starts = "grind"', 'starts = "grind"\nonce_allowed = true')
    found = proved(forbids, later)
    assert not any("forbids" in fault for line in found.lines for fault in line.faults)


STARTS = 'impact = "x"\n[[rule.then.step]]\ndo = "Grind"\nstarts = "grind"'
FORBIDS = 'impact = "x"\nforbid = [{ operation = "grind" }]'


def contradictions(found: Proved) -> dict[str, int]:
    """What is told of contradictory advice, and in how many combinations."""
    told: dict[str, int] = {}
    for line in found.lines:
        assert line.contradictory == any("starts" in fault for fault in line.faults)
        for fault in line.faults:
            if "starts" in fault:
                told[fault] = told.get(fault, 0) + line.count
    assert found.contradictory == sum(line.count for line in found.lines if line.contradictory)
    return told


def test_advice_that_contradicts_itself_with_other_facts_is_told_with_those() -> None:
    starts = rule("s", 'wheel.state = "stuck"', then=STARTS)
    forbids = rule(
        "f", 'wheel.state = ["stuck", "broken"], wheel.heat = { above = 5 }', then=FORBIDS
    )
    found = proved(starts, forbids)
    assert contradictions(found) == {
        "step 1 of s starts grind, which f forbids where wheel.heat: above 5 celsius "
        "(1 of 3 situations of wheel.heat)": 1
    }
    assert found.faults == 1
    # Where both hold for themselves, but never together, nothing is told.
    hot = rule("s", 'wheel.state = "stuck", wheel.heat = { below = 5 }', then=STARTS)
    assert contradictions(proved(hot, forbids)) == {}


def test_a_rule_of_other_facts_alone_contradicts_one_of_these() -> None:
    starts = rule("s", 'wheel.state = "stuck"', then=STARTS)
    forbids = rule("f", "mill.open = false", then=FORBIDS)
    assert contradictions(proved(starts, forbids)) == {
        "step 1 of s starts grind, which f forbids where mill.open: false "
        "(1 of 3 situations of mill.open)": 1,
        # It was stuck, and nobody knows any more.
        "step 1 of s, raised before, still starts grind, which f forbids where mill.open: false "
        "(1 of 3 situations of mill.open)": 1,
    }
    assert contradictions(proved(starts, forbids, facts=("mill.open",))) == {
        "step 1 of s starts grind, which f forbids where wheel.state: stuck "
        "(1 of 5 situations of wheel.state)": 1,
        "step 1 of s starts grind, which f, raised before, still forbids where wheel.state: stuck "
        "(1 of 5 situations of wheel.state)": 1,
    }


def test_what_is_still_forbidden_since_before_contradicts_what_is_told_now() -> None:
    starts = rule("s", 'wheel.state = "stuck"', then=STARTS)
    latched = rule("f", 'wheel.state = "broken"', "until = { mill.open = true }", then=FORBIDS)
    found = proved(starts, latched, facts=("wheel.state", "mill.open"))
    assert contradictions(found) == {
        "step 1 of s starts grind, which f, raised before, still forbids": 2
    }
    assert str(found.lines[0].where) == "mill.open: unknown or false; wheel.state: stuck"
    # A finding without until ends where its rule does not hold.
    assert contradictions(proved(starts, latched.replace("until", "# until"))) == {}
    # What ends at the instant at which it is raised forbids nothing.
    over = rule("f", 'wheel.state = "broken"', 'until = { wheel.state = "broken" }', then=FORBIDS)
    assert contradictions(proved(starts, over)) == {}


def test_a_step_that_is_told_since_before_contradicts_what_is_forbidden_now() -> None:
    latched = rule("s", 'wheel.state = "broken"', "until = { mill.open = true }", then=STARTS)
    forbids = rule("f", 'wheel.state = "stuck"', then=FORBIDS)
    assert contradictions(proved(latched, forbids)) == {
        "step 1 of s, raised before, still starts grind, which f forbids "
        "where mill.open: unknown or false (2 of 3 situations of mill.open)": 1
    }


def test_a_step_that_the_situation_ticks_contradicts_nothing() -> None:
    forbids = rule("f", 'wheel.state = "stuck"', then=FORBIDS)
    ticked = rule(
        "s", "wheel.speed = 1.0", then=f"{STARTS}\ndone_when = {{ wheel.state = 'stuck' }}"
    )
    # Where it is not known whether it is stuck, nothing ticks the step, and it is still forbidden.
    assert all("raised before" in told for told in contradictions(proved(ticked, forbids)))
    otherwise = rule("s", "wheel.speed = 1.0", then=f"{STARTS}\ndone_when = {{ wheel.heat = 1.0 }}")
    assert len(contradictions(proved(otherwise, forbids))) == 2


def test_a_prohibition_binds_the_subject_that_it_is_about() -> None:
    # Another wheel may be the stuck one where the prohibition binds the whole mill.
    of_the_mill = 'impact = "x"\nforbid = [{ operation = "grind", scope = "mill" }]'
    starts = rule("s", 'wheel.state = "turning"', then=STARTS)
    assert contradictions(proved(starts, rule("f", 'wheel.state = "stuck"', then=FORBIDS))) == {}
    told = contradictions(proved(starts, rule("f", 'wheel.state = "stuck"', then=of_the_mill)))
    assert told == {
        "step 1 of s starts grind, which f forbids": 1,
        # One that turned, and of which that is not known any more, still tells to grind.
        "step 1 of s, raised before, still starts grind, which f forbids": 1,
    }
    # What is forbidden to a wheel is not forbidden to the mill.
    mill = rule("s", "mill.open = true", then=STARTS)
    assert contradictions(proved(mill, rule("f", 'wheel.state = "stuck"', then=FORBIDS))) == {}
    itself = rule("i", 'wheel.state = "stuck"', then=FORBIDS + STARTS.removeprefix('impact = "x"'))
    assert contradictions(proved(itself)) == {
        "step 1 of i starts grind, which it forbids itself": 1
    }


def test_the_counts_of_a_proof_add_up() -> None:
    half = rule("half", 'wheel.state = "stuck"')
    found = proved(half, classification="wheel.verdict", quiet=("good",), may_be_unknown=True)
    assert (found.combinations, found.answered, found.quiet, found.unanswered) == (5, 1, 2, 2)
    assert (found.blind, found.contradictory, found.faults) == (0, 0, 2)


def test_rules_that_tell_apart_too_many_lines_share_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rules.authoring.prove.MOST_LINES", 2)
    each = [
        rule(f"on-{word}", f'wheel.state = "{word}"') for word in ("turning", "stuck", "broken")
    ]
    found = proved(*each)
    assert [(line.count, line.always, line.in_part) for line in found.lines] == [
        (4, (), ("on-stuck", "on-broken")),
        (1, ("on-turning",), ()),
    ]


def test_facts_that_belong_together_are_asked_together_in_whatever_order_they_are_named() -> None:
    # By the order in which they are named, every first one would have to be kept in mind.
    count = 20
    catalogue = "".join(
        f'[[fact]]\nname = "wheel.n{number}"\ntype = "bool"\nscope = "wheel"\nsource = "gauge"\n'
        for number in range(2 * count)
    )
    each = [
        f"{{ any = [{{ wheel.n{n} = true }}, {{ wheel.n{n + count} = true }}] }}"
        for n in range(count)
    ]
    first = ", ".join(f"wheel.n{number} = {{ known = true }}" for number in range(2 * count))
    known = rule("known", f"all = [{{ {first} }}]")
    found = proved(
        catalogue, rule("one-of-two", f"all = [{', '.join(each)}]"), known, facts=("wheel.n*",)
    )
    raised = dict.fromkeys(("one-of-two", "known"), 0)
    for line in found.lines:
        for name in line.always:
            raised[name] += line.count
    assert found.combinations == 3 ** (2 * count)
    assert raised == {"one-of-two": 5**count, "known": 2 ** (2 * count)}


def test_words_of_an_expression_that_is_not_read_show_that_there_are_texts_of_each_kind() -> None:
    text = '[[fact]]\nname = "wheel.note"\ntype = "text"\nscope = "wheel"\nsource = "gauge"\n'
    odd = rule("odd", r"wheel.note = { matches = '\bdry\b|worn' }")
    assert proved(text, odd, facts=("wheel.note",)).exact
    both = rule("both", r"wheel.note = { matches = '\bdry\b' }")
    within = rule("within", r"wheel.note = { matches = '\bdry\b.*dry' }")
    assert not proved(text, both, within, facts=("wheel.note",)).exact


def test_a_hundred_facts_without_much_in_common_are_proved_in_bounded_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rules.authoring.prove.MOST_LINES", 60)
    catalogue = "".join(
        f'[[fact]]\nname = "wheel.n{number}"\ntype = "bool"\nscope = "wheel"\nsource = "gauge"\n'
        for number in range(100)
    )
    each = [rule(f"r{number}", f"wheel.n{number} = true") for number in range(100)]
    found = proved(catalogue, *each, facts=("wheel.n*",))
    assert found.combinations == 3**100
    assert len(found.lines) <= 60
    assert sum(line.count for line in found.lines) == found.combinations
    for number in range(100):
        known = [line for line in found.lines if f"r{number}" in (*line.always, *line.in_part)]
        assert sum(line.count for line in known) >= 3**99


def test_an_order_holds_every_name_once_and_shortens_what_is_far_apart() -> None:
    names = [f"n{number}" for number in range(30)]
    pairs = [(names[number], names[number + 15]) for number in range(15)]
    together = [*pairs, *((one, "behind", other) for one, other in pairs)]
    order = arranged(names, together)
    assert sorted(order) == sorted(names)
    assert all(abs(order.index(one) - order.index(other)) < 4 for one, other in pairs)
    assert arranged(names[:5], together) == names[:5]
    assert arranged(names, []) == names


SETS = st.lists(
    st.tuples(st.sampled_from(["both", "either", "without"]), st.integers(0, 2), st.integers(0, 7)),
    max_size=12,
)


@given(SETS)
def test_sets_of_situations_are_what_trying_each_one_gives(
    steps: list[tuple[str, int, int]],
) -> None:
    sizes = [3, 2, 4]
    diagram = Diagram()
    for size in sizes:
        diagram.dimension(size)
    every = set(product(*map(range, sizes)))
    mine, theirs = EVERYWHERE, set(every)
    for word, dimension, mask in steps:
        one = diagram.where(dimension, mask)
        other = {point for point in every if mask >> point[dimension] & 1}
        if word == "both":
            mine, theirs = diagram.both(mine, one), theirs & other
        elif word == "either":
            mine, theirs = diagram.either(mine, one), theirs | other
        else:
            mine, theirs = diagram.without(mine, one), theirs - other
    assert diagram.count(mine, [0, 1, 2]) == len(theirs)
    assert (mine == NOWHERE, mine == EVERYWHERE) == (not theirs, theirs == every)
    assert diagram.count(diagram.outside(mine), [0, 1, 2]) == len(every - theirs)
    forgotten = diagram.forget(mine, frozenset({1}))
    assert diagram.count(forgotten, [0, 2]) == len({(a, c) for a, _, c in theirs})
    boxes = diagram.boxes(mine, 1000)
    points = [
        point
        for point in every
        for box in boxes
        if all(box.get(place, -1) >> value & 1 for place, value in enumerate(point))
    ]
    assert sorted(points) == sorted(theirs)


@pytest.mark.parametrize("facts", [("wheel.state", "mill.open"), ("wheel.*", "mill.*")])
def test_more_facts_are_more_combinations_of_the_same(facts: tuple[str, ...]) -> None:
    both = rule("both", 'wheel.state = "stuck", mill.open = true')
    found = proved(RULE, both, facts=facts)
    assert found.combinations == STATES * 3
    assert sum(line.count for line in found.lines) == found.combinations


NUMBERS = [-1.5, 0.0, 2.0, 7.25]
VERSIONS = ["1.2", "1.10", "2"]
DURATIONS = [timedelta(seconds=30), timedelta(hours=1), timedelta(days=2)]
CONDITIONS: list[tuple[FactType, Condition]] = [
    *(
        ("float", Condition("a", operator, bound))
        for operator in ("above", "below", "at_least", "at_most")
        for bound in NUMBERS
    ),
    *(
        ("version", Condition("a", operator, bound))
        for operator in ("above", "below", "at_least", "at_most")
        for bound in VERSIONS
    ),
    *(
        ("instant", Condition("a", operator, bound))
        for operator in ("older_than", "newer_than")
        for bound in DURATIONS
    ),
    ("float", Condition("a", "is", (0.0, 7.25))),
    ("version", Condition("a", "not", ("1.10",))),
    ("float", Condition("a", "known", False)),
]


@pytest.mark.parametrize(("kind", "condition"), CONDITIONS, ids=str)
def test_where_a_condition_holds_is_what_trying_each_class_gives(
    kind: FactType, condition: Condition
) -> None:
    fact = Fact(name="a", type=kind, scope="")
    around = [one for other, one in CONDITIONS if other == kind]
    classes = Classes(kind, representatives(fact, around, [], NOW))
    true, false = classes.masks(condition)
    for bit, value in enumerate(classes.values):
        held = condition_truth(condition, {"a": value}, NOW, {"a": fact})
        assert held == (
            Truth.TRUE if true >> bit & 1 else Truth.FALSE if false >> bit & 1 else Truth.UNKNOWN
        )


def test_the_memory_of_a_subject_around_is_gone_where_a_subject_leaves_it() -> None:
    memory = (
        '[[fact]]\nname = "{0}.turn_id"\ntype = "text"\nscope = "{0}"\nsource = "gauge"\n'
        "memory = true\n"
    )

    def rules(scope: str) -> tuple[str, str, str]:
        turn = f"{scope}.turn_id"
        forbids = rule(
            "r",
            f'wheel.state = "stuck", {turn} = {{ known = true }}',
            f'occurrence = "{turn}"',
            "until = { wheel.heat = { below = 9 } }",
            then='impact = "x"\nforbid = [{ operation = "grind" }]',
        )
        starts = rule(
            "s",
            f'wheel.state = "turning", {turn} = {{ known = false }}',
            then='impact = "x"\n[[rule.then.step]]\ndo = "Grind"\nstarts = "grind"',
        )
        return memory.format(scope), forbids, starts

    assert contradictions(proved(*rules("wheel"))) == {}
    assert proved(*rules("mill")).contradictory == 1


ASKED: dict[str, Any] = {
    "facts": ("wheel.state", "mill.open"),
    "classification": "wheel.verdict",
    "quiet": ("good",),
    "may_be_unknown": True,
}
OPEN_OR_NOT = rule("yes", "mill.open = true") + rule("no", "mill.open = false")


def test_a_rule_of_the_subject_around_answers_only_where_there_is_one() -> None:
    unseen = rule("unseen", "mill.open = { known = false }")
    found = proved(OPEN_OR_NOT, unseen, **ASKED)
    told = [line for line in found.lines if line.unanswered]
    assert {line.classification for line in told} == {"bad", None}
    # Stuck, broken or unknown, where it is not known whether the mill is open.
    assert found.unanswered == 3
    assert told[0].faults == ('no rule answers it where wheel.mill: unknown or ""',)
    alone = rule("alone", "wheel.mill = { known = false }") + rule("empty", 'wheel.mill = ""')
    assert proved(OPEN_OR_NOT, unseen, alone, **ASKED).unanswered == 3
    outside = rule("outside", "wheel.state.known = true, mill.open.known = false")
    missing = rule("missing", "wheel.state.known = false, mill.open.known = false")
    assert proved(OPEN_OR_NOT, outside, missing, **ASKED).unanswered == 0
    named = ("wheel.state", "mill.open", "wheel.mill")
    assert proved(OPEN_OR_NOT, unseen, alone, **ASKED | {"facts": named}).unanswered == 0


def test_a_rule_of_a_subject_within_answers_nothing_for_the_one_around() -> None:
    outcome = (
        '[[fact]]\nname = "mill.outcome"\ntype = "enum"\nscope = "mill"\n'
        'values = ["idle", "busy"]\n'
        'derived = true\notherwise = "idle"\n'
        '[[derive]]\nfact = "mill.outcome"\nvalue = "busy"\nwhen = { mill.open = true }\n'
    )
    busy = 'mill.outcome = "busy"'
    wheels = rule("seen", f"{busy}, wheel.state.known = true") + rule(
        "unseen", f"{busy}, wheel.state.known = false"
    )
    asked: dict[str, Any] = {
        "facts": ("mill.open",),
        "classification": "mill.outcome",
        "quiet": ("idle",),
        "may_be_unknown": True,
    }
    unknown = rule("unknown", "mill.outcome.known = false")
    assert proved(outcome, wheels, unknown, **asked).unanswered == 1
    assert proved(outcome, rule("r", busy), unknown, **asked).unanswered == 0
