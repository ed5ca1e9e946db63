"""What a subject cannot see because it is within none, and what it would have to be within."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from rules.rule_base import RuleBase
from rules.smallest_change import Requirement


class Membership:
    """Within subjects of which scopes a subject is."""

    def __init__(self, rule_base: RuleBase, around: Collection[str] | None) -> None:
        """`around` are the scopes of the subject and of those that it is within; None for all."""
        self._base = rule_base
        self._around = around

    def missing(self, name: str) -> str:
        """The scope of a fact of which nothing is known because the subject is within none; empty
        where that is not the reason."""
        fact = self._base.facts.get(name)
        if fact is None or self._around is None or fact.scope in self._around:
            return ""
        return fact.scope

    def requirements(self, found: Iterable[Requirement]) -> tuple[Requirement, ...]:
        """The same requirements, but that those of scopes that the subject is not within are one:
        on the fact that says what it is within."""
        every = tuple(found)
        own: list[Requirement] = []
        beyond: dict[str, list[str]] = {}
        for one in every:
            scope = self.missing(one.fact)
            if scope:
                beyond.setdefault(scope, []).append(one.text)
            else:
                own.append(one)
        link = self._link(next(iter(beyond))) if beyond else ""
        if not link:
            return every
        member_by = self._base.scopes[link].member_by
        text = f"{member_by} {self._names(link, beyond)}"
        for position, one in enumerate(own):
            if one.fact == member_by:
                text = f"{one.text} and {self._names(link, beyond)}"
                own[position] = Requirement(member_by, text, one.example)
                return tuple(own)
        return (*own, Requirement(member_by, text, None))

    def _link(self, scope: str) -> str:
        """The widest scope that the subject is of, or is within, on the way to another."""
        around = self._around or ()
        for narrow in around:
            wider = self._base.scopes[narrow].within
            if wider and wider not in around and scope in self._base.scope_chain(narrow):
                return narrow
        return ""

    def _names(self, link: str, beyond: dict[str, list[str]]) -> str:
        scope = self._base.scopes[link].within
        return f"names a {scope} of which {' and '.join(self._of(scope, beyond))}"

    def _of(self, scope: str, beyond: dict[str, list[str]]) -> Iterator[str]:
        yield from beyond.get(scope, ())
        wider = self._base.scope_chain(scope)[1:]
        if any(one in beyond for one in wider):
            yield f"{self._base.scopes[scope].member_by} {self._names(scope, beyond)}"
