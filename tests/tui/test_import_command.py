from __future__ import annotations

import json
from pathlib import Path

import pytest
from ship import Ended, Ship

from drivers.journal import Faults, Journal, read_events

# Synthetic: rebuilt from what is known of a recorded one.
LOCKED = {
    "type": "AlertResourceV3",
    "alertTypeID": "Backup",
    "description": "The backup has not been...",
    "severity": "Warning",
    "alertState": "Locked",
    "healthCategory": "backups",
    "lifeCycle": False,
    "resourceUri": "/rest/backups",
    "physicalResourceType": "backups",
}
SILENT = {"type": "TaskResourceV2", "name": "Add rack", "uri": "/rest/tasks/1"}
TIME = "2026-03-01T01:00:00Z"


def imported(ship: Ship, *words: str | Path) -> Ended:
    return ship.run("import", "oneview", "--time", TIME, *words)


@pytest.fixture
def bodies(ship: Ship) -> Path:
    folder = ship.folder / "bodies"
    folder.mkdir()
    (folder / "alert.json").write_text(json.dumps(LOCKED))
    (folder / "task.json").write_text(json.dumps(SILENT))
    return folder


def test_bodies_become_lines_and_are_counted_by_kind(ship: Ship, bodies: Path) -> None:
    ended = imported(ship, bodies, "--source", "composer-1", "--deployment", "site")
    event = ended.objects[0]
    assert (event["source"], event["subject"]) == ("oneview/composer-1", "deployment/site")
    assert event["time"] == "2026-03-01T01:00:00.000Z"
    assert ended.err == (
        "1 event from 1 body: 1 alert\nabout Image Streamer nothing was said by 1 body: 1 task\n"
    )
    assert ended.code == 0


def test_a_file_that_is_not_there_is_named_once(ship: Ship) -> None:
    ended = imported(ship, "nowhere.json")
    assert ended.err.endswith("refused:\n  nowhere.json does not exist\n")
    assert ended.code == 2


def test_what_was_imported_is_replayed(ship: Ship, bodies: Path) -> None:
    assert imported(ship, bodies, "-o", "journal", "--deployment", "site").out == ""
    ended = ship.run("replay", "journal", "--headless")
    assert "RAISED deployment/site" in ended.out
    assert ended.code == 0


def test_a_journal_is_appended_to_and_its_time_does_not_go_back(ship: Ship, bodies: Path) -> None:
    imported(ship, bodies, "-o", "journal", "--source", "oneview/later")
    again = ship.run(
        *["import", "oneview", str(bodies), "-o", "journal", "--time", "2026-02-01T00:00:00Z"]
    )
    assert "1 event at the time of the journal's last, before which they happened" in again.err
    events = [event for event, _ in read_events("journal", faults=Faults())]
    assert [event.source for event in events] == ["oneview/later", "oneview/imported"]
    assert events[0].time == events[1].time


def test_what_the_journal_has_heard_already_is_not_told_again(ship: Ship, bodies: Path) -> None:
    imported(ship, bodies, "-o", "journal")
    again = imported(ship, bodies, "-o", "journal")
    assert again.err.startswith("0 events from 1 body")


def test_what_cannot_be_read_is_named_and_the_rest_is_imported(ship: Ship, bodies: Path) -> None:
    (bodies / "bad\x1b.json").write_bytes(b"{")
    ended = imported(ship, bodies, "nowhere")
    assert len(ended.objects) == 1
    assert "2 records or files refused:\n" in ended.err
    assert "nowhere does not exist" in ended.err
    assert all(line.isprintable() for line in ended.err.splitlines())
    assert ended.code == 1


def test_an_import_of_nothing_readable_is_unusable(ship: Ship) -> None:
    ended = imported(ship, "nowhere")
    assert ended.code == 2
    assert ended.out == ""


def test_a_journal_that_cannot_be_written_is_one_line(ship: Ship, bodies: Path) -> None:
    ended = imported(ship, bodies, "-o", ship.folder)
    assert ended.code == 2
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        *[["--time", "soon"], ["--time", "9999-12-31T23:59:59Z"], ["--source", "a/b"]],
        *[["--deployment", ""], ["--deployment", "a\nb"]],
    ],
)
def test_wrong_options_are_one_line(words: list[str], ship: Ship, bodies: Path) -> None:
    ended = ship.run("import", "oneview", bodies, *words)
    assert ended.code == 2
    assert len(ended.err.splitlines()) == 1


def test_a_journal_in_use_is_waited_for_and_not_overwritten(ship: Ship, bodies: Path) -> None:
    first = Journal(ship.folder / "journal")
    with first.recording():
        assert imported(ship, bodies, "-o", "journal").code == 0
    assert (ship.folder / "journal").read_bytes().count(b"\n") == 1
