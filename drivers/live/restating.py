"""What the watch remembers, said once more: for a journal in which it may be missing."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from drivers.oneview.memory import MEMORY, Remembered
from drivers.oneview.observe import Deployment
from drivers.oneview.statement import belongs_to_image_streamer
from rules.vocabulary import FACTS_CHANGED, Event, EventData


def restate_memory(remembered: Remembered, deployment: Deployment, time: datetime) -> list[Event]:
    """Events that say all facts which no snapshot covers, as they were said last."""
    events = []
    for subject, facts in remembered.said.items():
        parts: dict[str, dict[str, Any]] = {}
        for name, value in facts.items():
            if name in MEMORY:
                is_theirs = belongs_to_image_streamer(name)
                source = deployment.image_streamer if is_theirs else deployment.oneview
                parts.setdefault(source, {})[name] = value
        for source, part in parts.items():
            content = f"{source} {subject} {time.isoformat()} again"
            events.append(
                Event(
                    id=hashlib.sha256(content.encode()).hexdigest()[:24],
                    source=source,
                    type=FACTS_CHANGED,
                    time=time,
                    subject=subject,
                    data=EventData(
                        facts=part,
                        message="What the watch remembers, again",
                    ),
                )
            )
    return events
