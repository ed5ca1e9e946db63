"""The timeline: which events have lines, and where."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rules.vocabulary import SOURCE_HEARD, Event, EventData
from tui.session.recent_events import RecentEvents
from tui.session.timeline import Entry, Timeline

START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def event(number: int, kind: str, message: str = "") -> Event:
    return Event(
        specversion="1.0",
        id=f"e{number}",
        source="oneview/composer-1",
        type=kind,
        time=START + timedelta(seconds=number),
        subject="pair/LE-rack-a" if message else "",
        data=EventData(message=message),
    )


def heard(number: int) -> Event:
    return event(number, SOURCE_HEARD)


def said(number: int) -> Event:
    return event(number, "watchkeeper.facts.changed", f"news {number}")


def stored(words: str, most_bytes: int = 1 << 20) -> RecentEvents:
    """Events from a word in which `.` is a heartbeat and anything else says something."""
    store = RecentEvents(most_bytes)
    for number, letter in enumerate(words):
        store.append(heard(number) if letter == "." else said(number), b"x" * 100)
    return store


def texts(timeline: Timeline, events: int) -> list[str]:
    length = timeline.length(events, START + timedelta(days=1))
    return [line.text for line in timeline.lines(timeline.first, length)]


def entry(after: int) -> Entry:
    time = START + timedelta(seconds=after)
    return Entry(after, time, "raised", "critical", "pair/LE-rack-a", f"raised after {after}")


def test_heartbeats_have_no_lines_and_findings_stand_between_what_was_said() -> None:
    timeline = Timeline(stored("..a.b..c."))
    timeline.add(entry(3))
    timeline.add(entry(9))

    assert texts(timeline, 9) == ["news 2", "raised after 3", "news 4", "news 7", "raised after 9"]
    assert texts(timeline, 4) == ["news 2", "raised after 3"]


def test_each_event_that_says_something_is_found_at_its_line() -> None:
    words = ".a..bc....d.e"
    timeline = Timeline(stored(words))
    timeline.add(entry(2))
    timeline.add(entry(6))
    length = timeline.length(len(words), START + timedelta(days=1))

    for number, letter in enumerate(words):
        found = timeline.find_event(f"e{number}", START + timedelta(seconds=number), length)
        if letter == ".":
            assert found is None
            continue
        assert found is not None
        assert timeline.event_of_line(found) == number
        line = timeline.line(found)
        assert line is not None
        assert line.event == f"e{number}"


def test_old_events_are_let_go_with_their_heartbeats() -> None:
    words = ".a" * 6000
    store = stored(words, most_bytes=100 * 50)
    timeline = Timeline(store)

    assert store.first == len(words) - 50
    assert texts(timeline, len(words)) == [f"news {n}" for n in range(len(words) - 49, 12_000, 2)]
