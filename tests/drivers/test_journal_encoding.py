from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as some
from journal_lines import NIGHT, event

from drivers.journal import encode, instant
from drivers.journal.decoding import decode_line
from drivers.journal.diagnosis import CEILING, FLOOR
from rules.vocabulary import Event, EventData

texts = some.text(max_size=20)
instants = some.datetimes(
    FLOOR.replace(tzinfo=None) + timedelta(days=2),
    CEILING.replace(tzinfo=None) - timedelta(days=2),
    timezones=some.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
scalars = (
    some.none()
    | some.booleans()
    | some.integers(-(2**63), 2**64 - 1)
    | some.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = some.recursive(scalars, lambda inner: some.lists(inner, max_size=3), max_leaves=5)
events = some.builds(
    Event,
    id=texts,
    source=texts,
    type=texts,
    time=instants,
    subject=texts,
    data=some.builds(
        EventData,
        facts=some.dictionaries(texts, values, max_size=4),
        message=texts,
        families=some.lists(texts, max_size=3),
        observed_at=some.none() | instants,
        source=texts,
        rule=texts,
        confirm=texts,
        reason=texts,
        note=texts,
        hash=texts,
    ),
    specversion=some.just("1.0"),
)


@given(events)
def test_what_is_written_is_what_is_read(event: Event) -> None:
    line = encode(event)
    read = decode_line(line)
    assert read == event
    assert read is not None
    assert encode(read) == line
    assert b"\n" not in line


def test_members_stand_in_one_order_and_say_no_more_than_is_known() -> None:
    observed = datetime(2026, 11, 22, 3, 13, 58, tzinfo=timezone(timedelta(hours=1)))
    written = event(0)
    written.data.observed_at = observed
    assert encode(written).decode() == (
        '{"specversion":"1.0","id":"event-0","source":"oneview/composer-1",'
        '"type":"watchkeeper.facts.changed","subject":"pair/LE-rack-a",'
        '"time":"2026-11-22T02:14:07.120Z",'
        '"data":{"facts":{"update.result":"error","count":0},"message":"Größe…",'
        '"observed_at":"2026-11-22T02:13:58.000Z"}}'
    )
    bare = Event(id="a", source="watch/host", type="watchkeeper.watch.started", time=NIGHT)
    assert list(json.loads(encode(bare))) == ["specversion", "id", "source", "type", "time"]


def test_microseconds_are_written_where_they_are_needed() -> None:
    assert instant(NIGHT) == "2026-11-22T02:14:07.120Z"
    assert instant(NIGHT + timedelta(microseconds=1)) == "2026-11-22T02:14:07.120001Z"


def test_a_number_that_is_not_finite_makes_its_fact_unknown() -> None:
    written = event(1)
    written.data.facts = {"a": float("nan"), "b": float("-inf")}
    read = decode_line(encode(written))
    assert read is not None
    assert read.data.facts == {"a": None, "b": None}


def with_fact(value: object) -> Event:
    return Event(id="a", source="s", type="t", time=NIGHT, data=EventData(facts={"fact": value}))


@pytest.mark.parametrize(
    "unwritable",
    [
        Event(id="a", source="s", type="t", time=NIGHT.replace(tzinfo=None)),
        Event(
            id="a",
            source="s",
            type="t",
            time=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9))),
        ),
        with_fact("\ud800"),
        with_fact(object()),
        with_fact({1j: 1}),
    ],
    ids=["naive", "calendar", "surrogate", "object", "key"],
)
def test_what_has_no_form_in_a_journal_is_refused(unwritable: Event) -> None:
    with pytest.raises(ValueError):
        encode(unwritable)


def test_every_instant_of_the_calendar_has_a_text() -> None:
    assert instant(datetime.max.replace(tzinfo=UTC)) == "9999-12-31T23:59:59.999999Z"
