"""Where durable_rules fails, is interrupted or contradicts itself, no verdict is wrong for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from matcher_door import Door
from oracle.timeline import CONFIRM, STORAGE, Timeline, clock, load, rule

from rules.engine import Watch
from rules.matcher import EngineFault, Matcher
from rules.shape import Node
from rules.vocabulary import FACTS_CHANGED, Event, EventData, Truth

EVERY_CALL: Final = (
    *("create_ruleset", "assert_fact", "start_action_for_state"),
    *("complete_and_start_action", "retract_fact"),
)
TREE: Final[Node] = ("all", (0, ("any", (1, 2))))
QUESTIONS: Final = (
    ([Truth.TRUE, Truth.FALSE, Truth.TRUE], Truth.TRUE),
    ([Truth.TRUE, Truth.UNKNOWN, Truth.FALSE], Truth.UNKNOWN),
    ([Truth.FALSE, Truth.UNKNOWN, Truth.TRUE], Truth.FALSE),
    ([Truth.TRUE, Truth.TRUE, Truth.TRUE], Truth.TRUE),
)


def a_matcher(*, asked_before: bool) -> Matcher:
    matcher = Matcher()
    matcher.add(TREE)
    if asked_before:
        assert matcher.ask(TREE, QUESTIONS[0][0]) == QUESTIONS[0][1]
    return matcher


def all_is_well(matcher: Matcher, door: Door) -> None:
    """Every question is answered as it should be, and everything can be given back."""
    for truths, truth in QUESTIONS * 3:
        assert matcher.ask(TREE, truths) == truth
    assert len(door.open) == 1
    matcher.close()
    assert door.open == set()


@pytest.mark.parametrize("call", EVERY_CALL)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("asked_before", [False, True])
def test_what_is_interrupted_in_the_middle_leaves_the_next_question_right(
    door: Door, call: str, after: bool, asked_before: bool
) -> None:
    matcher = a_matcher(asked_before=asked_before)
    door.failing[call] = (KeyboardInterrupt(), after)
    if asked_before and call == "create_ruleset":
        matcher.close()
    with pytest.raises(KeyboardInterrupt):
        matcher.ask(TREE, QUESTIONS[0][0])
    if after and call == "create_ruleset":
        # Nobody knows the number of a ruleset whose making was interrupted at its end.
        door.open.clear()
    all_is_well(matcher, door)


def test_what_is_interrupted_leaves_nothing_freed_that_was_never_given() -> None:
    # Memory that is filled when it is given makes what uses it too early fall over at once.
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-n",
            "0",
            __file__,
            "-k",
            "interrupted_in_the and start_action_for",
        ],
        env=os.environ | {"MALLOC_PERTURB_": "165"},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.mark.parametrize("call", EVERY_CALL)
@pytest.mark.parametrize("error", [RuntimeError(), MemoryError(), OSError()])
def test_what_fails_once_is_asked_again(door: Door, call: str, error: Exception) -> None:
    matcher = a_matcher(asked_before=call != "create_ruleset")
    door.failing[call] = (error, False)
    all_is_well(matcher, door)


class Faked:
    """A C module that says what it is told to, whatever it is asked."""

    def __init__(self, fired: list[str], *, primes: bool = True, code: int = 0) -> None:
        self._fired = fired
        self._primes = primes
        self._code = code
        self._left: list[str] = []
        self.created = 0

    def create_ruleset(self, name: str, text: str) -> int:
        self.created += 1
        return self.created

    def assert_fact(self, handle: int, text: str) -> tuple[int, int]:
        if '"t":1' in text:
            self._left = ["p"] if self._primes else ["q"]
            return 0, 1
        self._left = list(self._fired)
        return self._code, 1

    def start_action_for_state(self, handle: int, offset: int) -> tuple[str, str | None] | None:
        return ("", self.complete_and_start_action(handle, offset)) if self._left else None

    def complete_and_start_action(self, handle: int, offset: int) -> str | None:
        return f'{{"{self._left.pop(0)}":{{}}}}' if self._left else None

    def retract_fact(self, handle: int, text: str) -> int:
        return 0

    abandon_action = delete_state = retract_fact

    def delete_ruleset(self, handle: int) -> int:
        return 0


@pytest.mark.parametrize(
    ("faked", "said"),
    [
        (Faked(["r0_t_0", "r0_f_0"]), "both true and false"),
        (Faked(["r1_t_0"]), "when block 0 was asked"),
        (Faked(["p"]), "unpack"),
        (Faked([]), "knew nothing of it"),
        (Faked(["r0_t_0"], code=2), "answered 2"),
        (Faked(["r0_t_0"], code=3), "answered 3"),
        (Faked(["r0_t_0"], primes=False), "a rule that always fires"),
    ],
    ids=["both", "another block", "the prime rule", "nothing", "seen", "put off", "not primed"],
)
def test_durable_rules_contradicting_itself_is_a_fault_and_no_verdict(
    monkeypatch: pytest.MonkeyPatch, faked: Faked, said: str
) -> None:
    monkeypatch.setattr("rules.matcher.durable_rules_engine", faked)
    watch = Watch(load(STORAGE, rule("r", 'storage.state = "failed"')))
    data = EventData(facts={"storage.state": "failed"})
    event = Event("1", "oneview/one", FACTS_CHANGED, clock("02:00"), "pair/a", data)
    with pytest.raises((EngineFault, ValueError), match=said):
        watch.apply(event)
    assert faked.created == 2
    assert watch.findings() == []


def test_a_plain_answer_of_the_faked_module_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rules.matcher.durable_rules_engine", Faked(["r0_t_0", "r0_t_1"]))
    matcher = Matcher()
    matcher.add(0)
    assert matcher.ask(0, [Truth.TRUE]) == Truth.TRUE


# Opening and closing


def test_a_state_is_primed_before_anything_else_and_may_be_closed_at_any_time(door: Door) -> None:
    matcher = Matcher()
    matcher.add(TREE)
    matcher.close()
    assert door.calls.total() == 0
    for _ in range(3):
        assert matcher.ask(TREE, QUESTIONS[1][0]) == QUESTIONS[1][1]
        matcher.close()
        matcher.close()
    assert door.calls["create_ruleset"] == door.calls["delete_ruleset"] == 3
    assert door.calls["delete_state"] == 3
    all_is_well(matcher, door)


def test_shapes_added_after_the_first_question_are_answered_too(door: Door) -> None:
    matcher = a_matcher(asked_before=True)
    matcher.add(("none", (0, 1)))
    assert matcher.ask(("none", (0, 1)), [Truth.FALSE, Truth.FALSE]) == Truth.TRUE
    assert matcher.ask(TREE, QUESTIONS[2][0]) == QUESTIONS[2][1]
    matcher.close()
    assert door.open == set()


def test_a_watch_that_was_closed_answers_again(door: Door) -> None:
    night = Timeline(STORAGE, rule("failed", 'storage.state = "failed"', then=CONFIRM))
    night.say("02:00", storage__state="failed")
    night.watch.close()
    assert door.open == set()
    assert night.say("02:01", storage__state="healthy") == ["resolved failed"]
    assert night.say("02:02", storage__state=None) == []
    assert night.verdict("failed") == "unknown"


COUNTERPARTS: Final = ("failed", "healthy")


def test_two_watches_side_by_side_do_not_hear_each_other(door: Door) -> None:
    one, other = (
        Timeline(STORAGE, rule("r", f'storage.state = "{word}"')) for word in COUNTERPARTS
    )
    for number in range(20):
        word = COUNTERPARTS[number % 2]
        one.say("02:00", storage__state=word)
        other.say("02:00", storage__state=word)
        expected = ["true", "false"] if number % 2 == 0 else ["false", "true"]
        assert [one.verdict("r"), other.verdict("r")] == expected
    one.watch.close()
    assert other.say("02:01", storage__state="Unknown") == ["resolved r"]


RELOADS: Final = """
import resource
from itertools import islice, product

from oracle.timeline import fact, load, rule

from rules.engine import Watch
from rules.vocabulary import FACTS_CHANGED, Event, EventData
from oracle.timeline import clock

facts = "".join(fact(f"state.b{number}", "bool") for number in range(8))
rules = []
for kinds in islice(product(("any", "all", "none"), repeat=4), 40):
    parts = (
        f"{{ {kind} = [{{ state.b{2 * place} = true }}, {{ state.b{2 * place + 1} = true }}] }}"
        for place, kind in enumerate(kinds)
    )
    rules.append(rule("-".join(kinds), f"all = [{', '.join(parts)}]"))
rule_base = load(facts, *rules)
watch = Watch(rule_base)
sizes = []
for number in range(100):
    watch.reload(rule_base, clock("02:00"))
    said = {f"state.b{place}": (number + place) % 3 == 0 for place in range(8)}
    data = EventData(facts=said)
    watch.apply(Event(f"{number}", "oneview/a", FACTS_CHANGED, clock("02:00"), "pair/a", data))
    assert watch.statistics["questions"] >= 40
    sizes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(sizes[-1] / sizes[29])
"""


def test_a_hundred_reloads_take_no_memory() -> None:
    # In a process of its own, so that the largest size that it ever had is these reloads'.
    tests = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-c", RELOADS],
        env=os.environ | {"PYTHONPATH": f"{tests}{os.pathsep}{tests.parent}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 1.1
