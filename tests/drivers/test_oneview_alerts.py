"""Alerts: what they are about, when they are over, and that none is dropped. All synthetic."""

from __future__ import annotations

import pytest
from oneview_bodies import LISTS, A, B, Json, Site, alert, appliance, at, enclosure, on_appliance

from drivers.oneview.bodies import Kind

LOCKED_BACKUP = {
    # Synthetic: rebuilt from what is known of a recorded one; its text is cut there, too.
    "type": "AlertResourceV3",
    "alertTypeID": "Backup",
    "description": "The backup has not been...",
    "severity": "Warning",
    "alertState": "Locked",
    "urgency": "Medium",
    "healthCategory": "backups",
    "lifeCycle": False,
    "resourceUri": "/rest/backups",
    "physicalResourceType": "backups",
    "associatedResource": {
        "resourceName": "Backup.",
        "resourceUri": "/rest/backups",
        "resourceCategory": "backups",
        "associationType": "HAS_A",
    },
}


@pytest.fixture
def site() -> Site:
    """Rack a in full health."""
    return Site().poll()


def test_a_locked_backup_alert_stands_until_oneview_clears_it(site: Site) -> None:
    site.poll(LOCKED_BACKUP, seconds=15)
    assert site.site("backup.oneview_alert") is True
    assert site.site("backup.oneview_alert_description") == "The backup has not been..."
    # A clearing of the same kind is no proof: OneView itself would have cleared this one.
    cleared = LOCKED_BACKUP | {"uri": "/rest/alerts/9", "alertState": "Cleared", "created": at(20)}
    site.see(cleared | {"clearedTime": at(30)}, seconds=30)
    assert site.site("backup.oneview_alert") is True
    site.poll(seconds=45)
    assert site.site("backup.oneview_alert") is False


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("hpris.cim.1.2.CIManagerCritical", "critical"),
        ("hpris.cim.1.2.CIManagerFault", "fault"),
        ("CIManagerEfusePGoodFault", "power"),
        ("CIManagerIloInternalWarning", "ilo"),
        ("CIManagerFruContentFault", "fru"),
        ("CIManagerInsertFault", "insertion"),
        ("CIManagerCommFault", "communication"),
        ("CiManagerRedundantCommFault", "redundant-communication"),
        ("CIManagerWarning", "warning"),
    ],
)
def test_module_faults_are_told_by_the_last_component(site: Site, kind: str, fault: str) -> None:
    site.poll(alert(kind), seconds=15)
    assert site.module(A, "alert.module_fault") == fault
    assert site.module(A, "alert.module_description") == f"{kind} happened."
    assert site.module(A, "alert.module_corrective_action") == "Do as the manual says."
    assert site.module(B, "alert.module_fault") == "none"


def test_the_worst_module_fault_wins(site: Site) -> None:
    site.poll(
        alert("CIManagerCritical", uri="/rest/alerts/1"),
        alert("CIManagerWarning", uri="/rest/alerts/2", created=at(9)),
        seconds=15,
    )
    assert site.module(A, "alert.module_fault") == "critical"


def test_a_module_alert_on_a_composer_is_none_of_ours(site: Site) -> None:
    site.poll(alert("CIManagerCritical", resourceID="1"), seconds=15)
    assert site.events == []


def test_a_module_alert_in_a_bay_that_nobody_read_is_shown_and_not_guessed() -> None:
    site = Site().see(alert("CIManagerCritical"))
    assert site.site("alert.deployment_unrecognised_type") == "CIManagerCritical"
    assert site.site("alert.deployment_unrecognised_count") == 1
    assert site.site("alert.deployment_unrecognised_description") == (
        "The kind is known, the appliance is not: fault of a module in an appliance bay, critical "
        "(severity Critical, reported on /rest/enclosures/frame-a bay 2). "
        "CIManagerCritical happened."
    )
    assert not [event for event in site.events if event.subject.startswith("appliance/")]


def test_a_pairs_alert_on_an_appliance_without_a_pair_says_that_the_pair_is_not_known() -> None:
    free = dict.fromkeys(("leName", "leUri", "clusterUri", "peerApplianceUri", "clusterName"))
    text = "The appliance is not highly available."
    site = Site().see(appliance(A, **free), on_appliance(A, description=text, severity="Warning"))
    told = site.module(A, "alert.unrecognised_description")
    assert told.startswith("The kind is known, the pair is not: pair not highly available (")
    assert "severity Warning" in told
    assert told.endswith(text)
    # Of a kind that is not known nothing is claimed.
    site.see(on_appliance(A, description="Something.", created=at(9)), seconds=15)
    assert site.module(A, "alert.unrecognised_description") == "Something."


def test_a_module_is_known_by_the_appliances_list_where_no_frame_was_read() -> None:
    site = Site().see(appliance(A), alert("CIManagerCritical"))
    assert site.module(A, "alert.module_fault") == "critical"


def test_a_frame_link_alert_is_on_the_image_streamers_of_that_frame(site: Site) -> None:
    site.poll(alert("hpris.em.1.2.EmImageManagerLinkDisconnected"), seconds=15)
    assert site.module(A, "link.image_manager_disconnected") is True
    assert site.module(A, "link.description").endswith("happened.")
    assert site.module(B, "link.image_manager_disconnected") is False


@pytest.mark.parametrize(
    ("began", "ended"),
    [
        (
            "EmImageManagerLinkDisconnected",
            "EmImageManagerLinkDisconnectedCleared_MgmtPortConnected",
        ),
        ("EmLinkDisconnected", "EmLinkDisconnectedCleared_PeerEmRemoved"),
        ("RingNoActiveMgmtPort_RingDegraded", "RingNoActiveMgmtPortCleared_OwnerChanged"),
        ("RingNoActiveMgmtPort", "RingNoActiveMgmtPort_Cleared"),
        ("CIManagerRedundantCommFault", "CiManagerRedundantCommFaultCleared"),
        ("CIManagerCritical", "CIManagerOk"),
    ],
)
def test_a_counterpart_that_came_later_ends_an_alert(began: str, ended: str) -> None:
    site = Site().see(enclosure(A), alert(began))
    assert [value for value in site.facts(f"appliance/{A}").values() if value in (True, "critical")]
    site.see(alert(ended, uri="/rest/alerts/8", severity="OK", created=at(60)), seconds=61)
    faults = [name for name, value in site.facts(f"appliance/{A}").items() if name[:5] == "link."]
    assert not any(site.module(A, name) is True for name in faults)
    assert site.module(A, "alert.module_fault") in (None, "none")


def test_an_earlier_counterpart_ends_nothing_and_a_locked_alert_outlasts_it() -> None:
    site = Site().see(enclosure(A), alert("EmLinkDisconnected", created=at(60)), seconds=60)
    cleared = alert("EmLinkDisconnectedCleared_LinkDetected", uri="/rest/alerts/8")
    site.see(cleared, seconds=61)
    assert site.module(A, "link.frame_link_fault") is True
    site.see(alert("EmLinkDisconnected", alertState="Locked"), seconds=62)
    site.see(cleared | {"created": at(70)}, seconds=70)
    assert site.module(A, "link.frame_link_fault") is True


def test_a_clearing_of_resource_category_and_type_ends_what_it_names(site: Site) -> None:
    site.see(on_appliance(A, created=at(1)), seconds=2)
    assert site.module(A, "alert.unrecognised_count") == 1
    other = on_appliance(B, uri="/rest/alerts/8", alertState="Cleared", clearedTime=at(5))
    site.see(other, seconds=5)
    assert site.module(A, "alert.unrecognised_count") == 1
    event: Json = {
        "eventTypeID": "i3s.something",
        "healthCategory": "OPERATIONAL",
        "created": at(6),
    }
    event |= {"clearPriorEvents": True, "resourceUri": f"{LISTS}/{A.lower()}"}
    site.see(event, seconds=6)
    assert site.module(A, "alert.unrecognised_count") == 0


@pytest.mark.parametrize(
    "notice",
    [
        {"lifeCycle": True},
        {"severity": "OK"},
        {"alertState": "Cleared"},
        {"alertTypeID": "CIManagerInserted"},
    ],
)
def test_notices_and_cleared_alerts_do_not_stand(site: Site, notice: Json) -> None:
    site.poll(alert("CIManagerCritical", **notice), seconds=15)
    assert site.module(A, "alert.module_fault") == "none"
    assert site.module(A, "alert.unrecognised_count") == 0


def test_an_alert_on_an_appliance_that_nobody_knows_is_shown_in_its_own_words(site: Site) -> None:
    text = 'Something new about {"name":"0000A66102","uri":"/rest/enclosures/1"} happened.'
    site.poll(on_appliance(A, description=text, correctiveAction="Call somebody."), seconds=15)
    assert site.module(A, "alert.unrecognised_count") == 1
    assert site.module(A, "alert.unrecognised_type") == "i3s.something"
    told = site.module(A, "alert.unrecognised_description")
    assert told == "Something new about 0000A66102 happened."
    assert site.module(A, "alert.unrecognised_corrective_action") == "Call somebody."
    site.poll(seconds=30)
    assert site.module(A, "alert.unrecognised_count") == 0
    assert site.module(A, "alert.unrecognised_type") is None


def test_the_frame_link_modules_own_failed_update_is_none_of_a_pair(site: Site) -> None:
    site.poll(alert("hpris.em.1.2.StandbyUpdateFailed"), seconds=15)
    assert site.events == []


def test_pair_alerts_are_told_by_their_words(site: Site) -> None:
    text = "One of the storage nodes in the cluster is not available."
    storage = on_appliance(A, description=text, uri="/rest/alerts/2")
    text = "The appliance is not highly available."
    available = on_appliance(A, description=text, uri="/rest/alerts/1")
    site.poll(storage, available, seconds=15)
    assert site.pair("alert.not_highly_available") is True
    assert (site.pair("cluster.management"), site.pair("cluster.storage")) == ("degraded",) * 2
    site.poll(storage, seconds=30)
    assert site.pair("alert.not_highly_available") is False
    assert site.pair("alert.storage_node_unavailable") is True
    assert site.pair("alert.storage_description").startswith("One of the storage nodes")
    # The management is healthy all the while: the two clusters are told apart.
    assert site.pair("cluster.management") == "healthy"
    assert site.pair("cluster.storage") == "degraded"
    assert site.module(A, "alert.unrecognised_count") == 0


def test_trust_that_failed_is_the_deployments(site: Site) -> None:
    text = "Trust establishment with the Image Streamer failed."
    where = {"resourceUri": "/rest/deployment-servers/1"}
    where |= {"physicalResourceType": "deployment-managers"}
    site.poll(alert("x.y", description=text, **where), seconds=15)
    assert site.site("alert.trust_failed") is True
    assert site.site("alert.deployment_unrecognised_count") == 0
    site.poll(seconds=30)
    assert site.site("alert.trust_failed") is False


def test_a_part_of_the_alerts_never_says_that_all_is_well() -> None:
    site = Site().see(appliance(A), appliance(B), alert("CIManagerCritical"))
    assert site.module(A, "alert.module_fault") == "critical"
    assert site.module(B, "alert.module_fault") is None
    assert site.pair("cluster.storage") is None
    site.see(whole=(Kind.ALERT,), seconds=15)
    assert site.module(B, "alert.module_fault") == "none"


def test_hostile_texts_are_kept_as_bounded_data(site: Site) -> None:
    text = "\x1b[2J[bold]\x00 {oops} " + "x" * 100_000
    site.poll(on_appliance(A, description=text, alertTypeID="e\x07vil"), seconds=15)
    told = site.module(A, "alert.unrecognised_description")
    assert told.startswith("\x1b[2J[bold]\x00 {oops}")
    assert len(told) == 2048
