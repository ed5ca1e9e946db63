"""Sets of situations as decision diagrams: exact, whatever number of situations they hold.

A situation gives each dimension one of its classes; a set of situations is a number, the same for
the same set. Dimensions are asked in the order of their numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final, TypeAlias

NOWHERE: Final = 0
"""The set without situations."""
EVERYWHERE: Final = 1
"""The set of all situations."""

MOST_NODES: Final = 1_500_000
"""Parts of all sets together."""

_PAIRS_A_NODE: Final = 4

_LONG: Final = 60
"""Classes beyond which numbers that stand for some of them are long."""


Room: TypeAlias = Callable[[], AbstractContextManager[None]]
"""Gives room for one thing more, or raises TooLargeError."""


class TooLargeError(Exception):
    """A set takes more room than there is; the argument, if any, says what was asked."""


class _Bounded:
    """What goes deeper than Python's stack takes more room than there is."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is RecursionError:
            raise TooLargeError


_bounded: Final = _Bounded()


class Diagram:
    """Makes sets and combines them."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        """By dimension, the number of its classes."""
        self._nodes: list[tuple[int, tuple[tuple[int, int], ...]]] = [(-1, ()), (-1, ())]
        self._known: dict[tuple[int, tuple[tuple[int, int], ...]], int] = {}
        self._masks: dict[bytes, int] = {}
        """Classes of dimensions that have many; none is ever forgotten, so that each keeps its
        identity."""
        self._both: dict[tuple[int, int], int] = {}
        self._not: dict[int, int] = {NOWHERE: EVERYWHERE, EVERYWHERE: NOWHERE}
        self._most = MOST_NODES
        self._most_pairs = _PAIRS_A_NODE * MOST_NODES
        self.made = 0
        """Parts of sets that have been made within a room, those that are forgotten with them."""

    @contextmanager
    def room(self, nodes: int, *caches: dict[Any, Any]) -> Iterator[None]:
        """Room for so many more parts of sets. Where it does not suffice, all that was made within
        is forgotten, also in caches that name sets.

        Raises:
            TooLargeError: the room did not suffice.
        """
        most, most_pairs, count = self._most, self._most_pairs, len(self._nodes)
        kept: list[dict[Any, Any]] = [self._known, self._both, self._not, *caches]
        sizes = [len(cache) for cache in kept]
        self._most = min(most, count + nodes)
        self._most_pairs = min(most_pairs, len(self._both) + _PAIRS_A_NODE * nodes)
        try:
            yield
            self.made += len(self._nodes) - count
        except TooLargeError:
            self.made += len(self._nodes) - count
            del self._nodes[count:]
            for cache, size in zip(kept, sizes, strict=True):
                # What was added last is the last to be found in them.
                while len(cache) > size:
                    cache.popitem()
            raise
        finally:
            self._most, self._most_pairs = most, most_pairs

    def dimension(self, size: int) -> int:
        """A new dimension with so many classes."""
        self.sizes.append(size)
        return len(self.sizes) - 1

    def where(self, dimension: int, classes: int) -> int:
        """The situations in which a dimension has one of some classes, given as bits."""
        every = (1 << self.sizes[dimension]) - 1
        return self._make(dimension, {EVERYWHERE: classes & every, NOWHERE: every & ~classes})

    def _make(self, dimension: int, parts: dict[int, int]) -> int:
        branches = tuple(sorted((child, mask) for child, mask in parts.items() if mask))
        if len(branches) == 1:
            return branches[0][0]
        if self.sizes[dimension] > _LONG:
            branches = tuple((child, self._same(mask)) for child, mask in branches)
            key = dimension, tuple((child, id(mask)) for child, mask in branches)
        else:
            key = dimension, branches
        number = self._known.get(key)
        if number is None:
            number = len(self._nodes)
            if number > self._most:
                raise TooLargeError
            self._known[key] = number
            self._nodes.append((dimension, branches))
        return number

    def _same(self, mask: int) -> int:
        """The one number that stands for all that are equal to a long one."""
        # A number's hash is its remainder, which is the same for every 61st power of two.
        key = mask.to_bytes((mask.bit_length() + 7) // 8, "little")
        return self._masks.setdefault(key, mask)

    def both(self, one: int, other: int) -> int:
        """The situations in two sets."""
        with _bounded:
            return self._common(one, other)

    def _common(self, one: int, other: int) -> int:
        if one == other or other == EVERYWHERE:
            return one
        if one == EVERYWHERE:
            return other
        if one == NOWHERE or other == NOWHERE:
            return NOWHERE
        key = (one, other) if one < other else (other, one)
        found = self._both.get(key)
        if found is not None:
            return found
        dimension, branches = self._nodes[one]
        other_dimension, other_branches = self._nodes[other]
        parts: dict[int, int] = {}
        if dimension < other_dimension:
            for child, mask in branches:
                inner = self._common(child, other)
                parts[inner] = parts.get(inner, 0) | mask
        elif other_dimension < dimension:
            dimension = other_dimension
            for child, mask in other_branches:
                inner = self._common(one, child)
                parts[inner] = parts.get(inner, 0) | mask
        else:
            for child, mask in branches:
                for other_child, other_mask in other_branches:
                    if common := mask & other_mask:
                        inner = self._common(child, other_child)
                        parts[inner] = parts.get(inner, 0) | common
        found = self._make(dimension, parts)
        if len(self._both) > self._most_pairs:
            raise TooLargeError
        self._both[key] = found
        return found

    def meet(self, one: int, other: int) -> bool:
        """Whether two sets have a situation in common; nothing is kept that sets are made of."""
        with _bounded:
            return self._meet(one, other, set())

    def _meet(self, one: int, other: int, apart: set[tuple[int, int]]) -> bool:
        if one == NOWHERE or other == NOWHERE:
            return False
        if one in (other, EVERYWHERE) or other == EVERYWHERE:
            return True
        key = (one, other) if one < other else (other, one)
        if key in apart:
            return False
        found = self._both.get(key)
        if found is not None:
            return found != NOWHERE
        dimension, branches = self._nodes[one]
        other_dimension, other_branches = self._nodes[other]
        if dimension < other_dimension:
            meets = any(self._meet(child, other, apart) for child, _ in branches)
        elif other_dimension < dimension:
            meets = any(self._meet(one, child, apart) for child, _ in other_branches)
        else:
            meets = any(
                mask & other_mask and self._meet(child, other_child, apart)
                for child, mask in branches
                for other_child, other_mask in other_branches
            )
        if not meets:
            apart.add(key)
        return meets

    def outside(self, one: int) -> int:
        """The situations that are not in a set."""
        with _bounded:
            return self._rest(one)

    def _rest(self, one: int) -> int:
        found = self._not.get(one)
        if found is None:
            dimension, branches = self._nodes[one]
            found = self._make(dimension, {self._rest(child): mask for child, mask in branches})
            self._not[one] = found
            self._not[found] = one
        return found

    def either(self, one: int, other: int) -> int:
        """The situations in at least one of two sets."""
        return self.outside(self.both(self.outside(one), self.outside(other)))

    def without(self, one: int, other: int) -> int:
        """The situations in one set and not in another."""
        return self.both(one, self.outside(other))

    def forget(self, one: int, dimensions: frozenset[int]) -> int:
        """The situations that differ from one in the set in nothing but some dimensions."""
        made: dict[int, int] = {NOWHERE: NOWHERE, EVERYWHERE: EVERYWHERE}

        def visit(node: int) -> int:
            if node in made:
                return made[node]
            dimension, branches = self._nodes[node]
            if dimension in dimensions:
                result = NOWHERE
                for child, _ in branches:
                    result = self.either(result, visit(child))
            else:
                parts: dict[int, int] = {}
                for child, mask in branches:
                    inner = visit(child)
                    parts[inner] = parts.get(inner, 0) | mask
                result = self._make(dimension, parts)
            made[node] = result
            return result

        with _bounded:
            return visit(one)

    def count(self, one: int, dimensions: list[int]) -> int:
        """How many situations a set holds, in which no more than these dimensions matter."""
        order = sorted(dimensions)
        place = {dimension: at for at, dimension in enumerate(order)}
        below: dict[int, int] = {NOWHERE: 0, EVERYWHERE: 1}

        def level(node: int) -> int:
            return len(order) if node in (NOWHERE, EVERYWHERE) else place[self._nodes[node][0]]

        def between(low: int, high: int) -> int:
            product = 1
            for dimension in order[low:high]:
                product *= self.sizes[dimension]
            return product

        def visit(node: int) -> int:
            if node not in below:
                _, branches = self._nodes[node]
                below[node] = sum(
                    mask.bit_count() * between(level(node) + 1, level(child)) * visit(child)
                    for child, mask in branches
                )
            return below[node]

        with _bounded:
            return visit(one) * between(0, level(one))

    def boxes(self, one: int, most: int) -> list[dict[int, int]]:
        """Parts of a set, each given by the classes that some dimensions may have: at most so
        many, disjoint, together the whole set if there are fewer than that."""
        found: list[dict[int, int]] = []

        def visit(node: int, so_far: dict[int, int]) -> None:
            if node == NOWHERE or len(found) >= most:
                return
            if node == EVERYWHERE:
                found.append(so_far)
                return
            dimension, branches = self._nodes[node]
            for child, mask in branches:
                visit(child, {**so_far, dimension: mask})

        with _bounded:
            visit(one, {})
        return found

    def dimensions(self, one: int) -> set[int]:
        """The dimensions that matter to a set."""
        found: set[int] = set()
        seen = {NOWHERE, EVERYWHERE}
        stack = [one]
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                dimension, branches = self._nodes[node]
                found.add(dimension)
                stack += [child for child, _ in branches]
        return found
