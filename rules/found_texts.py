"""Which texts some regular expressions find, and others do not: examples of them, or that there are
none."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import islice, pairwise, product
from typing import Final, TypeAlias

from rules.expression_automaton import LAST, Automaton, NotReadError, Ranges, automaton, others

_MOST_STEPS: Final = 400_000
"""States of automata that are looked at, each for each kind of character."""
_MOST_STARTS: Final = 20_000
"""Beginnings of texts that are tried in search of examples."""
_MOST_PLAIN: Final = 500
"""Characters that are told apart because values name them."""

_State: TypeAlias = tuple[frozenset[int], ...]
"""Of each automaton the states that it can be in; what has found its end already is in none but
the last."""


@lru_cache(maxsize=64)
def found_texts(
    expressions: tuple[str, ...], besides: frozenset[str], count: int
) -> dict[frozenset[str], list[str]] | None:
    """By the expressions that find them and no others, up to so many texts, the shortest first;
    fewer where there are no more. `besides` are texts that are not wanted. None where it cannot be
    told: an expression is not read here, or there is too much to it."""
    try:
        machine = _Machine([automaton(one) for one in expressions], besides)
        return {
            frozenset(one for one, is_found in zip(expressions, found, strict=True) if is_found): [
                *islice(machine.texts(found, count), count)
            ]
            for found in product((True, False), repeat=len(expressions))
        }
    except NotReadError:
        return None


class _Machine:
    """All automata side by side."""

    def __init__(self, automata: Sequence[Automaton], besides: Collection[str]) -> None:
        self._automata = automata
        self._besides = besides
        self._alphabet = list(self._characters())
        """Characters of which none is told from the others of its kind."""
        self._known: dict[tuple[int, frozenset[int], int], frozenset[int]] = {}
        self._next: dict[_State, list[_State]] = {}
        self._start = tuple(
            self._closed(number, {one.first}, "^") for number, one in enumerate(automata)
        )
        self._explore()
        self._unwanted = self._count_unwanted()

    def _characters(self) -> Iterator[Ranges]:
        named = {ord(character) for text in self._besides for character in text}
        if len(named) > _MOST_PLAIN or not all(_within(code, others(())) for code in named):
            raise NotReadError
        sets = {ranges for one in self._automata for steps in one.characters for ranges, _ in steps}
        ordered = sorted(sets)
        edges = {0, LAST + 1}
        for first, last in ((first, last) for ranges in ordered for first, last in ranges):
            edges |= {first, last + 1}
        edges |= named | {code + 1 for code in named}
        for low, high in others(()):
            edges |= {low, high + 1}
        bounds = sorted(edges)
        alike: dict[tuple[bool, ...] | int, list[tuple[int, int]]] = {}
        valid = others(())
        for low, after in pairwise(bounds):
            if not _within(low, valid):
                continue
            signs = tuple(_within(low, ranges) for ranges in ordered)
            alike.setdefault(low if low in named else signs, []).append((low, after - 1))
        yield from (tuple(ranges) for ranges in alike.values())

    def _closed(self, number: int, states: set[int], where: str) -> frozenset[int]:
        """Some states, and those that follow without a character, at the beginning or the end."""
        one = self._automata[number]
        found, left = set(states), list(states)
        while left:
            for condition, state in one.free[left.pop()]:
                if state not in found and (not condition or condition in where):
                    found.add(state)
                    left.append(state)
        return frozenset({one.last}) if one.last in found and "$" not in where else frozenset(found)

    def _step(self, number: int, states: frozenset[int], kind: int) -> frozenset[int]:
        one = self._automata[number]
        if states == {one.last}:
            return states
        key = number, states, kind
        found = self._known.get(key)
        if found is None:
            character = self._alphabet[kind][0][0]
            following = {
                state
                for before in states
                for ranges, state in one.characters[before]
                if _within(character, ranges)
            }
            found = self._known[key] = self._closed(number, following | {one.first}, "")
        return found

    def _explore(self) -> None:
        left = deque([self._start])
        steps = 0
        while left:
            state = left.popleft()
            if state in self._next:
                continue
            steps += len(self._alphabet) * sum(map(len, state))
            if steps > _MOST_STEPS:
                raise NotReadError
            following = [
                tuple(self._step(number, part, kind) for number, part in enumerate(state))
                for kind in range(len(self._alphabet))
            ]
            self._next[state] = following
            left.extend(one for one in following if one not in self._next)

    def _found(self, state: _State, *, empty: bool) -> tuple[bool, ...]:
        """Which expressions are found in a text that ends in a state."""
        where = "^$" if empty else "$"
        return tuple(
            self._automata[number].last in self._closed(number, set(part), where)
            for number, part in enumerate(state)
        )

    def texts(self, wanted: tuple[bool, ...], count: int) -> Iterator[str]:
        """So many texts that just some expressions find, or all there are, the shortest first."""
        ends = {state for state in self._next if self._found(state, empty=False) == wanted}
        leading = self._leading_to(ends)
        if self._found(self._start, empty=True) == wanted and "" not in self._besides:
            yield ""
        # Every way on leads to one text more, so that no state need be gone through more often.
        often = count + self._unwanted[wanted]
        passed: Counter[_State] = Counter()
        starts: deque[tuple[_State, tuple[int, ...]]] = deque([(self._start, ())])
        for _ in range(_MOST_STARTS):
            if not starts:
                return
            state, way = starts.popleft()
            passed[state] += 1
            if passed[state] > often:
                continue
            if way and state in ends:
                yield from self._spelled(way)
            starts.extend(
                (following, (*way, kind))
                for kind, following in enumerate(self._next[state])
                if following in leading
            )
        raise NotReadError

    def _leading_to(self, ends: set[_State]) -> set[_State]:
        """The states from which there is a way to one of some."""
        before: dict[_State, set[_State]] = {}
        for state, following in self._next.items():
            for one in following:
                before.setdefault(one, set()).add(state)
        leading, left = set(ends), list(ends)
        while left:
            for state in before.get(left.pop(), ()):
                if state not in leading:
                    leading.add(state)
                    left.append(state)
        return leading

    def _count_unwanted(self) -> Counter[tuple[bool, ...]]:
        """By the expressions that find them, how many texts are not wanted."""
        kinds = {
            chr(ranges[0][0]): kind
            for kind, ranges in enumerate(self._alphabet)
            if len(ranges) == 1 and ranges[0][0] == ranges[0][1]
        }
        found: Counter[tuple[bool, ...]] = Counter()
        for text in self._besides:
            state = self._start
            for character in text:
                state = self._next[state][kinds[character]]
            found[self._found(state, empty=not text)] += 1
        return found

    def _spelled(self, way: Sequence[int]) -> Iterator[str]:
        """Texts of characters of some kinds."""
        for characters in product(*(_some(self._alphabet[kind]) for kind in way)):
            text = "".join(characters)
            if text not in self._besides:
                yield text


_PLAIN: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _-.:/"


def _some(ranges: Ranges) -> list[str]:
    """A few characters of a kind, such as are easily read if there are any."""
    plain = [character for character in _PLAIN if _within(ord(character), ranges)][:4]
    return (
        plain
        + [
            chr(code)
            for first, last in ranges
            for code in range(first, min(first + 4, last + 1))
            if chr(code) not in plain
        ][: 4 - len(plain)]
    )


def _within(code: int, ranges: Ranges) -> bool:
    return any(first <= code <= last for first, last in ranges)
