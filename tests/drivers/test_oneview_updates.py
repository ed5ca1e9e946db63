"""Updates of pairs: before and after in one event each, bound to serial numbers. Synthetic."""

from __future__ import annotations

from typing import Any

import pytest
from oneview_bodies import (
    NEW,
    NEW_STORAGE,
    OLD,
    OLD_STORAGE,
    SITE_SUBJECT,
    A,
    B,
    Json,
    Site,
    alert,
    appliance,
    at,
    on_appliance,
    task,
    update_task,
)

from drivers.oneview.memory import recall

PAIR = "pair/LE-rack-a"
UPDATED = {"imageStreamerVersion": NEW, "vsaVersion": NEW_STORAGE}
FAILED = [{"message": "The standby appliance could not be updated.", "details": ""}]


def ended(state: str = "Error", seconds: float = 1800, **changes: Any) -> Json:
    changes = {"percentComplete": 100, "computedPercentComplete": 100} | changes
    return update_task(created=at(20), modified=at(seconds), taskState=state, **changes)


def started() -> Site:
    return Site().poll().poll(update_task(created=at(20)), seconds=30)


def finish(site: Site, members: dict[str, Json], **changes: Any) -> Site:
    """The end, and two readings after it that agree."""
    task = ended(**changes)
    return (
        site.poll(task, seconds=1815, members=members)
        .poll(task, seconds=1830, members=members)
        .poll(task, seconds=1890, members=members)
    )


@pytest.mark.law(18)
def test_the_start_tells_everything_before_in_one_event() -> None:
    site = started()
    assert site.said(PAIR)[0] == {
        "update.id": "/rest/tasks/t1",
        "update.started_at": at(20),
        "update.target_version": None,
        "update.first.serial": A,
        "update.second.serial": B,
        "update.first.before": OLD,
        "update.second.before": OLD,
        "update.storage.before": OLD_STORAGE,
        "update.result": "running",
        "update.ended_at": None,
        "update.error_text": None,
        "update.state_reason": None,
        "update.interrupted_by_oneview": False,
    }
    assert site.pair("update.percent") == 12


@pytest.mark.law(18)
def test_the_end_is_settled_by_two_equal_readings_and_told_in_one_event() -> None:
    site = started().poll(ended(taskErrors=FAILED), seconds=1815, members={A: UPDATED})
    assert site.said(PAIR)[0] == {
        "update.result": "error",
        "update.ended_at": at(1800),
        "update.error_text": "The standby appliance could not be updated.",
        "update.state_reason": None,
    }
    assert site.pair("update.percent") is None
    # While it still changes nothing is told.
    site.poll(ended(), seconds=1830, members={A: UPDATED | {"vsaVersion": OLD_STORAGE}})
    site.poll(ended(), seconds=1845, members={A: UPDATED})
    assert site.pair("update.after_id") is None
    site.poll(ended(), seconds=1860, members={A: UPDATED})
    assert site.pair("update.after_id") is None, "the readings lie less than a minute apart"
    site.poll(ended(), seconds=1905, members={A: UPDATED})
    assert site.said(PAIR)[0] == {
        "update.after_id": "/rest/tasks/t1",
        "update.first.after": NEW,
        "update.second.after": OLD,
        "update.storage.after": NEW_STORAGE,
        "update.storage.members_match": False,
        "update.validation_error": False,
        "update.validation_cause": None,
        "update.error_names_storage": False,
        "update.interrupted_by_oneview": None,
    }


@pytest.mark.law(18)
def test_roles_that_swap_move_nothing() -> None:
    swapped: dict[str, Json] = {A: {"isActive": False}, B: UPDATED | {"isActive": True}}
    site = finish(started(), swapped)
    assert site.pair("update.first.serial") == A
    assert (site.pair("update.first.after"), site.pair("update.second.after")) == (OLD, NEW)
    assert site.pair("update.storage.after") == OLD_STORAGE
    assert site.pair("pair.active_serial") == B


@pytest.mark.law(18)
def test_a_member_that_cannot_be_read_leaves_the_end_undecided() -> None:
    site = finish(started(), {B: {"gone": 1}})
    assert site.pair("update.result") == "error"
    assert site.pair("update.after_id") is None
    # When it is back it is read twice, too.
    site.poll(ended(), seconds=2000).poll(ended(), seconds=2100)
    assert site.pair("update.after_id") == "/rest/tasks/t1"


@pytest.mark.law(18)
def test_what_settled_stays_when_versions_change_later() -> None:
    site = finish(started(), {A: UPDATED})
    site.poll(ended(), seconds=9000, members={A: UPDATED, B: UPDATED})
    assert site.pair("update.second.after") == OLD
    assert site.pair("update.id") == "/rest/tasks/t1", "a repaired standby is no update"


def test_an_update_that_was_running_when_the_watch_began_has_no_before() -> None:
    site = Site().poll(update_task(created=at(-600)))
    assert site.pair("update.id") == "/rest/tasks/t1"
    assert site.pair("update.first.before") is None
    assert site.pair("update.result") == "running"


@pytest.mark.law(18)
@pytest.mark.parametrize("state", ["Completed", "Error"])
def test_an_update_that_had_ended_when_the_watch_began_settles_without_a_before(state: str) -> None:
    done = ended(state, -600)
    new: dict[str, Json] = {A: UPDATED, B: UPDATED | {"vsaVersion": OLD_STORAGE}}
    site = Site().poll(done, members=new)
    assert site.pair("update.after_id") is None
    again = Site(recall(site.journal, ["oneview/composer-1"]))
    again.poll(done, seconds=15, members=new).poll(done, seconds=75, members=new)
    assert again.pair("update.after_id") == "/rest/tasks/t1"
    assert (again.pair("update.first.after"), again.pair("update.second.after")) == (NEW, NEW)
    assert again.pair("update.storage.after") == NEW_STORAGE, "that of the active one"
    assert again.pair("update.first.before") is None
    assert again.pair("update.first.serial") is None, "who was active at its start nobody knows"


@pytest.mark.law(18)
def test_a_standby_that_was_away_when_the_update_started_is_the_other_one_after_it() -> None:
    site = Site().see(appliance(A), seconds=0).poll(update_task(created=at(20)), seconds=30)
    finish(site, {A: UPDATED})
    assert site.pair("update.first.serial") == A
    assert (site.pair("update.first.after"), site.pair("update.second.after")) == (NEW, OLD)


def test_clocks_need_not_agree_for_a_before() -> None:
    # The task's start lies before the last reading by OneView's clock, which is behind.
    site = Site().poll(seconds=100).poll(update_task(created=at(20)), seconds=115)
    assert site.pair("update.first.before") == OLD


def test_the_before_survives_a_restart_that_the_update_does_not_fall_into() -> None:
    site = Site().poll()
    again = Site(recall(site.journal, ["oneview/composer-1"]))
    again.poll(update_task(created=at(20)), seconds=300, members={A: UPDATED})
    assert again.pair("update.first.before") == OLD
    assert again.pair("update.storage.before") == OLD_STORAGE


@pytest.mark.law(18)
def test_a_restart_while_the_update_runs_changes_nothing() -> None:
    site = started()
    again = Site(recall(site.journal, ["oneview/composer-1"]))
    finish(again, {A: UPDATED}, taskErrors=FAILED)
    assert again.pair("update.first.before") == OLD
    assert again.pair("update.first.after") == NEW


@pytest.mark.parametrize("word", ["Unknown", "Cancelling", "Cancelled"])
def test_a_state_that_nobody_knows_is_passed_on_and_ends_once_it_stays_put(word: str) -> None:
    site = started()
    strange = update_task(created=at(20), taskState=word, modified=at(1800))
    site.poll(strange, seconds=1815)
    assert site.pair("update.result") == word.lower()
    site.poll(strange, seconds=1830)
    goes_on = strange | {"computedPercentComplete": 40}
    site.poll(goes_on, seconds=1890)
    assert site.pair("update.after_id") is None, "it goes on, whatever its state is called"
    site.poll(goes_on, seconds=1905)
    assert site.pair("update.after_id") is None
    site.poll(goes_on, seconds=1965)
    assert site.pair("update.after_id") == "/rest/tasks/t1"
    assert site.pair("update.second.after") == OLD
    assert site.pair("update.ended_at") is None


@pytest.mark.law(18)
def test_a_strange_state_that_was_taken_as_the_end_and_was_none() -> None:
    strange = update_task(created=at(20), taskState="Cancelling", modified=at(1800))
    site = started()
    for seconds in (1815, 1830, 1890):
        site.poll(strange, seconds=seconds)
    assert site.pair("update.after_id") == "/rest/tasks/t1"
    following = update_task(uri="/rest/tasks/t2", created=at(1900))
    assert Site(site.remembered).poll(strange, following, seconds=1905).pair("update.id") == (
        "/rest/tasks/t2"
    )
    site.poll(ended("Terminated", 2000), seconds=2015)
    assert site.said(PAIR)[0]["update.after_id"] is None
    for seconds in (2030, 2090):
        site.poll(ended("Terminated", 2000), seconds=seconds, members={A: UPDATED})
    assert site.pair("update.result") == "terminated"
    assert site.pair("update.after_id") == "/rest/tasks/t1"
    assert site.pair("update.first.after") == NEW


def test_hundred_percent_is_no_success() -> None:
    site = started().poll(update_task(created=at(20), computedPercentComplete=100), seconds=60)
    assert site.pair("update.result") == "running"
    assert site.pair("update.ended_at") is None
    assert site.pair("update.percent") == 100


@pytest.mark.parametrize(
    ("changes", "refused", "cause"),
    [
        (
            {"stateReason": "ValidationError", "taskStatus": "The file is corrupted."},
            True,
            "corrupt-file",
        ),
        (
            {"seconds": 31, "taskStatus": "Installed version is the same or later version."},
            True,
            "not-newer",
        ),
        (
            {"seconds": 31, "taskStatus": "It cannot be used."},
            True,
            "unclear",
        ),
        ({"seconds": 31, "taskStatus": "The path is not supported."}, True, "unsupported-path"),
        ({"seconds": 31, "taskStatus": "Storage update failed: a node is lost."}, False, None),
        (
            {"stateReason": "ValidationError", "taskStatus": "The storage path is not supported."},
            True,
            "unsupported-path",
        ),
        ({"taskStatus": "The appliance did not start."}, False, None),
        ({"state": "Warning", "stateReason": "ValidationError"}, False, None),
    ],
)
def test_a_refusal_is_told_from_a_failure(changes: Json, refused: bool, cause: str | None) -> None:
    site = finish(started(), {}, **changes)
    assert site.pair("update.validation_error") is refused
    assert site.pair("update.validation_cause") == cause


def step(text: str) -> Json:
    return {"progressUpdates": [{"statusUpdate": text}]}


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"seconds": 31} | step("Validating the update file"), True),
        ({"seconds": 31} | step("Installing on the active appliance"), False),
        ({"seconds": 31, "stateReason": "ValidationError"} | step("Installing"), True),
        ({"seconds": 51}, False),
    ],
)
def test_an_error_at_once_is_no_refusal_once_work_was_begun(changes: Json, refused: bool) -> None:
    site = finish(started(), {}, **changes)
    assert site.pair("update.validation_error") is refused


@pytest.mark.parametrize(("speed", "refused"), [(1, True), (10, False)])
def test_what_is_at_once_shrinks_with_the_time_that_versions_take_to_settle(
    speed: int, refused: bool
) -> None:
    site = started()
    site.settle /= speed
    finish(site, {}, seconds=31)
    assert site.pair("update.validation_error") is refused


def test_a_target_that_is_no_newer_names_the_cause() -> None:
    site = Site().poll()
    running = update_task(created=at(20), name=f"Update Image Streamer to {OLD}")
    site.poll(running, seconds=30)
    assert site.pair("update.target_version") == OLD
    finish(site, {}, stateReason="ValidationError")
    assert site.pair("update.validation_cause") == "not-newer"


def test_the_storage_is_named_by_the_task_or_by_an_alert_that_rose_meanwhile() -> None:
    named = finish(started(), {}, taskStatus="The storage software could not be installed.")
    assert named.pair("update.error_names_storage") is True
    text = "A storage node in the cluster is not available."
    earlier = on_appliance(B, description=text, created=at(-60))
    site = Site().poll(earlier).poll(update_task(created=at(20)), earlier, seconds=30)
    finish(site, {})
    assert site.pair("update.error_names_storage") is False, "the alert is older than the update"
    site = started().poll(
        update_task(created=at(20)), on_appliance(B, description=text, created=at(600)), seconds=615
    )
    finish(site, {})
    assert site.pair("update.error_names_storage") is True


def test_the_frame_link_modules_failed_update_leaves_the_update_running() -> None:
    running = update_task(created=at(20))
    site = started().poll(running, alert("hpris.em.1.2.StandbyUpdateFailed"), seconds=60)
    assert site.pair("update.result") == "running"


def test_an_update_that_oneview_went_down_under() -> None:
    site = started()
    site.see({"activeStartTime": at(900), "activeUptime": {}}, seconds=1000)
    finish(site, {})
    assert site.pair("update.interrupted_by_oneview") is True
    assert finish(started(), {}, state="Interrupted").pair("update.interrupted_by_oneview") is True


@pytest.mark.law(18)
def test_the_next_update_replaces_the_last_one_whole() -> None:
    site = finish(started(), {})
    second = update_task(uri="/rest/tasks/t2", created=at(7200))
    site.poll(ended(), second, seconds=7215)
    told = site.said(PAIR)[0]
    assert told["update.id"] == "/rest/tasks/t2"
    assert told["update.first.before"] == OLD
    assert told["update.ended_at"] is None
    assert site.pair("update.after_id") == "/rest/tasks/t1", "what is after is of the last one"


STORAGE_FAILED = "Storage update failed: a storage node could not be upgraded."


@pytest.mark.law(18)
def test_an_update_that_another_one_begins_over_is_told_with_its_words() -> None:
    failed = ended(taskStatus=STORAGE_FAILED)
    second = update_task(uri="/rest/tasks/t2", created=at(1820))
    site = started().poll(failed, seconds=1815).poll(failed, second, seconds=1830)
    told = site.said(PAIR)[0]
    assert told["update.id"] == "/rest/tasks/t2"
    assert told["update.overtaken_id"] == "/rest/tasks/t1"
    assert told["update.overtaken_result"] == "error"
    assert told["update.overtaken_error_text"] == STORAGE_FAILED
    assert told["update.overtaken_names_storage"] is True


@pytest.mark.law(18)
def test_an_update_whose_end_nobody_saw_is_told_as_its_task_or_the_watch_last_knew_it() -> None:
    second = update_task(uri="/rest/tasks/t2", created=at(1820))
    site = started().poll(ended(), second, seconds=1830)
    assert site.pair("update.overtaken_result") == "error"
    assert site.pair("update.overtaken_names_storage") is False
    site = started().poll(second, seconds=1830)
    assert site.pair("update.overtaken_id") == "/rest/tasks/t1"
    assert site.pair("update.overtaken_result") == "running"


@pytest.mark.law(18)
def test_an_alert_names_the_storage_of_an_update_that_another_one_begins_over() -> None:
    text = "A storage node in the cluster is not available."
    risen = on_appliance(B, description=text, created=at(600))
    second = update_task(uri="/rest/tasks/t2", created=at(1820))
    site = started().poll(ended(), risen, seconds=1815).poll(ended(), second, seconds=1830)
    assert site.pair("update.overtaken_names_storage") is True, "it had cleared by then"


@pytest.mark.law(18)
def test_an_update_that_failed_between_two_readings_is_not_passed_over() -> None:
    site = finish(started(), {})
    failed = update_task(
        uri="/rest/tasks/t2",
        created=at(7200),
        modified=at(7230),
        taskState="Error",
        taskStatus=STORAGE_FAILED,
    )
    third = update_task(uri="/rest/tasks/t3", created=at(7240))
    site.poll(ended(), failed, third, seconds=7260)
    assert site.pair("update.id") == "/rest/tasks/t3"
    assert site.pair("update.overtaken_id") == "/rest/tasks/t2"
    assert site.pair("update.overtaken_names_storage") is True


@pytest.mark.law(18)
def test_an_update_that_has_settled_is_not_overtaken() -> None:
    site = finish(started(), {})
    site.poll(ended(), update_task(uri="/rest/tasks/t2", created=at(7200)), seconds=7215)
    assert site.pair("update.id") == "/rest/tasks/t2"
    assert site.pair("update.overtaken_id") is None


def test_parts_of_an_update_are_no_updates() -> None:
    part = update_task(uri="/rest/tasks/t2", created=at(40))
    child = update_task(uri="/rest/tasks/t3", created=at(50), parentTaskUri="/rest/tasks/t1")
    site = started().poll(update_task(created=at(20)), part, child, seconds=60)
    assert site.pair("update.id") == "/rest/tasks/t1"


def test_versions_that_changed_without_a_task_are_an_update_that_nobody_saw() -> None:
    site = Site().poll().poll(seconds=600, members={A: UPDATED})
    assert site.pair("update.result") == "not-seen"
    assert site.pair("update.first.before") == OLD
    assert site.pair("update.ended_at") is None
    site.poll(seconds=615, members={A: UPDATED}).poll(seconds=700, members={A: UPDATED})
    assert site.pair("update.after_id") == site.pair("update.id")
    assert (site.pair("update.first.after"), site.pair("update.second.after")) == (NEW, OLD)
    # Its task, when it comes to light, keeps what stood before the change.
    site.poll(update_task(created=at(20)), seconds=900, members={A: UPDATED})
    assert site.pair("update.id") == "/rest/tasks/t1"
    assert site.pair("update.first.before") == OLD


SWAPPED: dict[str, Json] = {A: {"isActive": False}, B: {"isActive": True}}


def test_an_update_that_nobody_saw_is_noticed_although_the_roles_swapped() -> None:
    # The active one was away while it was updated, and is the standby when it is back.
    site = Site().poll().poll(seconds=600, members={A: {"gone": 1}, B: SWAPPED[B]})
    assert site.pair("pair.active_serial") == B
    assert site.pair("update.id") is None
    site.poll(seconds=1200, members={A: UPDATED | SWAPPED[A], B: SWAPPED[B]})
    assert site.pair("update.result") == "not-seen"
    assert site.pair("update.first.serial") == B
    assert (site.pair("update.first.before"), site.pair("update.second.before")) == (OLD, OLD)


def test_a_standby_that_changes_alone_is_an_update_that_nobody_saw_unless_it_catches_up() -> None:
    site = Site().poll().poll(seconds=600, members={B: UPDATED})
    assert site.pair("update.result") == "not-seen"
    repaired = Site().poll(members={A: UPDATED}).poll(seconds=9, members={A: UPDATED, B: UPDATED})
    assert repaired.pair("update.id") is None


def test_an_update_that_nobody_saw_is_noticed_after_a_restart() -> None:
    site = Site().poll().poll(seconds=60, members={A: {"gone": 1}, B: SWAPPED[B]})
    again = Site(recall(site.journal, ["oneview/composer-1"]))
    again.poll(seconds=1200, members={A: UPDATED | SWAPPED[A], B: SWAPPED[B]})
    assert again.pair("update.result") == "not-seen"


def test_a_module_that_moved_to_another_pair_is_no_update_of_it() -> None:
    site = Site().see(appliance(A, leName="LE-old", leUri="/rest/logical-enclosures/old"))
    site.poll(seconds=60, members={A: UPDATED, B: UPDATED})
    assert site.pair("update.id") is None


def test_old_tasks_are_no_news_on_the_first_day() -> None:
    month, day = 30 * 86_400, 86_400
    done = ended("Completed", -day)
    assert Site().poll(done).pair("update.id") is None
    assert Site().poll(ended("Error", -month)).pair("update.id") is None
    assert Site().poll(ended("Error", -day)).pair("update.result") == "error"


def test_the_composers_update_and_artifacts_tasks_are_none_of_a_pairs() -> None:
    composer = task("Update appliance", "/rest/appliance/ha-nodes/1", "ha_node")
    plan = task("Update", "/rest/deployment-plans/1", "oe-deployment-plan", uri="/rest/tasks/t2")
    assert Site().poll().poll(composer, plan, seconds=15).events == []


def test_an_update_seen_on_the_image_streamer_is_its_pairs() -> None:
    site = Site().poll()
    activity = task("Update appliance", "/rest/appliance/1", "appliance", created=at(20))
    site.see(activity, seconds=30, pair="LE-rack-a")
    assert site.pair("update.result") == "running"
    assert [event.source for event in site.events] == ["oneview/composer-1"] * len(site.events)


def test_a_task_that_both_show_has_ended_once_either_says_so() -> None:
    site = started()
    site.see(update_task(created=at(20)), seconds=1800, pair="LE-rack-a")
    site.poll(ended(), seconds=1815).poll(ended(), seconds=1830)
    assert site.pair("update.result") == "error"
    site.see(update_task(created=at(20)), seconds=1845, pair="LE-rack-a")
    assert site.events == []


def test_a_task_that_could_be_any_pairs_is_given_to_none() -> None:
    site = Site().poll().poll(task("Update Image Streamer", "", ""), seconds=15)
    assert site.pair("update.id") is None
    assert site.facts(SITE_SUBJECT).get("primary.change_id") is None
