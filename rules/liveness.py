"""Which sources are heard, and which are lost because they have missed their heartbeats (law 8)."""

from __future__ import annotations

from typing import Final

from rules.deadlines import LOSS
from rules.source_state import Hearing, SourceState
from rules.subject import facts_said_in
from rules.words import Words

MISSED_HEARTBEATS: Final = 3
_SOURCES: Final = ("source", "", "")


def adopt_source(words: Words, name: str, state: SourceState) -> None:
    """Take a source over from a watch under other rules."""
    words.sources[name] = state
    state.lost = state.lost and state.heartbeat is not None
    if state.followed and state.heartbeat is not None:
        _watch_over(words, state)


def hear(words: Words, state: SourceState) -> bool:
    """A source has been heard now; whether it had been lost. What it said before counts again
    when it says it again."""
    state.last_heard = words.now
    if not state.followed:
        state.followed = True
        _watch_over(words, state)
    if not state.lost:
        return False
    state.lost = False
    return True


def lose(words: Words, state: SourceState) -> None:
    """A source is lost now, unless it already was or its kind cannot be."""
    if state.lost or state.heartbeat is None:
        return
    state.lost = True
    state.followed = False
    words.newly_lost.append(state)
    over, state.hearing = state.hearing, Hearing()
    for name in sorted(state.about):
        subject = words.subjects[name]
        facts = facts_said_in(subject, over)
        words.unheard += len(facts)
        for fact in facts:
            words.renew(subject, fact)


def _watch_over(words: Words, state: SourceState) -> None:
    if state.heartbeat is not None and state.last_heard is not None:
        due = state.last_heard + MISSED_HEARTBEATS * state.heartbeat
        words.deadlines.schedule(_SOURCES, due, LOSS)


def look_at_sources(words: Words) -> None:
    """Lose the sources whose time is over; one deadline stands for all: the earliest at which any
    could be lost."""
    soonest = None
    for state in words.sources.values():
        if not state.followed or state.heartbeat is None or state.last_heard is None:
            continue
        due = state.last_heard + MISSED_HEARTBEATS * state.heartbeat
        if due <= words.now:
            lose(words, state)
        elif soonest is None or due < soonest:
            soonest = due
    if soonest is not None:
        words.deadlines.schedule(_SOURCES, soonest, LOSS)
