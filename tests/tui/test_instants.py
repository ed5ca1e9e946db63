from __future__ import annotations

import argparse
from datetime import UTC, datetime

import pytest

from tui.instants import given_instant

EVENING = datetime(2026, 3, 1, 23, 10, 30, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-03-02T01:00:00Z", "2026-03-02T01:00:00+00:00"),
        ("2026-03-02T03:00+02:00", "2026-03-02T01:00:00+00:00"),
        ("2026-03-02 01:00", "2026-03-02T01:00:00+00:00"),
        ("23:59", "2026-03-01T23:59:00+00:00"),
        ("01:00", "2026-03-02T01:00:00+00:00"),
        ("01:00:05Z", "2026-03-02T01:00:05+00:00"),
        ("23:10", "2026-03-01T23:10:00+00:00"),
        ("23:10:30", "2026-03-01T23:10:30+00:00"),
        ("23:10:29", "2026-03-02T23:10:29+00:00"),
    ],
)
def test_an_instant_may_be_whole_or_the_first_such_time_in_the_log(text: str, meant: str) -> None:
    assert given_instant(text).within(EVENING).isoformat() == meant


@pytest.mark.parametrize(
    "text",
    [
        *["", "soon", "25:00", "01:60", "1:2:3:4", "-1:00", "²:00", "٣:٠٠"],
        *["2026-13-01T00:00:00Z", "2026-03-02T01:00:00Zjunk"],
        *["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"],
    ],
)
def test_anything_else_is_refused_with_what_would_be_right(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="02:14"):
        given_instant(text)
