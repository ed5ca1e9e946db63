"""What the watch has said of itself that every screen and log must say all the time."""

from __future__ import annotations

from typing import Final

from rules.words import Words

CERTIFICATES: Final = "watch.certificates"
NOT_VERIFIED: Final = "not-verified"
_SCOPE: Final = "deployment"


def deployments_of(words: Words) -> list[str]:
    """The names of the deployments that anything was said of."""
    named = (name.partition("/") for name in words.subjects)
    return sorted(name for scope, _, name in named if scope == _SCOPE)


def unverified_in(words: Words) -> tuple[str, ...]:
    """The deployments whose certificates nobody verifies, as whoever records said it last."""
    found = []
    for name in deployments_of(words):
        subject = words.subjects[f"{_SCOPE}/{name}"]
        fact = subject.scope.facts.get(CERTIFICATES)
        if fact is not None and subject.raw[fact.slot] == NOT_VERIFIED:
            found.append(name)
    return tuple(found)
