"""Names that need one another in a circle: derived facts, and rules that suppress one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def circles(needs: Mapping[str, set[str]]) -> Iterator[list[str]]:
    """The circles that some names are caught in, one for each that no other shows yet; each ends
    with the name that it begins with."""
    left = _without_ends(needs)
    done: set[str] = set()
    for name in left:
        way: dict[str, int] = {}
        while name not in done and name not in way:
            way[name] = len(way)
            name = min(left[name] & left.keys())
        if name in way:
            yield [*list(way)[way[name] :], name]
        done.update(way)


def _without_ends(needs: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """What every way through never ends in: names that need one that is left, too."""
    needed_by: dict[str, list[str]] = {}
    count: dict[str, int] = {}
    for name, others in needs.items():
        count[name] = len(others & needs.keys())
        for other in others & needs.keys():
            needed_by.setdefault(other, []).append(name)
    ends = [name for name, number in count.items() if not number]
    for end in ends:
        for name in needed_by.get(end, ()):
            count[name] -= 1
            if not count[name]:
                ends.append(name)
    return {name: others for name, others in needs.items() if count[name]}
