"""What a recorder without a screen tells whoever reads its log: which findings are open, what is
forbidden, which sources are lost, and that certificates are not verified."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from drivers.recorder.recorder import REMIND_EVERY, Tell
from rules.engine import Watch
from rules.finding import Finding
from rules.situation import Forbidden

_Key: TypeAlias = tuple[str, str]


class ServiceLog:
    """Tells what differs from what it told last."""

    def __init__(
        self, tell: Tell, wall: Callable[[], datetime], unverified: Sequence[str] = ()
    ) -> None:
        """`unverified` are the deployments whose certificates nobody verifies."""
        self._tell = tell
        self._wall = wall
        self._unverified = unverified
        self._findings: dict[_Key, Finding] = {}
        self._occurred: dict[_Key, tuple[datetime, ...]] = {}
        self._forbidden: dict[_Key, str] = {}
        self._lost: frozenset[str] | None = None
        self._reminded: datetime | None = None

    def begin(self, watch: Watch) -> None:
        """Tell how things stand."""
        for finding in watch.findings():
            self._say(finding, "OPEN", f", since {finding.raised_at:%Y-%m-%d %H:%M:%S}Z")
        self._note_findings(watch)
        self._say_forbidden(watch.forbidden())
        # Whoever starts a watch loses every source until it is heard: that is no news.
        self._lost = _lost(watch)
        if not self._findings:
            self._tell("No finding is open", False)
        self.remind()

    def look(self, watch: Watch) -> None:
        """Tell what has been raised, resolved, forbidden, allowed, lost or heard since."""
        lost, before = _lost(watch), self._lost or frozenset()
        for name in sorted(lost - before):
            self._tell(
                f"Source lost: {name}; what it said counts as unknown until it is heard", False
            )
        for name in sorted(before - lost):
            self._tell(f"Source heard: {name}", False)
        self._lost = lost
        for finding in watch.findings():
            key = _key(finding)
            if key not in self._findings:
                self._say(finding, "RAISED")
            elif self._occurred[key] != _occurrences(finding):
                self._say(finding, "RAISED AGAIN")
        now_open = {_key(finding) for finding in watch.findings()}
        for key, finding in self._findings.items():
            if key not in now_open:
                self._say(finding, "RESOLVED")
        self._note_findings(watch)
        self._say_forbidden(watch.forbidden())

    def remind(self) -> None:
        """Tell again every ten minutes that certificates are not verified."""
        now, told = self._wall(), self._reminded
        if self._unverified and (told is None or not timedelta(0) <= now - told < REMIND_EVERY):
            self._reminded = now
            for name in self._unverified:
                self._tell(f"{name}: CERTIFICATES ARE NOT VERIFIED, by its configuration", True)

    def _say(self, finding: Finding, word: str, aside: str = "") -> None:
        severity, subject = finding.rule.severity, finding.subject
        self._tell(f"{severity} {word} {subject}: {finding.title}{aside}", False)

    def _note_findings(self, watch: Watch) -> None:
        self._findings = {_key(finding): finding for finding in watch.findings()}
        self._occurred = {key: _occurrences(one) for key, one in self._findings.items()}

    def _say_forbidden(self, forbidden: Sequence[Forbidden]) -> None:
        now: dict[_Key, str] = {}
        for one in forbidden:
            now.setdefault((one.operation, one.subject), one.finding.title)
        for (operation, subject), why in now.items():
            if (operation, subject) not in self._forbidden:
                self._tell(f"FORBIDDEN {operation} on {subject}: {why}", False)
        for operation, subject in self._forbidden:
            if (operation, subject) not in now:
                self._tell(f"No finding forbids {operation} on {subject} any more", False)
        self._forbidden = now


def _key(finding: Finding) -> _Key:
    return finding.rule.id, finding.subject


def _occurrences(finding: Finding) -> tuple[datetime, ...]:
    return (finding.raised_at, *finding.recurred_at)


def _lost(watch: Watch) -> frozenset[str]:
    return frozenset(name for name, source in watch.words.sources.items() if source.lost)
