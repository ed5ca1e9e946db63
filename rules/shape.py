"""The shape of a pattern: how the truths of its conditions make its own, whatever the conditions
say. Patterns of one shape share what has been asked about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

from rules.pattern import Condition, Pattern

Term: TypeAlias = frozenset[tuple[int, int]]
"""Signals with the values, 0 or 1, that they must all have."""

MOST_TERMS: Final = 16
MOST_LITERALS: Final = 10
_GROUP: Final = 8

Node: TypeAlias = "int | tuple[str, tuple[Node, ...]]"
"""A condition's number, or a combinator with its parts."""


class Block(NamedTuple):
    """What one question to the matcher can decide: when it is definitely true, when definitely
    false. Signals are conditions' numbers, or ~n for the outcome of the shape's block n."""

    true_terms: tuple[Term, ...]
    false_terms: tuple[Term, ...]

    @property
    def signals(self) -> tuple[int, ...]:
        """The signals that the block looks at."""
        terms = self.true_terms + self.false_terms
        return tuple(sorted({signal for term in terms for signal, _ in term}))


class Shape:
    """A tree of combinators over numbered conditions, divided into blocks that are small enough
    for the matcher; the last block is the whole."""

    def __init__(self, tree: Node) -> None:
        self.tree = tree
        self.blocks: list[Block] = []
        self._close(*self._terms(tree))

    def _close(self, true_terms: list[Term], false_terms: list[Term]) -> int:
        self.blocks.append(Block(tuple(true_terms), tuple(false_terms)))
        return ~(len(self.blocks) - 1)

    def _terms(self, node: Node) -> tuple[list[Term], list[Term]]:
        if isinstance(node, int):
            return [frozenset({(node, 1)})], [frozenset({(node, 0)})]
        kind, parts = node
        if kind == "none":
            true_terms, false_terms = self._terms(("any", parts))
            return false_terms, true_terms
        sides = [self._terms(part) for part in parts]
        if kind == "any":
            sides = [(false_terms, true_terms) for true_terms, false_terms in sides]
        both, either = self._combine(sides)
        return (both, either) if kind == "all" else (either, both)

    def _combine(self, sides: list[tuple[list[Term], list[Term]]]) -> tuple[list[Term], list[Term]]:
        """The terms of a conjunction of parts, and of its negation."""
        combined = self._product(sides)
        if combined is not None:
            return combined
        signals = [
            side if _is_literal(side) else _literal(self._close(side[0], side[1])) for side in sides
        ]
        while len(signals) > _GROUP:
            groups = [signals[at : at + _GROUP] for at in range(0, len(signals), _GROUP)]
            signals = [
                group[0] if len(group) == 1 else _literal(self._close(*_conjunction(group)))
                for group in groups
            ]
        return _conjunction(signals)

    def _product(
        self, sides: list[tuple[list[Term], list[Term]]]
    ) -> tuple[list[Term], list[Term]] | None:
        either = [term for _, false_terms in sides for term in false_terms]
        if len(either) > MOST_TERMS:
            return None
        both: list[Term] = [frozenset()]
        for true_terms, _ in sides:
            both = [one | other for one in both for other in true_terms]
            if len(both) > MOST_TERMS or any(len(term) > MOST_LITERALS for term in both):
                return None
        return both, either


def _literal(signal: int) -> tuple[list[Term], list[Term]]:
    return [frozenset({(signal, 1)})], [frozenset({(signal, 0)})]


def _is_literal(side: tuple[list[Term], list[Term]]) -> bool:
    return all(len(terms) == 1 and len(terms[0]) == 1 for terms in side)


def _conjunction(
    sides: Sequence[tuple[list[Term], list[Term]]],
) -> tuple[list[Term], list[Term]]:
    both: Term = frozenset().union(*(true_terms[0] for true_terms, _ in sides))
    return [both], [term for _, false_terms in sides for term in false_terms]


def shape_of(pattern: Pattern) -> tuple[Node, tuple[Condition, ...]]:
    """A pattern's tree over numbered conditions, and the conditions by number. A condition that
    stands in it twice has one number."""
    numbers: dict[Condition, int] = {}

    def node(part: Pattern) -> Node:
        if isinstance(part, Condition):
            return numbers.setdefault(part, len(numbers))
        return part.kind, tuple(node(inner) for inner in part.patterns)

    return node(pattern), tuple(numbers)
