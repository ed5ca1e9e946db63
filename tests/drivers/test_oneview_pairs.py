"""Pairs and their clusters, primaries and Composers, as readings follow each other. Synthetic."""

from __future__ import annotations

import pytest
from oneview_bodies import (
    LISTS,
    NEW,
    SITE_SUBJECT,
    A,
    B,
    C,
    D,
    Json,
    Site,
    appliance,
    at,
    enclosure,
    on_appliance,
    server,
    task,
)

from drivers.oneview.bodies import Body, Kind
from drivers.oneview.memory import recall

GONE = {"gone": 1}
OFF: Json = {"poweredOn": False}


def test_a_failover_keeps_the_lost_members_role_and_tells_when_it_happened() -> None:
    site = Site().poll()
    lost = {"status": "Critical", "isActive": False}
    site.poll(seconds=60, members={A: lost, B: {"isActive": True}})
    assert site.pair("pair.lost") == "active"
    assert site.pair("cluster.management") == "degraded"
    assert site.pair("pair.active_serial") == B
    assert site.pair("pair.standby_serial") == A
    assert site.pair("pair.active_changed_at") == at(60)
    assert site.pair("pair.versions_match") is True


def test_a_storage_node_goes_with_the_member_that_is_lost_while_the_storage_was_whole() -> None:
    def fails(site: Site, seconds: float, status: str) -> None:
        lost = {"status": "Critical", "isActive": False, "clusterStatus": status}
        site.poll(
            seconds=seconds, members={A: lost, B: {"isActive": True, "clusterStatus": status}}
        )

    site = Site().poll()
    assert site.pair("pair.storage_lost_with_member") is None
    fails(site, 15, "Warning")
    assert site.pair("pair.storage_lost_with_member") is True
    fails(site, 30, "Warning")
    assert site.pair("pair.storage_lost_with_member") is True
    # The storage is whole although the member is not back: what it loses next is another matter.
    fails(site, 45, "OK")
    assert site.pair("pair.storage_lost_with_member") is False
    fails(site, 60, "Warning")
    assert site.pair("pair.storage_lost_with_member") is False
    site.poll(seconds=75)
    fails(site, 90, "Warning")
    assert site.pair("pair.storage_lost_with_member") is True
    site.poll(seconds=105)
    assert site.pair("pair.storage_lost_with_member") is False
    ill = {"clusterStatus": "Warning"}
    site.poll(seconds=120, members={A: ill, B: ill})
    fails(site, 135, "Warning")
    assert site.pair("pair.storage_lost_with_member") is False


def test_a_standby_that_is_not_listed_any_more_is_lost_and_stays_a_member() -> None:
    site = Site().poll()
    for seconds in (15, 30):
        site.poll(seconds=seconds, members={B: GONE}, bays={B: OFF})
        # What one reading alone leaves out is not lost yet, and not there for certain either.
        confirmed = seconds == 30
        assert site.pair("pair.lost") == ("standby" if confirmed else None)
        assert site.pair("pair.members") == (1 if confirmed else None)
        assert site.pair("cluster.management") == ("degraded" if confirmed else None)
        assert site.pair("pair.standby_serial") == B
        assert site.pair("pair.versions_match") is None
        assert site.module(B, "appliance.pair") == "LE-rack-a"
        assert site.module(B, "appliance.version") is None


def test_what_is_left_out_once_and_listed_again_was_never_lost() -> None:
    site = Site().poll()
    for seconds in range(15, 150, 30):
        site.poll(seconds=seconds, members={A: GONE, B: GONE}, bays={A: OFF, B: OFF})
        assert site.pair("pair.lost") is None
        assert site.pair("cluster.storage") is None
        site.poll(seconds=seconds + 15)
        assert site.pair("pair.lost") == "none"
        assert site.pair("pair.storage_lost_with_member") is None


def test_a_list_that_leaves_out_what_its_bay_says_is_there_is_not_believed() -> None:
    site = Site().poll()
    for number in range(1, 20):
        site.poll(seconds=15 * number, members={A: GONE, B: GONE})
        for fact in ("pair.lost", "pair.members", "cluster.management", "cluster.storage"):
            assert site.pair(fact) is None
        assert site.site("deployment.pairs") == 1
        assert site.module(A, "appliance.replaced") is not True
        assert site.module(A, "claim.in_pair") is None
        assert site.site("claim.waiting") is None
        assert site.remembered.doubted == {A, B}
    site.poll(seconds=400, members={A: GONE, B: GONE}, bays={A: OFF, B: {"status": "Critical"}})
    assert site.pair("pair.lost") == "both"
    assert not site.remembered.doubted


def test_a_pair_that_answers_is_not_lost_with_its_list() -> None:
    site = Site().poll()
    ill: dict[str, Json] = {A: OFF, B: OFF}
    for seconds in (15, 30, 45):
        answer = Body(Kind.HA_NODE, node(1, "Active", modelNumber="Image Streamer"), "LE-rack-a")
        site.poll(seconds=seconds, members={A: GONE, B: GONE}, bays=ill, answers=(answer,))
        assert site.pair("pair.lost") is None
    site.poll(seconds=60, members={A: GONE, B: GONE}, bays=ill)
    assert site.pair("pair.lost") == "both"


def test_a_partner_that_is_left_out_is_gone_once_anything_else_says_so() -> None:
    alarm = on_appliance(A, description="The appliances are not highly available.")
    alone: dict[str, Json] = {A: {"peerApplianceUri": None}, B: GONE}
    quiet: dict[str, Json] = {B: GONE}
    for members, bodies, lost in (
        (quiet, (), None),
        (quiet, (alarm,), "standby"),
        (alone, (), "standby"),
    ):
        site = Site().poll()
        for seconds in (15, 30, 45):
            site.poll(*bodies, seconds=seconds, members=members)
            assert site.pair("pair.lost") == (lost if seconds > 15 else None)
    # A bay without it needs no second reading: two that speak agree.
    absent = {"devicePresence": "Absent", "poweredOn": False, "serialNumber": "", "model": ""}
    site = Site().poll().poll(seconds=15, members={B: GONE}, bays={B: absent})
    assert site.pair("pair.lost") == "standby"


def test_a_storage_node_goes_with_a_member_that_the_list_leaves_out() -> None:
    site = Site().poll()
    members: dict[str, Json] = {A: {"clusterStatus": "Warning"}, B: GONE}
    site.poll(seconds=15, members=members, bays={B: OFF})
    assert site.pair("pair.storage_lost_with_member") is None
    site.poll(seconds=30, members=members, bays={B: OFF})
    assert site.pair("pair.storage_lost_with_member") is True


def test_a_module_that_left_its_bay_is_lost_although_it_is_still_listed() -> None:
    site = Site().poll()
    frame = enclosure(B, model="", devicePresence="Absent", poweredOn=False, status="")
    frame["applianceBays"][1]["serialNumber"] = ""
    site.see(frame, seconds=15)
    assert site.module(B, "appliance.present") is False
    assert site.pair("pair.lost") == "standby"


def test_both_lost_and_the_pair_is_not_forgotten() -> None:
    site = Site().poll()
    for seconds in (15, 30):
        site.poll(seconds=seconds, members={A: GONE, B: GONE}, bays={A: OFF, B: OFF})
    assert site.pair("pair.lost") == "both"
    assert site.pair("cluster.management") == "failed"
    assert site.pair("cluster.storage") == "failed"
    assert site.site("deployment.pairs") == 1


def test_appliances_that_are_listed_without_a_pair_dissolve_it() -> None:
    free = dict.fromkeys(("leName", "leUri", "clusterUri", "peerApplianceUri", "clusterName"))
    site = Site().poll().poll(seconds=15, members={A: free, B: free})
    assert site.pair("pair.lost") is None
    assert site.pair("pair.members") is None
    assert site.module(A, "appliance.pair") is None
    assert site.module(A, "claim.in_pair") is False


def test_a_lone_appliance_lost_nobody_and_one_with_an_unlisted_peer_did() -> None:
    site = Site().see(appliance(A, peerApplianceUri=None), whole=(Kind.APPLIANCE,))
    assert (site.pair("pair.members"), site.pair("pair.lost")) == (1, "none")
    other = Site().see(appliance(A), whole=(Kind.APPLIANCE,))
    assert (other.pair("pair.members"), other.pair("pair.lost")) == (1, None)
    other.see(appliance(A), seconds=15, whole=(Kind.APPLIANCE,))
    assert (other.pair("pair.members"), other.pair("pair.lost")) == (1, "standby")


def test_a_replaced_module_takes_the_lost_ones_place() -> None:
    site = Site().poll().poll(seconds=15, members={B: GONE})
    new = appliance("CN7517040X", leUri="/rest/logical-enclosures/a", leName="LE-rack-a")
    site.see(appliance(A), new | {"isActive": False}, seconds=30, whole=(Kind.APPLIANCE,))
    assert site.pair("pair.lost") == "none"
    assert site.pair("pair.standby_serial") == "CN7517040X"
    assert site.module(B, "appliance.pair") is None


def test_a_health_that_nobody_told_is_not_taken_for_good() -> None:
    site = Site().see(appliance(A, status=None), appliance(B), whole=(Kind.APPLIANCE,))
    assert site.pair("pair.lost") is None
    assert site.pair("cluster.management") is None


@pytest.mark.parametrize(
    ("status", "alone", "with_alert"),
    [("OK", "healthy", "degraded"), ("Warning", None, "degraded")],
)
def test_two_members_with_an_alert_are_no_healthy_cluster(
    status: str, alone: str | None, with_alert: str
) -> None:
    members = {B: {"status": status}}
    site = Site().poll(members=members)
    assert site.pair("cluster.management") == alone
    text = "The appliances are not highly available."
    alarm = on_appliance(A, description=text)
    # The alerts alone were read again, as when their list is the one that changed.
    site.see(alarm, seconds=15, whole=(Kind.ALERT,))
    assert site.pair("cluster.management") == with_alert
    site.poll(alarm, seconds=30, members=members)
    assert site.pair("cluster.management") == with_alert
    serves_nothing: dict[str, Json] = {A: {"isActive": False}}
    site.poll(alarm, seconds=45, members=serves_nothing)
    assert site.pair("cluster.management") == "failed"
    site.poll(seconds=60, members=members)
    assert site.pair("cluster.management") == alone


@pytest.mark.parametrize(
    ("word", "health"),
    [("OK", "healthy"), ("Warning", "degraded"), ("Critical", "failed"), ("Unknown", None)],
)
def test_the_storage_clusters_health_in_oneviews_words(word: str, health: str | None) -> None:
    site = Site().poll(members={A: {"clusterStatus": word}, B: {"clusterStatus": word}})
    assert site.pair("cluster.storage") == health
    assert site.pair("cluster.reported") == word


def test_an_undocumented_word_is_healthy_only_once_all_else_was_so_for_an_hour() -> None:
    formed = {"clusterStatus": "FORMED"}
    both: dict[str, Json] = {A: formed, B: formed}
    ill: dict[str, Json] = {A: formed, B: formed | {"status": "Critical"}}
    site = Site().poll(members=ill)
    assert site.pair("cluster.storage") is None
    site.poll(seconds=15, members=both)
    site.poll(seconds=3600, members=both)
    assert site.pair("cluster.storage") is None
    # Whatever comes between, the hour begins again.
    site.poll(seconds=3610, members=ill)
    site.poll(seconds=3620, members=both)
    site.poll(seconds=7200, members=both)
    assert site.pair("cluster.storage") is None
    site.poll(seconds=7220, members=both)
    assert site.pair("cluster.storage") == "healthy"
    split = {"clusterStatus": "SPLIT"}
    site.poll(seconds=7235, members={A: split, B: split})
    assert site.pair("cluster.storage") == "degraded"
    assert site.pair("cluster.reported") == "SPLIT"
    other = {"clusterStatus": "JOINED"}
    for seconds in (7250, 20_000):
        site.poll(seconds=seconds, members={A: other, B: other})
        assert site.pair("cluster.storage") == "degraded"
    site.poll(seconds=20_015, members=both)
    assert site.pair("cluster.storage") == "healthy"


@pytest.mark.parametrize("word", ["Offline", "JOINED"])
def test_no_other_word_is_learned_where_oneviews_own_was_healthy(word: str) -> None:
    changed = {"clusterStatus": word}
    site = Site().poll()
    for seconds in (15, 4000, 90_000):
        site.poll(seconds=seconds, members={A: changed, B: changed})
        assert site.pair("cluster.storage") == "degraded"
        assert site.pair("cluster.reported") == word
    again = Site(recall(site.journal, ["oneview/composer-1"]))
    again.poll(seconds=90_015, members={A: changed, B: changed})
    assert again.pair("cluster.storage") == "degraded"
    site.poll(seconds=90_030)
    assert site.pair("cluster.storage") == "healthy"


@pytest.mark.parametrize("word", ["Offline", "NOT_FORMED", "Resyncing", "Disconnected", "Unknown"])
def test_a_word_of_trouble_is_never_learned_as_the_healthy_one(word: str) -> None:
    said = {"clusterStatus": word}
    site = Site()
    for seconds in (0, 4000, 90_000):
        site.poll(seconds=seconds, members={A: said, B: said})
        assert site.pair("cluster.storage") is None


def test_pairing_comes_from_what_bodies_name_and_from_nothing_else() -> None:
    bare = dict.fromkeys(("leName", "leUri", "clusterUri", "peerApplianceUri", "clusterName"))
    site = Site().see(appliance(A, **bare), appliance(B, **bare))
    assert not [event for event in site.events if event.subject.startswith("pair/")]
    peer = Site().see(
        appliance(A), appliance(B, **(bare | {"peerApplianceUri": appliance(A)["uri"]}))
    )
    assert peer.module(B, "appliance.pair") == "LE-rack-a"
    cluster = Site().see(
        appliance(A, **(bare | {"clusterUri": "/rest/deployment-clusters/a"})),
        {
            "uri": "/rest/logical-enclosures/a",
            "name": "LE-rack-a",
            "deploymentManagerSettings": {"deploymentClusterUri": "/rest/deployment-clusters/a"},
        },
    )
    assert cluster.module(A, "appliance.pair") == "LE-rack-a"


def test_a_word_that_nobody_knows_is_passed_on_as_it_is() -> None:
    site = Site().see(appliance(A, status="Purple"))
    assert site.module(A, "appliance.status") == "purple"


def test_only_what_is_new_is_told_and_ids_follow_from_the_content() -> None:
    site = Site().poll()
    first = [event.id for event in site.events]
    assert len(set(first)) == len(first)
    assert [event.id for event in Site().poll().events] == first
    site.poll(seconds=15)
    assert site.events == []
    site.poll(seconds=30, members={A: {"needUpgrade": True}})
    assert [event.data.facts for event in site.events] == [{"appliance.needs_upgrade": True}]


def test_a_snapshot_tells_everything_again_but_the_memory() -> None:
    site = Site().poll()
    site.poll(seconds=3600, snapshot=True)
    assert {event.type for event in site.events} == {"watchkeeper.facts.snapshot"}
    told = {name for event in site.events for name in event.data.facts}
    assert {"pair.lost", "appliance.pair", "cluster.storage"} <= told
    assert "claim.inserted_at" not in told
    pair = next(event for event in site.events if event.subject == "pair/LE-rack-a")
    assert {"pair", "cluster", "storage", "alert"} <= set(pair.data.families)
    # The deployment server was not read: nothing is unsaid about it.
    assert not any({"deployment", "primary"} & set(event.data.families) for event in site.events)


def test_the_memory_is_read_again_from_the_journal() -> None:
    site = Site().poll()
    for seconds in (15, 30):
        site.poll(seconds=seconds, members={B: GONE}, bays={B: OFF})
    again = Site(recall(site.journal, ["oneview/composer-1"]))
    assert again.remembered.said == site.remembered.said
    again.poll(seconds=45, members={B: GONE}, bays={B: OFF})
    assert again.events == []
    for seconds in (60, 75):
        again.poll(seconds=seconds, members={A: GONE}, bays={A: OFF})
    assert again.pair("pair.lost") == "active"


def both_racks(active: str = A) -> list[dict[str, object]]:
    primary = active in (A, B)
    return [
        *(appliance(serial, isPrimary=primary) for serial in (A, B)),
        *(appliance(serial, isPrimary=not primary) for serial in (C, D)),
    ]


WHOLE = (Kind.APPLIANCE, Kind.TASK, Kind.DEPLOYMENT_SERVER)


CHOOSES_C = {"primaryActiveAppliance": f"{LISTS}/{C.lower()}"}


def edit(**changes: object) -> dict[str, object]:
    return task("Update", "/rest/deployment-servers/1", "deployment-managers", **changes)


def test_a_change_of_the_primary_from_start_to_end() -> None:
    site = Site().see(*both_racks(), server(), whole=WHOLE)
    assert site.site("primary.pair") == "LE-rack-a"
    assert site.site("primary.usable_members") == 2
    assert site.site("primary.candidate_names") == "LE-rack-b"
    running = edit(created=at(20), data=CHOOSES_C)
    site.see(*both_racks(), server(), running, seconds=30, whole=WHOLE)
    assert site.said(SITE_SUBJECT)[0] == {
        "primary.change_id": "/rest/tasks/t1",
        "primary.change_started_at": at(20),
        "primary.change_from": "LE-rack-a",
        "primary.change_to": "LE-rack-b",
        "primary.change_result": "running",
        "primary.change_ended_at": None,
        "primary.change_error_text": None,
        "primary.change_selected": None,
    }
    done = running | {"modified": at(50), "taskState": "Completed"}
    site.see(*both_racks(C), server(C), done, seconds=60, whole=WHOLE)
    assert site.said(SITE_SUBJECT)[0] == {
        "primary.change_result": "completed",
        "primary.change_ended_at": at(50),
        "primary.change_error_text": None,
        "primary.change_selected": "LE-rack-b",
    }
    assert site.pair("pair.role") == "secondary"
    site.see(*both_racks(C), server(C), done, seconds=75, whole=WHOLE)
    assert site.events == []


@pytest.mark.parametrize("state", ["Running", "Completed", "Error"])
@pytest.mark.parametrize("data", [None, {"primaryActiveAppliance": f"{LISTS}/{A.lower()}"}])
def test_an_edit_of_the_deployment_server_that_chooses_nobody_changes_no_primary(
    state: str, data: object
) -> None:
    site = Site().see(*both_racks(), server(), whole=WHOLE)
    told = edit(created=at(20), modified=at(25), taskState=state, data=data)
    for seconds in (30, 45):
        site.see(*both_racks(), server(), told, seconds=seconds, whole=WHOLE)
        assert site.events == []
    # Nor is a change that comes to light long after it this task's.
    told = told | {"taskState": "Completed"}
    site.see(*both_racks(C), server(C), told, seconds=9000, whole=WHOLE)
    assert site.site("primary.change_result") == "not-seen"


def test_nothing_is_guessed_from_an_edit_alone() -> None:
    place = {"resourceUri": "/rest/deployment-servers/x"}
    body = {
        "category": "tasks",
        "name": "Update",
        "taskState": "Error",
        "associatedResource": place,
    }
    assert Site().see(body).events == []
    dated = body | {"created": at(-60), "modified": at(-50), "uri": "/rest/tasks/t9"}
    assert Site().see(dated, server(), *both_racks(), whole=WHOLE).site("primary.change_id") is None


def test_an_edit_that_does_not_say_what_it_chooses_is_told_by_what_it_changes() -> None:
    site = Site().see(*both_racks(), server(), whole=WHOLE)
    running = edit(created=at(20))
    site.see(*both_racks(), server(), running, seconds=30, whole=WHOLE)
    assert site.events == []
    site.see(*both_racks(C), server(C), running, seconds=45, whole=WHOLE)
    assert site.site("primary.change_id") == "/rest/tasks/t1"
    assert site.site("primary.change_from") == "LE-rack-a"
    assert site.site("primary.change_to") == "LE-rack-b"
    assert site.site("primary.change_result") == "running"


def test_a_change_that_was_read_before_its_task_is_the_tasks() -> None:
    site = Site().see(*both_racks(), server(), whole=WHOLE)
    site.see(*both_racks(C), server(C), seconds=30, whole=WHOLE)
    assert site.site("primary.change_result") == "not-seen"
    running = edit(created=at(25), data=CHOOSES_C)
    site.see(*both_racks(C), server(C), running, seconds=45, whole=WHOLE)
    assert site.site("primary.change_id") == "/rest/tasks/t1"
    assert site.site("primary.change_from") == "LE-rack-a"
    assert site.site("primary.change_to") == "LE-rack-b"


def test_a_later_edit_of_something_else_hides_no_change_that_runs() -> None:
    site = Site().see(*both_racks(), server(), whole=WHOLE)
    change = edit(created=at(20), data=CHOOSES_C)
    other = edit(created=at(40), uri="/rest/tasks/t2")
    site.see(*both_racks(), server(), change, seconds=30, whole=WHOLE)
    done = change | {"modified": at(50), "taskState": "Completed"}
    site.see(*both_racks(), server(), done, other, seconds=55, whole=WHOLE)
    site.see(*both_racks(C), server(C), done, other, seconds=70, whole=WHOLE)
    assert site.site("primary.change_id") == "/rest/tasks/t1"
    assert site.site("primary.change_selected") == "LE-rack-b"


def test_a_primary_that_changed_without_a_task_is_told_all_the_same() -> None:
    site = Site().see(*both_racks(), server(), whole=WHOLE)
    site.see(*both_racks(C), server(C), seconds=30, whole=WHOLE)
    assert site.site("primary.change_result") == "not-seen"
    assert site.site("primary.change_from") == "LE-rack-a"
    assert site.site("primary.change_selected") == "LE-rack-b"


def node(bay: int, role: str, **changes: object) -> dict[str, object]:
    body = {"role": role, "state": "OK", "status": "OK", "synchronizationPercentComplete": 100}
    return body | {"name": f"bay {bay}", "modelNumber": "Synergy Composer2"} | changes


def test_a_composer_takeover_is_the_composers_own_matter() -> None:
    site = Site().see(node(1, "Active"), node(2, "Standby"), whole=(Kind.HA_NODE,))
    assert site.site("composer.cluster") == "healthy"
    late = node(1, "Standby", synchronizationPercentComplete=40)
    site.see(late, node(2, "Active"), seconds=900, whole=(Kind.HA_NODE,))
    assert site.site("composer.cluster") == "synchronizing"
    assert site.site("composer.synchronized_percent") == 40
    assert site.site("composer.role_changed_at") == at(900)
    site.see(node(2, "Active"), seconds=1000, whole=(Kind.HA_NODE,))
    assert site.site("composer.cluster") == "single"
    assert {event.subject for event in site.journal} == {SITE_SUBJECT}


def test_image_streamer_nodes_are_no_composers() -> None:
    nodes = [
        node(n, r, modelNumber="Synergy Image Streamer") for n, r in ((1, "Active"), (2, "Standby"))
    ]
    assert Site().see(*nodes).events == []


def test_versions_of_the_whole_deployment() -> None:
    racks = [appliance(serial) for serial in (A, B)]
    racks += [appliance(serial, imageStreamerVersion=NEW) for serial in (C, D)]
    site = Site().see(*racks, whole=(Kind.APPLIANCE,))
    assert site.site("deployment.pairs") == 2
    assert site.site("deployment.versions_match") is False
    assert site.site("deployment.versions_text") == "5.00.02-0312345 (2), 5.20.01-0345678 (2)"


def test_how_many_members_are_active_is_counted_as_far_as_they_tell() -> None:
    site = Site().poll()
    assert site.pair("pair.active_members") == 1
    site.poll(seconds=15, members={B: {"isActive": True}})
    assert site.pair("pair.active_members") == 2
    site.poll(seconds=30, members={B: {"isActive": None}})
    assert site.pair("pair.active_members") is None
    site.poll(seconds=45, members={A: {"gone": 1}, B: {"gone": 1}})
    assert site.pair("pair.active_members") is None
