"""A source that was silent for long is lost to the rules: what it had said counts again only once
it has said so again (law 8)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from drivers.oneview.memory import MEMORY, Remembered
from drivers.oneview.statement import belongs_to_image_streamer

LONGEST_SILENCE: Final = timedelta(seconds=150)
"""Less than the three heartbeats of a minute after which the rules count a source as lost."""


def must_say_again(
    remembered: Remembered, sources: tuple[str, str], silent: Collection[str]
) -> None:
    """Note of every fact that a silent source had said that it is to be told when it is read again,
    though it has not changed. `sources` are HPE OneView and the Image Streamer."""
    for subject, facts in remembered.said.items():
        due = {
            name
            for name in facts
            if name not in MEMORY and sources[belongs_to_image_streamer(name)] in silent
        }
        if due:
            remembered.to_say_again.setdefault(subject, set()).update(due)
