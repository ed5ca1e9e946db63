"""The sample logs of the Image Streamer rule base: what they hold, what the engine finds in them,
and what was written down by hand that it must find."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from rules.engine import Watch
from rules.finding import Finding
from rules.rule_base import RuleBase
from rules.vocabulary import Event

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "rules" / "image_streamer"
LOGS = ROOT / "samples" / "logs"
EXPECTED = ROOT / "samples" / "expected"


class Expectation(NamedTuple):
    """One finding of a log, as a person or the engine says it."""

    raised: datetime
    rule: str
    subject: str
    resolved: datetime | None
    forbids: tuple[str, ...]

    def __str__(self) -> str:
        end = f"{self.resolved:%H:%M:%S.%f}"[:-3] if self.resolved else "open"
        forbids = f" forbids {', '.join(self.forbids)}" if self.forbids else ""
        return f"{self.raised:%H:%M:%S.%f}"[:-3] + f" {self.rule} {self.subject} {end}{forbids}"


def log_names() -> list[str]:
    """Every sample log by name."""
    return sorted(path.stem for path in LOGS.glob("*.jsonl"))


def events(name: str) -> Iterator[tuple[Event, bytes]]:
    """A log's events, each with its line."""
    decoder = msgspec.json.Decoder(Event)
    for line in (LOGS / f"{name}.jsonl").read_bytes().splitlines():
        yield decoder.decode(line), line


def expected(name: str) -> tuple[set[str], list[Expectation]]:
    """The cases that a log covers and its findings, as written by hand."""
    document = tomllib.loads((EXPECTED / f"{name}.toml").read_text("utf-8"))
    findings = [
        Expectation(
            finding["raised"],
            finding["rule"],
            finding["subject"],
            finding.get("resolved"),
            tuple(sorted(map(_forbids, finding.get("forbids", ())))),
        )
        for finding in document.get("finding", ())
    ]
    return set(document["covers"]), sorted(findings, key=_order)


def found(rule_base: RuleBase, name: str, *, verify: bool = False) -> list[Expectation]:
    """The findings of a log, as the engine says."""
    watch = Watch(rule_base, verify=verify)
    findings = []
    for event, line in events(name):
        findings += [
            change.finding for change in watch.apply(event, line) if change.kind == "raised"
        ]
    return sorted(
        (
            Expectation(
                finding.raised_at,
                finding.rule.id,
                finding.subject,
                finding.resolved_at,
                tuple(sorted(_prohibitions(finding))),
            )
            for finding in findings
        ),
        key=_order,
    )


def _forbids(written: str | dict[str, str]) -> str:
    if isinstance(written, str):
        return written
    return _prohibited(written["operation"], written["scope"])


def _prohibitions(finding: Finding) -> Iterator[str]:
    for part in finding.rule.forbid:
        yield _prohibited(part.operation, part.scope if part.scope != finding.rule.scope else "")


def _prohibited(operation: str, scope: str) -> str:
    """A prohibition, and the scope around the finding's own that it binds."""
    return f"{operation} of the {scope}" if scope else operation


def _order(finding: Expectation) -> tuple[datetime, str, str]:
    return finding.raised, finding.rule, finding.subject
