"""In which order facts are best asked: those that patterns name together beside one another.

A set of situations takes the less room, the fewer parts of patterns are begun and not ended at any
place of the order, since what they came to so far must be remembered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Final

_FEW: Final = 12
"""So few facts are asked in any order."""
_LARGE: Final = 12
"""Facts of a group that stays open nearly everywhere, whatever the order."""
_MOST_PLACES: Final = 20_000
"""Of facts in groups, all groups together; beyond it the order is left as it is."""
_MOST_WORK: Final = 400_000
"""Facts that are weighed, in all orders that are tried together."""


def arranged(names: Sequence[str], together: Iterable[Iterable[str]]) -> list[str]:
    """Names in an order in which those of each group are near to one another; groups may hold names
    that are not to be arranged, and are then near to one another by these."""
    groups = list({frozenset(group): None for group in together})
    groups = [group for group in groups if 1 < len(group) <= _LARGE]
    places = sum(map(len, groups))
    if len(names) <= _FEW or not groups or places > _MOST_PLACES:
        return list(names)
    others = (name for group in groups for name in sorted(group))
    best = list(dict.fromkeys([*names, *others]))
    search = _Search(best, groups)
    least = search.cost(best)
    for start in list(best):
        order = search.from_one(start)
        if (cost := search.cost(order)) < least:
            best, least = order, cost
        if search.work > _MOST_WORK:
            break
    wanted = set(names)
    return [name for name in best if name in wanted]


class _Search:
    """Orders in which each name that comes next begins as few groups and ends as many as it can."""

    def __init__(self, names: Sequence[str], groups: Sequence[frozenset[str]]) -> None:
        self._names = names
        self._groups = groups
        self._of: dict[str, list[int]] = {name: [] for name in names}
        for number, group in enumerate(groups):
            for name in group:
                self._of[name].append(number)
        self.work = 0

    def cost(self, order: Sequence[str]) -> tuple[int, int]:
        """The most groups that are open at one place, and how long all are open together."""
        place = {name: number for number, name in enumerate(order)}
        change = [0] * (len(order) + 1)
        spans = 0
        for group in self._groups:
            places = [place[name] for name in group]
            change[min(places)] += 1
            change[max(places)] -= 1
            spans += max(places) - min(places)
        return max(accumulate(change)), spans

    def from_one(self, start: str) -> list[str]:
        """The order that begins with a name."""
        left = [len(group) for group in self._groups]
        order: list[str] = []
        waiting = dict.fromkeys(self._names)
        near: dict[str, None] = {}
        following: str | None = start
        while following is not None:
            order.append(following)
            del waiting[following]
            near.pop(following, None)
            for number in self._of[following]:
                left[number] -= 1
                near.update((name, None) for name in self._groups[number] if name in waiting)
            self.work += len(near)
            following = min(
                near, key=lambda name: self._opened(name, left), default=next(iter(waiting), None)
            )
        return order

    def _opened(self, name: str, left: Sequence[int]) -> int:
        """How many more groups are open once a name is placed."""
        opened = 0
        for number in self._of[name]:
            opened += left[number] == len(self._groups[number])
            opened -= left[number] == 1
        return opened
