"""What situations are made of, and the two sides of a pattern among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rules.pattern import Condition
from rules.vocabulary import Truth


class Sets:
    """Where a pattern is definitely true and where it is definitely false."""

    __slots__ = ("false", "true")

    def __init__(self, true: int, false: int) -> None:
        self.true = true
        self.false = false


class Dimension:
    """Facts that are told apart together: each class is one value for each fact."""

    def __init__(
        self,
        number: int,
        facts: tuple[str, ...],
        classes: Sequence[Any],
        conditions: Sequence[Condition] = (),
        truths: Sequence[tuple[Truth, ...]] = (),
        values: Sequence[Any] = (),
        members: Sequence[Sequence[int]] = (),
    ) -> None:
        self.number = number
        self.facts = facts
        self.conditions = conditions
        """Of facts that are compared with one another, and of a fact with `values`, the conditions
        that tell the classes apart."""
        self.truths = truths
        """By class, what each of these conditions is in it."""
        self.values = values
        """Of a fact whose classes hold several values, those that stand for all of its values,
        in order; unknown is the first."""
        self.members = members
        """By class, the places of its values among these."""
        self.classes = classes
        """A tuple of the facts' values by class, None for unknown; or a word for what is told
        apart where no values stand behind it."""
