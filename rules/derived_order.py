"""Facts that are concluded from one another in a circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def circles(needs: Mapping[str, set[str]]) -> Iterator[list[str]]:
    """The circles that some facts are caught in, one for each that no other shows yet; each ends
    with the fact that it begins with."""
    done: set[str] = set()
    for name in needs:
        way: list[str] = []
        while name not in done and name not in way:
            way.append(name)
            name = min(needs[name] & needs.keys())
        if name in way:
            yield [*way[way.index(name) :], name]
        done.update(way)
