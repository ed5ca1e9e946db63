"""How well the watch sees: facts that the watch itself says, and that blame no appliance."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any, Final

from drivers.oneview.fields import LONGEST_TEXT, bounded
from rules.vocabulary import FACTS_CHANGED, Event, EventData

NOTICEABLE: Final = timedelta(seconds=10)
"""By how much a clock's difference must have changed to be told again."""
_SAME: Final = timedelta(seconds=5)
"""Clocks that are no further apart agree, as far as whole seconds and a slow answer tell."""


class SourceFacts:
    """What the watch has said of a deployment's sources; gives events for what is new."""

    def __init__(self, source: str, deployment: str) -> None:
        """`source` is the watch's own name, such as `watch/jump-host`."""
        self._source = source
        self._subject = f"deployment/{deployment}"
        self._said: dict[str, dict[str, Any]] = {}
        self._offsets: dict[str, timedelta] = {}
        self._number = 0

    def forget(self) -> None:
        """Say everything again, as if nothing had been said."""
        self._said.clear()
        self._offsets.clear()

    def of_deployment(self, time: datetime, message: str, **facts: Any) -> list[Event]:
        """State facts of the deployment; `__` in a name stands for a dot."""
        return self._state(self._subject, time, message, facts)

    def of_pair(self, pair: str, time: datetime, message: str, **facts: Any) -> list[Event]:
        """State facts of a pair."""
        return self._state(f"pair/{pair}", time, message, facts)

    def has_said(self, fact: str) -> bool:
        """Whether a fact of the deployment was stated."""
        return fact in self._said.get(self._subject, {})

    def pairs(self) -> list[str]:
        """The pairs of which anything was said."""
        return [name[5:] for name in self._said if name.startswith("pair/")]

    def offset(self, time: datetime, fact: str, offset: timedelta, message: str) -> list[Event]:
        """State how far clocks are apart, where that is worth telling again."""
        apart = abs(offset)
        apart = timedelta(0) if apart < _SAME else timedelta(seconds=round(apart.total_seconds()))
        told = self._offsets.get(fact)
        if told is not None and abs(apart - told) < NOTICEABLE and bool(apart) == bool(told):
            return []
        self._offsets[fact] = apart
        return self._state(self._subject, time, message, {fact: apart.total_seconds()})

    def _state(
        self, subject: str, time: datetime, message: str, facts: dict[str, Any]
    ) -> list[Event]:
        said = self._said.setdefault(subject, {})
        named = {name.replace("__", "."): value for name, value in facts.items()}
        new = {name: value for name, value in named.items() if said.get(name, _NEVER) != value}
        if not new:
            return []
        said |= new
        self._number += 1
        content = json.dumps([self._source, subject, time.isoformat(), self._number, new])
        return [
            Event(
                id=hashlib.sha256(content.encode()).hexdigest()[:24],
                source=self._source,
                type=FACTS_CHANGED,
                time=time,
                subject=subject,
                # A fingerprint that is cut off cannot be compared, nor pinned.
                data=EventData(facts=new, message=bounded(message, LONGEST_TEXT)),
            )
        ]


_NEVER: Final = object()
