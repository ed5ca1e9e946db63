"""The situation at a time: what is open, what must be done, what is forbidden, what cannot be
judged."""

from __future__ import annotations

from collections.abc import Iterable

from rules.finding import Finding
from rules.vocabulary import SEVERITIES


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """The worst first, then the oldest, then by rule and subject."""
    return sorted(
        findings,
        key=lambda finding: (
            SEVERITIES.index(finding.rule.severity),
            finding.raised_at,
            finding.rule.id,
            finding.subject,
        ),
    )
