"""Advice that contradicts itself: steps that start what a finding forbids that can be open at the
same time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from rules.authoring.diagram import EVERYWHERE, NOWHERE, Room, TooLargeError
from rules.authoring.open_findings import Life, OpenFindings
from rules.authoring.situation_words import SituationWords
from rules.authoring.space import Space
from rules.rule_base import Prohibition, Rule, RuleBase, Step

_MOST_NAMED: Final = 5
"""Rules that contradict one step and are named."""

_MOST_LOOKED_AT: Final = 400_000
"""Sets that are held against steps."""


class Contradiction(NamedTuple):
    """A step that starts what findings forbid. `at_once` are those that are raised together;
    otherwise one is still open when the other is raised."""

    rule: Rule
    step: int
    at_once: bool
    message: str


class _Forbidding(NamedTuple):
    """Rules that forbid, and where one of them is raised or open by what is known of the subject
    that they bind; `rule` where there is but one."""

    life: Life
    within: tuple[_Forbidding, ...] = ()
    rule: Rule | None = None


class _ToDo(NamedTuple):
    """Where a finding is open and a step of it is not ticked, or definitely not."""

    perhaps: int
    surely: int


class Contradictions:
    """Finds steps that start what other findings, or their own, forbid."""

    def __init__(
        self, rule_base: RuleBase, space: Space, lives: OpenFindings, words: SituationWords
    ) -> None:
        self._base = rule_base
        self._space = space
        self._lives = lives
        self._words = words
        self._looked_at = 0
        self.left_out: dict[str, Rule] = {}
        """Rules of which not every step was held against every prohibition, which would be too
        much."""

    def find(self, rules: Sequence[Rule], room: Room) -> Iterator[Contradiction]:
        """The contradictions among some rules, in their order."""
        exact = [rule for rule in rules if self._is_exact(rule)]
        starting = [
            (rule, number, step)
            for rule in exact
            for number, step in enumerate(rule.steps)
            if step.starts and not step.once_allowed
        ]
        started = {step.starts for _, _, step in starting}
        forbidding: dict[tuple[str, str], list[_Forbidding]] = {}
        for rule in exact:
            around = self._base.scope_chain(rule.scope)
            for prohibition in rule.forbid:
                key = prohibition.operation, prohibition.scope or rule.scope
                # Beside scopes that are faulty, nobody knows whom a prohibition can reach.
                if prohibition.operation in started and key[1] in around:
                    try:
                        with room():
                            life = self._seen_around(rule, prohibition)
                    except TooLargeError:
                        self.left_out[rule.id] = rule
                    else:
                        forbidding.setdefault(key, []).append(_Forbidding(life, rule=rule))
        together = {key: self._together(one, room) for key, one in forbidding.items()}
        for rule, number, step in starting:
            try:
                with room():
                    found = list(self._of_step(rule, number, step, together))
            except TooLargeError:
                self.left_out[rule.id] = rule
            else:
                yield from found

    def _is_exact(self, rule: Rule) -> bool:
        patterns = [rule.when, *([rule.until] if rule.until is not None else ())]
        patterns += [step.done_when for step in rule.steps if step.done_when is not None]
        return all(self._space.is_exact(pattern) for pattern in patterns)

    def _seen_around(self, rule: Rule, prohibition: Prohibition) -> Life:
        """Where a rule forbids, by what its prohibition's subject knows: it can be raised on any
        other subject within that one."""
        life = self._lives.to_others(rule)
        chain = self._base.scope_chain(rule.scope)
        narrower = chain[: chain.index(prohibition.scope or rule.scope)]
        if not narrower:
            return life
        own = frozenset(
            dimension.number
            for dimension in self._space.dimensions
            if all(self._scope_of(name) in narrower for name in dimension.facts)
        )
        forget = self._space.diagram.forget
        return Life(forget(life.raised, own), forget(life.open, own))

    def _scope_of(self, name: str) -> str:
        fact = self._base.facts.get(name)
        return fact.scope if fact else ""

    def _together(self, forbidding: Sequence[_Forbidding], room: Room) -> _Forbidding:
        """Many prohibitions as a tree, so that those that a step never meets are passed over."""
        if len(forbidding) == 1:
            return forbidding[0]
        middle = len(forbidding) // 2
        within = (
            self._together(forbidding[:middle], room),
            self._together(forbidding[middle:], room),
        )
        (raised, open_), (other_raised, other_open) = within[0].life, within[1].life
        either = self._space.diagram.either
        try:
            with room():
                life = Life(either(raised, other_raised), either(open_, other_open))
        except TooLargeError:
            life = Life(EVERYWHERE, EVERYWHERE)
        return _Forbidding(life, within)

    def _of_step(
        self, rule: Rule, number: int, step: Step, together: Mapping[tuple[str, str], _Forbidding]
    ) -> Iterator[Contradiction]:
        both, mine = self._space.diagram.both, self._lives.to_others(rule)
        to_do = self._to_do(rule, step)
        own = self._lives.confirmations(rule)
        forbids = any(part.operation == step.starts for part in rule.forbid)
        at_once = [("itself", to_do.perhaps)] if forbids and to_do.perhaps != NOWHERE else []
        forget = self._space.diagram.forget
        to_do = _ToDo(forget(to_do.perhaps, own), forget(to_do.surely, own))
        begins = Life(both(mine.raised, to_do.perhaps), to_do.perhaps)
        still: list[tuple[str, Rule, int]] = []
        begun: list[tuple[str, Rule, int]] = []
        for other, life, bound in self._meeting(rule, step, mine, together):
            if other is rule:
                continue
            if where := both(begins.raised, life.raised):
                at_once.append((other.id, where))
            elif where := both(begins.raised, life.open):
                still.append((other.id, other, where))
            elif where := both(begins.open, life.raised):
                begun.append((other.id, rule, where))
            elif where := self._unticked(mine, life, to_do, (rule.scope, bound)):
                staying = other if both(mine.raised, life.open) else rule
                (still if staying is other else begun).append((other.id, staying, where))
            if max(len(at_once), len(still), len(begun)) > _MOST_NAMED:
                break
        said = f"step {number + 1} of {rule.id} starts {step.starts!r}, which"
        if at_once:
            names, where = _named(name for name, _ in at_once), at_once[0][1]
            message = f"{said} can be forbidden at the same time by {names}, "
            message += f"{self._words.for_one(where)}; with once_allowed = true the step waits"
            yield Contradiction(rule, number, True, message)
        for found, how in ((still, "still"), (begun, "later")):
            if found:
                names, (_, staying, where) = _named(name for name, _, _ in found), found[0]
                message = f"{said} {names} can {how} forbid: {self._stays(staying)}, "
                message += f"{self._words.for_one(where)}; with once_allowed = true the step waits"
                yield Contradiction(rule, number, False, message)

    def _to_do(self, rule: Rule, step: Step) -> _ToDo:
        where = self._lives.of(rule).open
        if step.done_when is None or (step.wait is not None and step.wait.at_least is not None):
            return _ToDo(where, where)
        done, diagram = self._space.sets(step.done_when, rule.id), self._space.diagram
        return _ToDo(diagram.without(where, done.true), diagram.both(where, done.false))

    def _unticked(self, mine: Life, other: Life, to_do: _ToDo, staying: Sequence[str]) -> int:
        """Where both are open and a step is unticked that was ticked when one of both was raised
        while the other was open; the subjects of the scopes in `staying` are those that they
        were then, or one would not bind the other."""
        both, either = self._space.diagram.both, self._space.diagram.either
        begin = either(both(mine.raised, other.open), both(mine.open, other.raised))
        if begin == NOWHERE:
            return NOWHERE
        return both(both(self._lives.following(begin, *staying), other.open), to_do.surely)

    def _meeting(
        self, rule: Rule, step: Step, mine: Life, together: Mapping[tuple[str, str], _Forbidding]
    ) -> Iterator[tuple[Rule, Life, str]]:
        """The rules that forbid what a step starts, but for many that are never open with it, each
        with the scope of the subject that it binds."""
        both = self._space.diagram.both
        around = reversed(self._base.scope_chain(rule.scope))
        stack = [
            (together[step.starts, bound], bound)
            for bound in around
            if (step.starts, bound) in together
        ]
        while stack:
            one, bound = stack.pop()
            self._looked_at += 1
            if self._looked_at > _MOST_LOOKED_AT:
                self.left_out[rule.id] = rule
                return
            if one.rule is not None:
                yield one.rule, one.life, bound
            elif both(mine.raised, one.life.open) or both(mine.open, one.life.raised):
                stack.extend((part, bound) for part in reversed(one.within))

    def _stays(self, rule: Rule) -> str:
        """For how long a finding stays open."""
        if rule.until is None:
            return f"{rule.id} stays open while it is not known whether its when holds"
        return f"{rule.id} stays open until {self._words.whole(rule.until)}"


def _named(names: Iterable[str]) -> str:
    every = list(dict.fromkeys(names))
    return ", ".join(every[:_MOST_NAMED]) + (" and more" if len(every) > _MOST_NAMED else "")
