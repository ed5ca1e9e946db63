"""Importing files: what is told when, what is counted, what is refused. All bodies synthetic."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oneview_bodies import (
    NEW,
    NEW_STORAGE,
    START,
    A,
    B,
    Json,
    alert,
    appliance,
    at,
    enclosure,
    fit,
    on_appliance,
    update_task,
)

from drivers.journal.encoding import encode
from drivers.oneview.files import read_files
from drivers.oneview.importing import ImportResult, Rejected, import_bodies
from drivers.oneview.memory import Remembered

NOW = START + timedelta(hours=6)


def take(*files: object, remembered: Remembered | None = None) -> ImportResult:
    """Import values, or bytes as they are, named f0, f1, ..."""
    named = [
        (f"f{index}", value if isinstance(value, bytes) else json.dumps(value).encode())
        for index, value in enumerate(files)
    ]
    result = import_bodies(
        named, source="oneview/composer-1", deployment="site", time=NOW, remembered=remembered
    )
    fit(result.events)
    return result


def lines(*values: object) -> bytes:
    return b"\n".join(json.dumps(value).encode() for value in values) + b"\n"


def listing(*members: Json, uri: str = "/rest/alerts", **changes: object) -> Json:
    body: Json = {"uri": uri, "start": 0, "count": len(members), "total": len(members)}
    return body | {"members": list(members)} | changes


def stages(result: ImportResult, fact: str) -> list[tuple[float, object]]:
    """When a fact was told, in seconds after the start, and as what."""
    return [
        ((event.time - START).total_seconds(), event.data.facts[fact])
        for event in result.events
        if fact in event.data.facts
    ]


@pytest.mark.law(9)
def test_an_alert_is_told_when_it_rose_and_when_it_was_cleared() -> None:
    cleared = alert("CIManagerCritical", alertState="Cleared", clearedTime=at(600))
    result = take([enclosure(A), cleared])
    assert stages(result, "alert.module_fault") == [(0, "critical"), (600, "none")]


def test_a_kept_answer_of_one_pair_says_nothing_about_the_lists_of_another() -> None:
    def kept(pair: str, seconds: float, *volumes: str) -> Json:
        found = [{"uri": f"/rest/os-volumes/{name}", "name": name} for name in volumes]
        address = "/rest/os-volumes"
        body = listing(*found, uri=address)
        return {"read_at": at(seconds), "uri": address, "pair": pair, "body": body}

    answers = [kept("LE-rack-a", 0, "u", "v"), kept("LE-rack-b", 60, "w")]
    result = take(lines(*answers, kept("LE-rack-a", 120)))
    told = [(e.subject, e.data.facts["volumes.count"]) for e in result.events]
    assert told == [("pair/LE-rack-a", 2), ("pair/LE-rack-b", 1), ("pair/LE-rack-a", 0)]


@pytest.mark.law(9)
def test_events_stand_by_time_then_file_then_line() -> None:
    late = on_appliance(A, uri="/rest/alerts/1", created=at(60), alertTypeID="late")
    early = on_appliance(A, uri="/rest/alerts/2", created=at(30), alertTypeID="early")
    same = on_appliance(B, uri="/rest/alerts/3", created=at(30), alertTypeID="same")
    result = take(lines(late, early), lines(same), [appliance(A), appliance(B)])
    assert [kind for _, kind in stages(result, "alert.unrecognised_type")] == [
        "early",
        "same",
        "late",
    ]
    times = [event.time for event in result.events]
    assert times == sorted(times)
    assert times[-1] == NOW


@pytest.mark.law(9)
def test_what_lies_ahead_is_refused_and_named() -> None:
    ahead = on_appliance(A, created=at(6 * 3600 + 301))
    near = on_appliance(B, created=at(6 * 3600 + 299), uri="/rest/alerts/8")
    result = take(lines(appliance(A), appliance(B), ahead, near))
    assert [(item.file, item.line) for item in result.ahead] == [("f0", 3)]
    assert "five minutes ahead" in str(result.ahead[0])
    assert [subject for subject in result.remembered.said if "unrec" not in subject]
    assert result.remembered.fact(f"appliance/{A}", "alert.unrecognised_count") is None
    assert result.remembered.fact(f"appliance/{B}", "alert.unrecognised_count") == 1


@pytest.mark.law(18)
def test_an_imported_update_has_no_before_that_nobody_read() -> None:
    done = update_task(created=at(20), modified=at(1800), taskState="Error")
    result = take([appliance(A), appliance(B)], listing(done, uri="/rest/tasks"))
    assert stages(result, "update.result") == [(20, "running"), (1800, "error")]
    said = result.remembered.said["pair/LE-rack-a"]
    # What is listed was read long after the start, and once.
    assert "update.first.before" not in said
    assert "update.after_id" not in said
    assert said["pair.active_version"] == appliance(A)["imageStreamerVersion"]


@pytest.mark.law(18)
def test_kept_answers_are_told_at_the_times_at_which_they_were_read() -> None:
    def answers(seconds: int, active: Json, work: list[Json]) -> list[Json]:
        uri = "/rest/deployment-servers/image-streamer-appliances"
        members = [appliance(A, **active), appliance(B)]
        return [
            {"read_at": at(seconds), "uri": uri, "body": listing(*members, uri=uri)},
            {
                "read_at": at(seconds),
                "uri": "/rest/tasks",
                "body": listing(*work, uri="/rest/tasks"),
            },
        ]

    new = {"imageStreamerVersion": NEW, "vsaVersion": NEW_STORAGE}
    done = update_task(created=at(20), modified=at(1800), taskState="Warning")
    kept = answers(0, {}, []) + answers(30, {}, [update_task(created=at(20))])
    for seconds in (1815, 1830, 1890):
        kept += answers(seconds, new, [done])
    result = take(lines(*kept))
    said = result.remembered.said["pair/LE-rack-a"]
    assert said["update.first.before"] == appliance(A)["imageStreamerVersion"]
    assert (said["update.first.after"], said["update.storage.after"]) == (NEW, NEW_STORAGE)
    assert stages(result, "update.after_id") == [(1890, "/rest/tasks/t1")]


def test_a_whole_list_says_what_is_not_and_a_part_of_one_does_not() -> None:
    whole = take(enclosure(A), listing())
    assert stages(whole, "alert.module_fault") == [(6 * 3600, "none")]
    other: Json = {"count": 25, "total": 60}
    for part in (
        listing(**other),
        listing(nextPageUri="/rest/alerts?start=25"),
        listing(start=25),
        listing(uri="/rest/alerts?filter=\"alertState='Active'\""),
        {"uri": "/rest/alerts", "members": []},
    ):
        assert stages(take(enclosure(A), part), "alert.module_fault") == []


def test_an_empty_list_is_known_by_its_address() -> None:
    result = take(listing(uri="/rest/artifact-bundles/backups"))
    assert stages(result, "backup.artifact_count") == [(6 * 3600, 0)]
    result = take(listing(uri="/rest/artifact-bundles"))
    assert stages(result, "backup.pending_recovery") == [(6 * 3600, False)]


def test_messages_of_the_bus_are_told_when_they_were_sent() -> None:
    def message(change: str, body: Json, seconds: float) -> Json:
        return {
            "resourceUri": body["uri"],
            "changeType": change,
            "newSubState": "null",
            "userInitiatedTask": "false",
            "timestamp": at(seconds),
            "resource": body,
        }

    body = alert("CIManagerFault")
    messages = [message("Created", body, 5), message("Deleted", {"uri": body["uri"]}, 50)]
    result = take(enclosure(A), lines(*messages))
    assert stages(result, "alert.module_fault") == [(5, "fault"), (50, "none")]


def test_bodies_are_counted_by_kind_and_by_whether_they_say_something() -> None:
    rack = {"category": "racks", "type": "RackV1", "uri": "/rest/racks/1"}
    server_alert = alert("cpqHe3", resourceUri="/rest/server-hardware/1")
    composer = enclosure(B, model="HPE Synergy Composer")
    result = take([enclosure(A), composer, rack, server_alert, alert("CIManagerFault")], {"a": 1})
    assert result.recognised == {"enclosure": 1, "alert": 1}
    assert result.silent == {"enclosure": 1, "alert": 1, "other": 1, "unrecognised": 1}


def test_files_that_cannot_be_read_are_named_and_the_others_are_read() -> None:
    torn = lines(enclosure(A)) + lines(enclosure(B))[:-40]
    result = take(b"", b"\xff\xfe\x00", b"no json", b"[" * 100_000, b'{"a": NaN}', torn)
    assert [(item.file, item.line) for item in result.unreadable] == [
        ("f0", 0),
        ("f1", 0),
        ("f2", 0),
        ("f3", 0),
        ("f4", 0),
        ("f5", 2),
    ]
    assert result.recognised == {"enclosure": 1}


def test_the_same_files_give_the_same_lines() -> None:
    files = ([enclosure(A), appliance(A), appliance(B)], lines(alert("CIManagerFault")))
    first, second = take(*files), take(*files)
    assert list(map(encode, first.events)) == list(map(encode, second.events))
    again = take(*files, remembered=first.remembered)
    assert again.remembered.said == first.remembered.said


def test_a_folder_is_read_in_order_with_its_subfolders_and_packed_files(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x.json").write_bytes(b"{}")
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b"[]"))
    (tmp_path / "notes.md").write_text("nothing")
    (tmp_path / "empty").mkdir()
    unreadable: list[Rejected] = []
    files = list(read_files([tmp_path], unreadable))
    assert [(Path(name).name, content) for name, content in files] == [
        ("a.jsonl.gz", b"[]"),
        ("x.json", b"{}"),
    ]
    assert unreadable == []
    assert list(read_files([tmp_path / "absent", tmp_path / "empty"], unreadable)) == []
    assert ["does not exist" in str(item) for item in unreadable] == [True, False]


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
WRONG = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=3), SCALARS)


@given(data=st.data())
def test_members_of_any_type_raise_nothing_and_stay_within_the_catalogue(
    data: st.DataObject,
) -> None:
    bodies = [
        appliance(A),
        appliance(B),
        enclosure(A),
        alert("CIManagerFault"),
        on_appliance(B, description="One storage node is not available."),
        update_task(taskState="Error", modified=at(9)),
    ]
    for body in bodies:
        for name in data.draw(st.lists(st.sampled_from(sorted(body)), max_size=4)):
            body[name] = data.draw(WRONG)
            if data.draw(st.booleans()):
                del body[name]
    content = json.dumps(bodies).encode(errors="surrogatepass")
    result = take(content)
    for event in result.events:
        encode(event)


@given(content=st.binary(max_size=60))
def test_any_bytes_are_read_or_named(content: bytes) -> None:
    result = take(content)
    assert (
        result.unreadable or sum(result.silent.values()) or result.recognised or not result.events
    )
