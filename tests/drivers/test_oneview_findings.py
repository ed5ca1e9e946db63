"""From synthetic bodies to findings: facts raise what the shipped rules mean by them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from oneview_bodies import (
    NEW,
    NEW_STORAGE,
    START,
    A,
    B,
    Site,
    at,
    on_appliance,
    rule_base,
    update_task,
)

from drivers.oneview.importing import import_bodies
from rules.engine import Watch
from rules.vocabulary import Event


@pytest.fixture
def watch() -> Iterator[Watch]:
    engine = Watch(rule_base())
    yield engine
    engine.close()


def raised(watch: Watch, events: list[Event]) -> set[tuple[str, str]]:
    """The cases that these events raised, with what they were raised on."""
    found = set()
    for event in events:
        for change in watch.apply(event):
            if change.kind == "raised" and change.finding is not None:
                subject = change.finding.subject
                found |= {(case, subject) for case in change.finding.rule.cases}
    return found


def test_a_locked_backup_alert_from_a_file_raises_its_finding(watch: Watch) -> None:
    # Synthetic: rebuilt from what is known of a recorded one.
    body = {
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
    files = [("locked.json", json.dumps(body).encode())]
    result = import_bodies(files, source="oneview/c", deployment="site", time=START)
    assert raised(watch, result.events) == {("B6", "deployment/site")}


def test_a_standby_that_failed_to_update_is_told_as_such_and_as_nothing_else(watch: Watch) -> None:
    site = Site().poll().poll(update_task(created=at(20)), seconds=30)
    done = update_task(created=at(20), modified=at(1800), taskState="Error")
    new = {A: {"imageStreamerVersion": NEW, "vsaVersion": NEW_STORAGE}, B: {"status": "Critical"}}
    for seconds in (1815, 1830, 1890):
        site.poll(done, seconds=seconds, members=new)
    found = raised(watch, site.journal)
    updates = {case for case, subject in found if subject == "pair/LE-rack-a" and case[0] == "U"}
    assert "U6" in updates
    assert updates.isdisjoint({"U1", "U2", "U3", "U4", "U5"})
    assert watch.permission("update", "pair/LE-rack-a").answer == "no go"


def test_an_update_that_ends_in_a_word_that_nobody_knows_is_judged(watch: Watch) -> None:
    site = Site().poll().poll(update_task(created=at(20)), seconds=30)
    done = update_task(created=at(20), modified=at(1800), taskState="Cancelling")
    for seconds in (1815, 1830, 1890):
        site.poll(done, seconds=seconds)
    found = raised(watch, site.journal)
    assert ("U-unclassified", "pair/LE-rack-a") in found
    assert watch.permission("update", "pair/LE-rack-a").answer == "no go"


def test_an_alert_that_nobody_knows_raises_a_finding_with_its_words(watch: Watch) -> None:
    site = Site().poll().poll(on_appliance(B, description="A new thing."), seconds=15)
    assert ("unrecognised", f"appliance/{B}") in raised(watch, site.journal)
    assert any("A new thing." in finding.impact for finding in watch.findings())


def test_a_pair_in_full_health_raises_nothing(watch: Watch) -> None:
    site = Site().poll()
    for seconds in range(15, 120, 15):
        site.poll(seconds=seconds)
    assert raised(watch, site.journal) == set()
    assert list(watch.advance(START + timedelta(minutes=2))) == []
