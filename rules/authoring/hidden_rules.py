"""Rules of which no finding ever stands by itself: wherever one is open, so is one of those that
suppress it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final, NamedTuple

from rules.authoring.diagram import EVERYWHERE, NOWHERE, Room, TooLargeError
from rules.authoring.space import Space
from rules.rule_base import Rule
from rules.vocabulary import Truth

_MOST_SUPPRESSING: Final = 4
_MOST_KINDS: Final = 300
"""Kinds of situation that are told apart for one rule; beyond it nothing is said."""

_CLOSED, _OPEN, _SPENT = range(3)
"""Spent: resolved while `when` was not definitely false, so that it is not raised again yet."""


class _Signs(NamedTuple):
    """What a situation is to one rule; where it is certain, all that the rule asks is known."""

    when: Truth
    ended: bool
    certain: bool


class Hidden(NamedTuple):
    """A rule that is never seen by itself, and those that suppress it together; without `always`,
    never as long as all that these rules ask is known."""

    rule: Rule
    behind: tuple[Rule, ...]
    always: bool = True


class HiddenRules:
    """Plays all that can happen to a rule and those that suppress it, on one subject: situations
    follow on one another in any order. Closing by hand aside, what is never seen so is hidden."""

    def __init__(self, space: Space) -> None:
        self._space = space

    def find(self, rules: Sequence[Rule], room: Room) -> Iterator[Hidden]:
        """The hidden ones among some rules, in the order of those that suppress them; what has
        not room enough is taken to be seen."""
        by_id = {rule.id: rule for rule in rules}
        suppressing: dict[str, list[Rule]] = {}
        for rule in rules:
            for name in dict.fromkeys(rule.suppresses):
                if name in by_id and by_id[name].scope == rule.scope:
                    suppressing.setdefault(name, []).append(rule)
        for name, others in suppressing.items():
            rule = by_id[name]
            if self._space.sets(rule.when).true == NOWHERE:
                continue
            try:
                with room():
                    hidden = self._hidden(rule, others)
            except TooLargeError:
                continue
            if hidden is not None:
                yield hidden

    def _hidden(self, rule: Rule, others: Sequence[Rule]) -> Hidden | None:
        """The fewest of some rules behind which another is; none where it can be seen."""
        left = rest = self._space.sets(rule.when).true
        needed: list[Rule] = []
        for other in others:
            rest = self._space.diagram.without(left, self._space.sets(other.when).true)
            if rest != left:
                needed.append(other)
            left = rest
        if left != NOWHERE or len(needed) > _MOST_SUPPRESSING:
            return None
        for always in (True, False):
            if not self._is_seen(rule, needed, always):
                for other in tuple(needed):
                    fewer = [one for one in needed if one is not other]
                    if fewer and not self._is_seen(rule, fewer, always):
                        needed = fewer
                return Hidden(rule, tuple(needed), always)
        return None

    def _is_seen(self, rule: Rule, others: Sequence[Rule], always: bool) -> bool:
        """Whether a rule can be open while none of others is."""
        kinds = self._kinds([rule, *others])
        if kinds is None:
            return True
        if not always:
            kinds = [kind for kind in kinds if all(signs.certain for signs in kind)]
        follows = [self._holds_before(other, rule) for other in others]
        seen = {(_CLOSED,) * (len(others) + 1)}
        left = list(seen)
        while left:
            states = left.pop()
            for kind in kinds:
                for following in self._after(states, kind, [rule, *others], follows):
                    if following[0] == _OPEN and _OPEN not in following[1:]:
                        return True
                    if following not in seen:
                        seen.add(following)
                        left.append(following)
        return False

    def _kinds(self, rules: Sequence[Rule]) -> list[tuple[_Signs, ...]] | None:
        """What situations can be to some rules; None where there are too many kinds."""
        both = self._space.diagram.both
        kinds: list[tuple[int, tuple[_Signs, ...]]] = [(EVERYWHERE, ())]
        for rule in rules:
            parts = self._parts(rule)
            kinds = [
                (common, (*signs, own))
                for where, signs in kinds
                for part, own in parts
                if (common := both(where, part)) != NOWHERE
            ]
            if len(kinds) > _MOST_KINDS:
                return None
        return [signs for _, signs in kinds]

    def _parts(self, rule: Rule) -> list[tuple[int, _Signs]]:
        space, diagram = self._space, self._space.diagram
        when = space.sets(rule.when)
        unknown = diagram.without(diagram.outside(when.true), when.false)
        by_truth = {Truth.TRUE: when.true, Truth.FALSE: when.false, Truth.UNKNOWN: unknown}
        if rule.until is None:
            return [
                (where, _Signs(sign, sign == Truth.FALSE, sign != Truth.UNKNOWN))
                for sign, where in by_truth.items()
            ]
        until = space.sets(rule.until, rule.id)
        unclear = diagram.without(diagram.outside(until.true), until.false)
        return [
            (diagram.both(where, part), _Signs(sign, ended, known and sign != Truth.UNKNOWN))
            for sign, where in by_truth.items()
            for part, ended, known in (
                (until.true, True, True),
                (until.false, False, True),
                (unclear, False, False),
            )
        ]

    def _holds_before(self, rule: Rule, hidden: Rule) -> bool:
        """Whether a rule has held for long enough once another is raised."""
        if rule.hold is None:
            return True
        mine, theirs = self._space.sets(rule.when), self._space.sets(hidden.when)
        without = self._space.diagram.without
        return (
            hidden.hold is not None
            and rule.hold <= hidden.hold
            and without(theirs.true, mine.true) == NOWHERE
            and without(mine.false, theirs.false) == NOWHERE
        )

    def _after(
        self,
        states: tuple[int, ...],
        kind: tuple[_Signs, ...],
        rules: Sequence[Rule],
        follows: Sequence[bool],
    ) -> Iterator[tuple[int, ...]]:
        """What can have become of rules after a situation of a kind."""
        choices = [
            _next(state, signs, rule)
            for state, signs, rule in zip(states, kind, rules, strict=True)
        ]
        for chosen in product(*choices):
            if states[0] != _OPEN and chosen[0] != states[0] and kind[0].when == Truth.TRUE:
                # It has just been raised: those that had to hold no longer than it are, too.
                yield (
                    chosen[0],
                    *(
                        _raised(signs) if state == _CLOSED and before and rule.hold else state
                        for state, signs, rule, before in zip(
                            chosen[1:], kind[1:], rules[1:], follows, strict=True
                        )
                    ),
                )
            else:
                yield chosen


def _next(state: int, signs: _Signs, rule: Rule) -> list[int]:
    """What a rule's state can be after a situation (law 3)."""
    if state == _OPEN:
        if not signs.ended:
            return [_OPEN]
        state = _CLOSED if signs.when == Truth.FALSE else _SPENT
    elif signs.when == Truth.FALSE:
        return [_CLOSED]
    if signs.when != Truth.TRUE:
        return [state]
    if state == _CLOSED:
        return [_CLOSED, _raised(signs)] if rule.hold else [_raised(signs)]
    # Another occurrence raises it again.
    return [_SPENT, _raised(signs)] if rule.occurrence else [_SPENT]


def _raised(signs: _Signs) -> int:
    return _SPENT if signs.ended else _OPEN
