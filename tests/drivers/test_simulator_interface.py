"""The simulated interfaces keep the manners of the real ones: sessions, versions, lists, tags."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from simulated import LOGIN, Simulated

APPLIANCES = "/rest/deployment-servers/image-streamer-appliances"

# Names that were published, from two releases' type libraries.
APPLIANCE_MEMBERS = """
    applianceSerialNumber applianceUUID applianceUri atlasVersion certMd5 cimBay cimEnclosureName
    cimEnclosureUri claimedByOV clusterIpv4Address clusterName clusterStatus clusterUri created
    createStorageClusterExpectedTimeInSecs deploymentManagerUri deploymentNetworkUri description
    domainName id imageStreamerVersion isActive isPrimary leName leUri managementNetworkUri
    mgmtIpv4Address modified name needUpgrade oneViewIpv4Address peerApplianceUri status uri
    vsaVersion
"""
SERVER_MEMBERS = """
    type mgmtNetworkUri primaryIP primaryActiveAppliance eTag created modified primaryUUID checksum
    deplManagersType primaryUIUri primaryClusterStatus primaryClusterName primaryIPV4 description
    category status uri name id state
"""
ALERT_MEMBERS = """
    type category uri alertTypeID description severity alertState urgency healthCategory lifeCycle
    correctiveAction resourceUri resourceID physicalResourceType associatedResource
    associatedEventUris changeLog created modified clearedByUser clearedTime assignedToUser
    parentAlert childAlerts activityUri serviceEventSource serviceEventDetails eTag
"""
TASK_MEMBERS = """
    type category name owner taskType taskState stateReason taskStatus percentComplete
    computedPercentComplete totalSteps completedSteps expectedDuration hidden userInitiated
    associatedResource associatedTaskUri parentTaskUri progressUpdates taskOutput data taskErrors
    created modified eTag uri
"""


def test_a_session_is_asked_for_and_given_up() -> None:
    site = Simulated()
    refused = site.send("GET", "/rest/alerts")
    assert (refused.status, "errorCode" in refused.body) == (401, True)
    site.log_in()
    assert site.send("GET", "/rest/alerts").status == 200
    assert site.send("DELETE", "/rest/login-sessions").status == 204
    assert site.send("GET", "/rest/alerts").status == 401


@pytest.mark.parametrize(
    "body", [{**LOGIN, "password": "wrong"}, {**LOGIN, "userName": "nobody"}, {}, [], None]
)
def test_a_wrong_login_opens_no_session(body: Any) -> None:
    site = Simulated()
    assert site.send("POST", "/rest/login-sessions", body=body).status == 400
    assert site.site.sessions.open == 0


def test_a_session_that_is_not_used_expires() -> None:
    site = Simulated(session_idle=timedelta(minutes=30))
    site.log_in()
    site.wait("29m")
    assert site.send("GET", "/rest/tasks").status == 200
    site.wait("29m")
    assert site.send("GET", "/rest/tasks").status == 200
    site.wait("31m")
    assert site.send("GET", "/rest/tasks").status == 401


def test_the_session_of_oneview_opens_the_image_streamers_too() -> None:
    site = Simulated()
    assert site.send("GET", "/rest/golden-images", pair="LE-rack-a").status == 401
    site.log_in()
    assert site.send("GET", "/rest/golden-images", pair="LE-rack-b").status == 200
    site.do("refuse_token", pair="LE-rack-b")
    assert site.send("GET", "/rest/golden-images", pair="LE-rack-b").status == 401
    assert site.send("GET", "/rest/alerts").status == 200


def test_versions_are_told_to_everybody_and_others_are_refused() -> None:
    site = Simulated()
    told = site.send("GET", "/rest/version")
    assert told.body == {"currentVersion": 1600, "minimumVersion": 120}
    site.log_in()
    for version, status in (("120", 200), ("1600", 200), ("119", 412), ("1601", 412), ("x", 412)):
        headers = {"x-api-version": version}
        assert site.send("GET", "/rest/alerts", headers=headers).status == status
        logged_in = site.send("POST", "/rest/login-sessions", body=LOGIN, headers=headers)
        assert logged_in.status == status


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("pair", ["", "LE-rack-a"])
def test_nothing_but_the_session_can_be_changed(method: str, pair: str) -> None:
    site = Simulated()
    site.log_in()
    before = site.truth()
    path = "/rest/artifact-bundles/backups" if pair else APPLIANCES
    assert site.send(method, path, pair=pair, body={"name": "x"}).status == 405
    assert site.truth() == before


def test_a_list_is_read_page_by_page() -> None:
    site = Simulated(pairs=5, page_size=3)
    found, address, pages = [], f"{APPLIANCES}?start=0&count=-1&sort=name:asc", 0
    while address:
        body = site.get(address).body
        assert (body["count"], body["total"]) == (len(body["members"]), 10)
        assert (body["prevPageUri"] is None) == (pages == 0)
        found += [member["name"] for member in body["members"]]
        address, pages = body["nextPageUri"], pages + 1
    assert pages == 4
    assert len(set(found)) == 10
    assert found == sorted(found, key=str.lower)


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("filter=\"applianceSerialNumber eq 'CN7517044K'\"", 1),
        ("filter=applianceSerialNumber='cn7517044k'", 1),
        ("filter=\"isActive='true'\"&filter=\"isPrimary='true'\"", 1),
        ("query=\"isActive eq 'true' or leName = 'LE-rack-b'\"", 3),
        ("filter=not (isActive = 'true')", 2),
        ("filter=cimBay >= 3", 0),
        ("filter=name like 'Frame%25'", 4),
        ("filter=leName <> 'LE-rack-a'", 2),
    ],
)
def test_a_list_is_filtered(asked: str, count: int) -> None:
    assert len(Simulated().members(f"{APPLIANCES}?{asked}")) == count


@pytest.mark.parametrize("asked", ["filter=name", "filter=(name='a'", "count=x", "sort=name:up"])
def test_a_question_that_makes_no_sense_is_refused(asked: str) -> None:
    answer = Simulated().get(f"/rest/enclosures?{asked}")
    assert (answer.status, answer.body["errorCode"]) == (400, "INVALID_QUERY_PARAMETER")


def test_members_of_a_resource_can_be_chosen() -> None:
    only = Simulated().members("/rest/enclosures?fields=name,uri&count=2&sort=name:descending")
    assert [list(member) for member in only] == [["name", "uri"]] * 2
    assert only[0]["name"] > only[1]["name"]


@pytest.mark.parametrize("path", ["/rest/enclosures", "/rest/enclosures/000000Frame1"])
def test_what_has_not_changed_is_not_sent_again(path: str) -> None:
    site = Simulated()
    first = site.get(path)
    assert first.status == 200
    tag = first.headers["ETag"]
    again = site.get(path, if_none_match=tag)
    assert (again.status, again.body) == (304, None)
    assert site.get(path, if_match='"another"').status == 412
    site.do("remove_module", frame="Frame1")
    changed = site.get(path, if_none_match=tag)
    assert changed.status == 200
    assert changed.headers["ETag"] != tag


def test_every_member_of_a_list_can_be_read_by_itself() -> None:
    site = Simulated()
    site.do("start_update", fail_at="validation")
    site.do("fail_appliance", pair="LE-rack-b")
    lists = {("", path) for path in site.answers._oneview_lists()}
    pair = site.site.pairs["LE-rack-a"]
    lists |= {("LE-rack-a", path) for path in site.answers._pair_lists(pair)}
    for name, path in sorted(lists - {("", "/rest/deployment-servers/network")}):
        for member in site.members(path, pair=name):
            assert site.get(member["uri"], pair=name).body == member


def test_what_is_not_there_is_not_found() -> None:
    site = Simulated()
    for path in ("/rest/enclosures/none", "/rest/nothing", "/", "/rest/golden-images"):
        assert site.get(path).status == 404
    site.do("deployment_server", how="absent")
    assert site.members("/rest/deployment-servers") == []
    site.do("deployment_server", how="not-supported")
    assert site.get("/rest/deployment-servers").status == 404
    assert site.get(APPLIANCES).status == 404


def test_bodies_have_the_members_that_were_published() -> None:
    site = Simulated()
    site.do("start_update", fail_at="validation")
    site.do("fail_appliance", pair="LE-rack-b")
    for path, wanted in (
        (APPLIANCES, APPLIANCE_MEMBERS),
        ("/rest/deployment-servers", SERVER_MEMBERS),
        ("/rest/alerts", ALERT_MEMBERS),
        ("/rest/tasks", TASK_MEMBERS),
    ):
        members = site.members(path)
        assert members
        for member in members:
            assert set(wanted.split()) - set(member) == set()


def test_the_same_seed_gives_the_same_site() -> None:
    assert Simulated(pairs=3).truth() == Simulated(pairs=3).truth()
    one, other = Simulated().members(APPLIANCES), Simulated().members(APPLIANCES)
    assert one == other
    assert one != Simulated(seed=2).members(APPLIANCES)
