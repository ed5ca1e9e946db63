"""What `rules check` says of rules beside one another, held against the engine: two facts, every
situation after every other, and walks through them at random."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Final, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from rule_texts import CATALOGUE, rule

from rules.authoring.checking import check_texts
from rules.engine import Watch
from rules.fault_codes import Code
from rules.loader import load_texts
from rules.vocabulary import FACTS_CHANGED, Event, EventData

FACTS: Final = "".join(
    f'[[fact]]\nname = "wheel.{name}"\ntype = "bool"\nscope = "wheel"\nsource = "gauge"\n'
    for name in "ab"
)
SITUATIONS: Final = list(product((True, False, None), repeat=2))
BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)

conditions = st.sampled_from(
    [f"wheel.{name} = {value}" for name in "ab" for value in ("true", "false", "{ known = false }")]
)
patterns = st.one_of(
    conditions,
    st.tuples(
        st.sampled_from(("any", "all", "none")), st.lists(conditions, min_size=2, max_size=3)
    ).map(lambda pair: f"{pair[0]} = [{', '.join(f'{{ {one} }}' for one in pair[1])}]"),
)
maybe = st.one_of(st.none(), patterns)


class Chosen(NamedTuple):
    """A rule as it was made up."""

    when: str
    until: str | None
    done_when: str | None
    forbids: bool
    starts: bool
    suppresses: frozenset[str]


chosen_rules = st.lists(
    st.builds(
        Chosen,
        patterns,
        maybe,
        maybe,
        st.booleans(),
        st.booleans(),
        st.frozensets(st.sampled_from(("r0", "r1", "r2"))),
    ),
    min_size=2,
    max_size=3,
)


def written(number: int, one: Chosen, count: int) -> str:
    """A rule in TOML."""
    name = f"r{number}"
    others = sorted(
        other for other in one.suppresses if other != name and int(other.removeprefix("r")) < count
    )
    then = 'impact = "x"\n'
    if one.forbids:
        then += 'forbid = [{ operation = "grind" }]\n'
    then += '[[rule.then.step]]\ndo = "x"\n'
    if one.starts:
        then += 'starts = "grind"\n'
    if one.done_when is not None:
        then += f"done_when = {{ {one.done_when} }}\n"
    more = [f"suppresses = {others}"] if others else []
    if one.until is not None:
        more.append(f"until = {{ {one.until} }}")
    return rule(name, one.when, *more, then=then)


class Seen:
    """What the engine was seen to do."""

    def __init__(self, chosen: list[Chosen]) -> None:
        self.chosen = dict(
            zip((f"r{number}" for number in range(len(chosen))), chosen, strict=True)
        )
        self.contradicting: set[tuple[str, str]] = set()
        self.alone: set[str] = set()
        self.ticked: set[str] = set()
        self.open: set[str] = set()

    def look(self, watch: Watch) -> None:
        """Take down what is open together."""
        findings = watch.findings()
        names = {finding.rule.id for finding in findings}
        self.open |= names
        for finding in findings:
            name = finding.rule.id
            status = watch.steps(finding)[0].status
            if status == "done":
                self.ticked.add(name)
            if not any(name in self.chosen[other].suppresses for other in names - {name}):
                self.alone.add(name)
            # A step of which it is not known whether it is done is told of only as it begins.
            if self.chosen[name].starts and status == "open":
                self.contradicting |= {
                    (name, other) for other in names if self.chosen[other].forbids
                }


def told(watch: Watch, number: int, situation: tuple[bool | None, ...]) -> None:
    """Let a wheel come into a situation."""
    watch.apply(
        Event(
            id=f"{number}",
            source="gauge/1",
            type=FACTS_CHANGED,
            subject="wheel/w",
            time=BEGINNING + timedelta(seconds=number),
            data=EventData(facts={"wheel.a": situation[0], "wheel.b": situation[1]}),
        )
    )


@settings(max_examples=40)
@given(chosen_rules, st.randoms(use_true_random=False))
def test_what_is_told_of_rules_is_what_the_engine_does(
    chosen: list[Chosen], dice: random.Random
) -> None:
    text = CATALOGUE + FACTS
    text += "".join(written(number, one, len(chosen)) for number, one in enumerate(chosen))
    files = {"mill.toml": text.encode()}
    faults = check_texts(files).faults
    if any(not f.is_warning and f.code not in _CONTRADICTIONS for f in faults):
        return
    # Contradictions keep a rule base from passing, not from being judged.
    seen = Seen(chosen)
    fresh = Watch(load_texts(files))
    for first in SITUATIONS:
        one = fresh.copy()
        told(one, 1, first)
        seen.look(one)
        for second in SITUATIONS:
            two = one.copy()
            told(two, 2, second)
            seen.look(two)
    for _ in range(4):
        walk = fresh.copy()
        for number in range(40):
            told(walk, number, dice.choice(SITUATIONS))
            seen.look(walk)
    claimed: set[tuple[str, str]] = set()
    for fault in faults:
        message = fault.message
        if fault.code in _CONTRADICTIONS:
            name = re.findall(r"of (r\d) starts", message)[0]
            where = r"by ([^,]*(?:, r\d)*)," if "same time" in message else r"which (.*) can"
            named = re.findall(where, message)[0].replace("itself", name)
            claimed |= {(name, other) for other in named.split(", ")}
        elif fault.code == Code.HIDDEN_RULE and " is never seen: " in message:
            assert message.partition(" ")[0] not in seen.alone
        elif fault.code == Code.STEP_LEFT_BEHIND:
            assert _rule_at(text, fault.line) not in seen.ticked
        elif fault.code == Code.STEP_DONE_AT_ONCE:
            assert _rule_at(text, fault.line) in seen.ticked
    assert seen.contradicting <= claimed
    unticked = {pair for pair in claimed if seen.chosen[pair[0]].done_when is None}
    assert unticked <= seen.contradicting


_CONTRADICTIONS: Final = (Code.CONTRADICTING_ADVICE, Code.CONTRADICTING_WHILE_OPEN)


def _rule_at(text: str, line: int) -> str:
    before = "\n".join(text.split("\n")[:line])
    return str(re.findall(r'^id = "(r\d)"', before, re.MULTILINE)[-1])
