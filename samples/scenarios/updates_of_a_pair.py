"""U0 to U9: an update of LE-rack-a and what it comes to."""

from __future__ import annotations

from harbour import (
    B1,
    B2,
    DEPLOYMENT,
    FIRST,
    NEW,
    NEW_STORAGE,
    OLD,
    OLD_STORAGE,
    ONEVIEW,
    PAIR_A,
    PAIR_B,
    SECOND,
    open_watch,
    pair_facts,
)
from scenario import WATCH, Log, scenario
from updates import (
    SECOND_TASK,
    TASK,
    clusters,
    first_member_is_new,
    update_ends,
    update_goes_on,
    update_settles,
    update_starts,
    versions,
)


@scenario("U0-planned-while-degraded")
def planned_while_degraded(log: Log) -> None:
    """An update is planned; a storage node goes just then, and comes back."""
    open_watch(log, "2026-11-22T01:30:00Z")
    log.at("01:40:00")
    log.operator(PAIR_A, {"operator.update_planned": True}, "Update of LE-rack-a tonight")
    log.at("01:42:30")
    log.confirm(PAIR_A, "update-planned", "compatibility_checked", "5.20 beside OneView 5.20")
    log.at("01:45:10")
    clusters(log, "healthy", "degraded", "A storage node of LE-rack-a is not available")
    log.at("02:05:40")
    clusters(log, "healthy", "healthy", "The storage cluster of LE-rack-a is healthy")
    log.at("02:12:00")
    log.operator(PAIR_A, {"operator.update_planned": False}, "Put off until tomorrow")
    log.at("02:16:00")


@scenario("U1-succeeds")
def succeeds(log: Log) -> None:
    """Active, storage and standby are updated; roles swap on the way, which moves no verdict."""
    open_watch(log, "2026-11-22T01:50:00Z")
    log.at("02:00:00")
    update_starts(log)
    log.wait("4m")
    update_goes_on(log, 12, "Installing on the active appliance")
    log.at("02:12:00")
    clusters(log, "degraded", "degraded", "LE-rack-a runs on one appliance while it is updated")
    log.facts(WATCH, PAIR_A, {"source.cluster_address": "silent"}, "192.0.2.40 is silent")
    log.at("02:13:40")
    log.facts(WATCH, PAIR_A, {"source.cluster_address": "answers"}, "192.0.2.40 answers")
    changed = {"pair.active_changed_at": log.ago("70s")}
    log.facts(ONEVIEW, PAIR_A, changed, f"{SECOND} is active now")
    versions(log, OLD, OLD, storage=OLD_STORAGE, active=SECOND)
    log.at("02:27:00")
    update_goes_on(log, 48, "Active appliance and storage updated")
    versions(log, NEW, OLD, storage=NEW_STORAGE, active=SECOND)
    log.at("02:36:00")
    changed = {"pair.active_changed_at": log.ago("30s")}
    log.facts(ONEVIEW, PAIR_A, changed, f"{FIRST} is active again")
    versions(log, NEW, OLD, storage=NEW_STORAGE)
    log.at("02:52:00")
    update_ends(log, "completed")
    versions(log, NEW, NEW, storage=NEW_STORAGE)
    log.at("02:58:00")
    update_settles(log, NEW, NEW, NEW_STORAGE)
    log.at("03:39:00")
    clusters(log, "healthy", "healthy", "LE-rack-a is active and standby again")
    log.at("03:42:00")
    log.confirm(PAIR_A, "update-succeeded", "console_checked", "View details: all green")
    log.at("03:56:00")


def refused(log: Log, cause: str, error: str, target: str = NEW) -> None:
    """An update is refused within half a minute; nothing has changed."""
    open_watch(log, "2026-11-22T01:50:00Z")
    log.at("02:00:00")
    update_starts(log, target=target)
    log.at("02:00:25")
    update_ends(log, "error", error)
    log.at("02:03:00")
    update_settles(log, OLD, OLD, OLD_STORAGE, refused=True, cause=cause)


@scenario("U2-corrupt-file")
def corrupt_file(log: Log) -> None:
    """The file is corrupted; with a new one the next attempt is accepted."""
    refused(log, "corrupt-file", "Unable to update: the update file failed its integrity check.")
    log.at("02:25:00")
    log.confirm(PAIR_A, "update-refused-corrupt-file", "checksum_compared")
    log.at("02:40:00")
    update_starts(log, SECOND_TASK)
    log.at("02:46:00")
    update_goes_on(log, 14, "Installing on the active appliance")
    log.at("02:50:00")


@scenario("U2-not-newer")
def not_newer(log: Log) -> None:
    """The file brings what is installed: no update is needed, and the operator says so."""
    refused(log, "not-newer", "The version of the update file is not later.", target=OLD)
    log.at("02:20:00")
    log.confirm(PAIR_A, "update-refused-not-newer", "settled", "Wrong file; nothing to do")
    log.at("02:24:00")


@scenario("U2-unsupported-path")
def unsupported_path(log: Log) -> None:
    """The file does not support an update from the installed version."""
    refused(log, "unsupported-path", "Updating from this version is not supported.")
    log.at("02:20:00")


@scenario("U2-unclear")
def refused_unclear(log: Log) -> None:
    """Nothing tells which of the three causes it is."""
    refused(log, "unclear", "Unable to update the appliance.")
    log.at("02:20:00")


def active_fails(log: Log) -> None:
    """The active member's update fails at 02:31 and is reverted."""
    open_watch(log, "2026-11-22T01:50:00Z")
    log.at("02:00:00")
    update_starts(log)
    log.wait("4m")
    update_goes_on(log, 12, "Installing on the active appliance")
    log.at("02:12:00")
    clusters(log, "degraded", "degraded", "LE-rack-a runs on one appliance while it is updated")
    log.at("02:31:00")
    update_ends(log, "error", "The update of the active appliance failed and is being reverted.")
    log.at("02:58:00")
    update_settles(log, OLD, OLD, OLD_STORAGE)


@scenario("U3-active-fails")
def active_fails_and_reverts(log: Log) -> None:
    """Reverted and highly available again within the hour."""
    active_fails(log)
    log.at("03:05:00")
    log.confirm(PAIR_A, "update-active-failed", "support_contacted", "Case 4471 opened")
    log.at("03:22:00")
    clusters(log, "healthy", "healthy", "LE-rack-a is active and standby again")
    log.at("03:36:00")


@scenario("U7-rollback-leaves-storage-broken")
def rollback_leaves_storage_broken(log: Log) -> None:
    """The management cluster is back after the failed update, the storage cluster is not."""
    active_fails(log)
    log.at("03:05:00")
    log.confirm(PAIR_A, "update-active-failed", "support_contacted", "Case 4471 opened")
    log.at("03:20:00")
    clusters(log, "healthy", "degraded", "LE-rack-a is active and standby again")
    log.at("03:38:00")
    log.confirm(PAIR_A, "update-rollback-broken", "support_contacted", "Case 4471 escalated")
    log.at("04:41:00")
    clusters(log, "healthy", "healthy", "The storage cluster of LE-rack-a is healthy")
    log.at("04:46:00")
    log.confirm(PAIR_A, "update-rollback-broken", "checks_done", "All checks gone through again")
    log.at("04:50:00")


@scenario("U7-rollback-leaves-management-broken")
def rollback_leaves_management_broken(log: Log) -> None:
    """The storage cluster is back after the failed update, the management cluster is not."""
    active_fails(log)
    log.at("03:20:00")
    clusters(log, "degraded", "healthy", "The storage cluster of LE-rack-a is healthy")
    log.at("03:45:00")


def storage_fails(log: Log) -> None:
    """The storage update fails at 02:14:07 with nothing changed, as the recorded example has it."""
    open_watch(log, "2026-11-22T01:50:00Z")
    log.at("02:00:00")
    update_starts(log)
    log.wait("4m")
    update_goes_on(log, 12, "Updating the storage of the active appliance")
    log.at("02:14:07.120")
    update_ends(log, "error", "The storage update of the active appliance failed.")
    clusters(log, "healthy", "degraded", "A storage node of LE-rack-a is not available")
    log.at("02:20:07")
    update_settles(log, OLD, OLD, OLD_STORAGE, names_storage=True)


@scenario("U4-storage-fails")
def storage_fails_and_is_fixed(log: Log) -> None:
    """The storage comes back and its alert clears: that is no proof; the operator's word is."""
    storage_fails(log)
    log.at("02:31:00")
    log.confirm(PAIR_A, "update-storage-failed", "support_contacted", "Case 4480 opened")
    log.at("03:50:00")
    clusters(log, "healthy", "healthy", "The storage cluster of LE-rack-a is healthy")
    log.at("04:30:00")
    log.confirm(PAIR_A, "update-storage-failed", "fault_fixed", "Case 4480: node repaired")
    log.at("04:35:00")


@scenario("U4-fails-again")
def storage_fails_again(log: Log) -> None:
    """A second failed storage update after a confirmed first is raised again."""
    storage_fails(log)
    log.at("02:50:00")
    clusters(log, "healthy", "healthy", "The storage cluster of LE-rack-a is healthy")
    log.at("02:55:00")
    log.confirm(PAIR_A, "update-storage-failed", "fault_fixed", "Case 4480: port mode corrected")
    log.at("03:10:00")
    update_starts(log, SECOND_TASK)
    log.at("03:24:00")
    update_ends(log, "error", "The storage update of the active appliance failed.")
    log.at("03:30:00")
    update_settles(log, OLD, OLD, OLD_STORAGE, task=SECOND_TASK, names_storage=True)
    log.at("03:40:00")


@scenario("U4-buried")
def storage_failure_is_buried(log: Log) -> None:
    """A storage update fails, and somebody starts another before anything after it is read; that
    one is refused, and nothing has changed. What failed first is not over for that."""
    open_watch(log, "2026-11-22T01:50:00Z")
    log.at("02:00:00")
    update_starts(log)
    log.at("02:30:00")
    update_ends(log, "error", "Storage update failed: storage node could not be upgraded.")
    log.at("02:31:00")
    overtaken = {
        "update.overtaken_id": TASK,
        "update.overtaken_result": "error",
        "update.overtaken_error_text": "Storage update failed: storage node could not be upgraded.",
        "update.overtaken_names_storage": True,
    }
    update_starts(log, SECOND_TASK, overtaken=overtaken)
    log.at("02:31:12")
    update_ends(log, "error", "Unable to update: the update file failed its integrity check.")
    log.at("02:33:00")
    update_settles(log, OLD, OLD, OLD_STORAGE, task=SECOND_TASK, refused=True, cause="corrupt-file")
    log.at("03:40:00")
    log.confirm(PAIR_A, "update-refused-corrupt-file", "settled", "No further attempt")
    log.at("04:10:00")
    log.confirm(PAIR_A, "update-error-names-storage", "fault_fixed", "Case 4490: node repaired")
    log.at("04:12:00")
    log.confirm(PAIR_A, "update-overtaken", "fault_excluded", "Case 4490: node repaired")
    log.at("04:15:00")


@scenario("U4-within-seconds")
def storage_fails_within_seconds(log: Log) -> None:
    """An error 25 seconds after the start that names the storage is no refusal."""
    open_watch(log, "2026-11-22T01:50:00Z")
    log.at("02:00:00")
    update_starts(log)
    log.at("02:00:25")
    update_ends(log, "error", "Storage update failed: storage node could not be upgraded.")
    log.at("02:03:00")
    update_settles(log, OLD, OLD, OLD_STORAGE, refused=True, cause="unclear", names_storage=True)
    log.at("02:20:00")


@scenario("U4-ambiguous")
def storage_fails_ambiguously(log: Log) -> None:
    """The active member is new, its storage is not: taken as the storage's failure."""
    open_watch(log, "2026-11-22T01:50:00Z")
    log.at("02:00:00")
    update_starts(log)
    log.at("02:12:00")
    clusters(log, "degraded", "degraded", "LE-rack-a runs on one appliance while it is updated")
    log.at("02:40:00")
    update_ends(log, "error", "The update failed.")
    versions(log, NEW, OLD, storage=OLD_STORAGE)
    log.at("02:47:00")
    update_settles(log, NEW, OLD, OLD_STORAGE)
    log.at("03:20:00")


@scenario("U4-confirmed-while-blind")
def confirmed_while_blind(log: Log) -> None:
    """HPE OneView is lost. A confirmation then does not end the prohibition: whether the storage
    is healthy is not known. A new reading ends it."""
    storage_fails(log)
    log.at("02:50:00")
    clusters(log, "healthy", "healthy", "The storage cluster of LE-rack-a is healthy")
    log.at("02:55:00")
    log.silence(ONEVIEW)
    log.at("03:04:00")
    log.confirm(PAIR_A, "update-storage-failed", "fault_fixed", "Case 4480: node repaired")
    log.at("03:12:00")
    log.snapshot(
        ONEVIEW, PAIR_A, pair_facts("a", FIRST, SECOND, "primary"), message="LE-rack-a read again"
    )
    log.at("03:13:00")


@scenario("U4-across-a-restart")
def across_a_restart(log: Log) -> None:
    """The watch is stopped and started. The prohibition outlives it; a confirmation before HPE
    OneView is heard again does not end it."""
    storage_fails(log)
    log.at("02:30:00")
    log.restart("11m")
    log.at("02:44:00")
    log.confirm(PAIR_A, "update-storage-failed", "fault_fixed", "Case 4480: node repaired")
    log.at("02:45:00")
    log.snapshot(
        ONEVIEW, PAIR_A, pair_facts("a", FIRST, SECOND, "primary"), message="LE-rack-a read again"
    )
    log.at("02:50:00")


@scenario("U5-storage-kept")
def storage_kept(log: Log) -> None:
    """The active member is reverted, the new storage stays; later there are signs of misfit."""
    open_watch(log, "2026-11-22T01:50:00Z")
    log.at("02:00:00")
    update_starts(log)
    log.at("02:12:00")
    clusters(log, "degraded", "degraded", "LE-rack-a runs on one appliance while it is updated")
    log.at("02:40:00")
    update_ends(log, "error", "The update of the active appliance failed and is being reverted.")
    log.at("03:05:00")
    versions(log, OLD, OLD, storage=NEW_STORAGE)
    update_settles(log, OLD, OLD, NEW_STORAGE)
    log.at("03:30:00")
    clusters(log, "healthy", "healthy", "LE-rack-a is active and standby again")
    log.at("04:20:00")
    clusters(log, "healthy", "degraded", "A storage node of LE-rack-a is not available")
    log.at("04:28:00")


@scenario("U5-storage-unseen")
def storage_unseen(log: Log) -> None:
    """The new storage was kept, and whether its cluster is healthy can be read only hours after."""
    open_watch(log, "2026-11-22T01:50:00Z")
    log.at("02:00:00")
    update_starts(log)
    log.at("02:30:00")
    update_ends(log, "error", "The update of the active appliance failed and is being reverted.")
    log.at("02:34:00")
    update_settles(log, OLD, OLD, NEW_STORAGE)
    log.facts(
        ONEVIEW,
        PAIR_A,
        {"cluster.storage": None, "cluster.reported": "unknown"},
        "LE-rack-a: HPE OneView does not know the state of the cluster",
    )
    log.at("05:10:00")
    clusters(log, "healthy", "healthy", "LE-rack-a is active and standby again")
    log.at("05:20:00")
    log.facts(ONEVIEW, PAIR_A, {"alert.storage_node_unavailable": None}, "LE-rack-a: alerts unread")
    log.at("05:22:00")
    log.facts(
        ONEVIEW, PAIR_A, {"alert.storage_node_unavailable": False}, "LE-rack-a: alerts read again"
    )
    log.at("05:40:00")


@scenario("U6-standby-fails")
def standby_fails(log: Log) -> None:
    """The standby stays at its old version and cannot be used, until support has reimaged it."""
    open_watch(log, "2026-11-22T01:50:00Z")
    log.at("02:00:00")
    update_starts(log)
    first_member_is_new(log)
    log.at("02:50:00")
    update_ends(log, "error", "The update of the standby appliance failed.")
    lost = {"pair.lost": "standby"}
    log.facts(ONEVIEW, PAIR_A, lost, f"{SECOND} cannot be used")
    log.at("02:57:00")
    update_settles(log, NEW, OLD, NEW_STORAGE)
    log.at("03:10:00")
    log.confirm(PAIR_A, "update-standby-failed", "support_contacted", "Case 4502 opened")
    log.at("04:40:00")
    log.facts(ONEVIEW, PAIR_A, {"pair.lost": "none"}, f"{SECOND} is inserted again")
    versions(log, NEW, NEW, storage=NEW_STORAGE)
    log.at("05:25:00")
    clusters(log, "healthy", "healthy", "LE-rack-a is active and standby again")
    log.at("05:30:00")


@scenario("U8-versions-differ")
def versions_differ(log: Log) -> None:
    """LE-rack-b was left behind when LE-rack-a was updated weeks ago."""
    open_watch(
        log,
        "2026-11-20T14:00:00Z",
        deployment={
            "deployment.versions_match": False,
            "deployment.versions_text": f"{OLD} on 2, {NEW} on 2",
        },
        pair_a={"pair.active_version": NEW, "pair.standby_version": NEW},
        first={"appliance.version": NEW},
        second={"appliance.version": NEW},
        third={"appliance.needs_upgrade": True},
        fourth={"appliance.needs_upgrade": True},
    )
    log.at("16:10:00")
    log.facts(ONEVIEW, B1, {"appliance.needs_upgrade": False, "appliance.version": NEW})
    log.facts(ONEVIEW, B2, {"appliance.needs_upgrade": False, "appliance.version": NEW})
    said = {"deployment.versions_match": True, "deployment.versions_text": f"{NEW} on 4"}
    log.facts(ONEVIEW, DEPLOYMENT, said, "All appliances report one version")
    log.at("16:14:00")


@scenario("U8-replaced-not-reimaged")
def replaced_not_reimaged(log: Log) -> None:
    """A module of LE-rack-b was replaced by one with another version."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:20:00")
    said = {"pair.standby_version": NEW, "pair.versions_match": False}
    log.facts(ONEVIEW, PAIR_B, said, "LE-rack-b reports two versions")
    log.at("15:05:00")
    said = {"pair.standby_version": OLD, "pair.versions_match": True}
    log.facts(ONEVIEW, PAIR_B, said, "LE-rack-b reports one version")
    log.at("15:10:00")


@scenario("U9-oneview-goes-down")
def oneview_goes_down(log: Log) -> None:
    """HPE OneView goes down while the update runs; the versions tell what it came to."""
    open_watch(log, "2026-11-22T01:50:00Z")
    log.at("02:00:00")
    update_starts(log)
    log.at("02:12:00")
    clusters(log, "degraded", "degraded", "LE-rack-a runs on one appliance while it is updated")
    log.at("02:20:00")
    log.silence(ONEVIEW)
    log.at("02:20:20")
    log.facts(WATCH, DEPLOYMENT, {"watch.oneview_reachable": False}, "HPE OneView is silent")
    log.at("02:31:00")
    log.facts(WATCH, DEPLOYMENT, {"watch.oneview_reachable": True}, "HPE OneView answers")
    log.read_again(ONEVIEW)
    update_ends(log, "error", "The task was interrupted by a restart of the appliance.")
    log.at("02:48:00")
    update_settles(log, OLD, OLD, OLD_STORAGE, interrupted=True)
    log.at("03:25:00")
    clusters(log, "healthy", "healthy", "LE-rack-a is active and standby again")
    log.at("03:40:00")
    update_starts(log, SECOND_TASK)
    log.at("03:44:00")


@scenario("U-undecided")
def undecided(log: Log) -> None:
    """What the update left stays unknown for more than an hour."""
    open_watch(log, "2026-11-22T01:50:00Z")
    log.at("02:00:00")
    update_starts(log)
    log.at("02:40:00")
    update_ends(log, "completed")
    log.at("03:58:00")
    versions(log, NEW, NEW, storage=NEW_STORAGE)
    log.at("04:00:00")
    update_settles(log, NEW, NEW, NEW_STORAGE)
    log.at("04:02:00")
    log.confirm(PAIR_A, "update-undecided-long", "fault_excluded", "Activity: completed on both")
    log.at("04:04:00")


@scenario("U5-error-names-storage")
def storage_kept_but_named(log: Log) -> None:
    """The new storage was kept, and yet the error speaks of the storage: the stricter holds."""
    open_watch(log, "2026-11-22T01:50:00Z")
    log.at("02:00:00")
    update_starts(log)
    log.at("02:30:00")
    update_ends(log, "error", "Storage failed to synchronise.")
    log.at("02:34:00")
    update_settles(log, OLD, OLD, NEW_STORAGE, names_storage=True)
    log.at("03:40:00")
    log.confirm(PAIR_A, "update-error-names-storage", "fault_fixed", "Fixed by support, case 4503")
    log.at("03:50:00")


@scenario("U8-storage-versions-differ")
def storage_versions_differ(log: Log) -> None:
    """After an update that is told as completed, the members' storage software differs."""
    open_watch(log, "2026-11-22T01:50:00Z")
    log.at("02:00:00")
    log.facts(ONEVIEW, PAIR_A, {"storage.versions_match": False}, "LE-rack-a: storage differs")
    log.at("02:30:00")
    log.facts(ONEVIEW, PAIR_A, {"storage.versions_match": True}, "LE-rack-a: storage agrees")
    log.at("02:40:00")


def open_updated(log: Log) -> None:
    """Begin to watch when LE-rack-a has the new version already, and LE-rack-b has not."""
    open_watch(
        log,
        "2026-11-22T08:00:00Z",
        deployment={
            "deployment.versions_match": False,
            "deployment.versions_text": f"{OLD} on 2, {NEW} on 2",
        },
        pair_a={"pair.active_version": NEW, "pair.standby_version": NEW},
        first={"appliance.version": NEW},
        second={"appliance.version": NEW},
    )
    log.at("08:00:30")


@scenario("U-unobserved")
def unobserved(log: Log) -> None:
    """The versions changed while nobody watched; people look and find no fault."""
    open_updated(log)
    facts = {
        "update.id": "unobserved/2026-11-22T08:00:02Z",
        "update.ended_at": log.ago("28s"),
        "update.result": "not-seen",
    }
    log.facts(ONEVIEW, PAIR_A, facts, "LE-rack-a was updated while nobody watched")
    log.at("08:06:00")
    update_settles(log, NEW, NEW, NEW_STORAGE, task="unobserved/2026-11-22T08:00:02Z")
    log.at("08:40:00")
    log.confirm(PAIR_A, "update-unobserved", "fault_excluded", "Activity: completed on both")
    log.at("08:44:00")


@scenario("U-unobserved-completed")
def unobserved_completed(log: Log) -> None:
    """The watch begins after the end of an update that completed, while the clusters still form."""
    open_updated(log)
    facts = {
        "update.id": TASK,
        "update.started_at": log.ago("80m"),
        "update.ended_at": log.ago("10m"),
        "update.result": "completed",
    }
    log.facts(ONEVIEW, PAIR_A, facts, "Update of LE-rack-a ended in completed")
    log.at("08:01:45")
    update_settles(log, NEW, NEW, NEW_STORAGE)
    log.at("09:00:00")


@scenario("U-unclassified")
def unclassified(log: Log) -> None:
    """The task completed, and yet the standby has its old version."""
    open_watch(log, "2026-11-22T01:50:00Z")
    log.at("02:00:00")
    update_starts(log)
    first_member_is_new(log)
    log.at("02:52:00")
    update_ends(log, "completed")
    log.at("02:59:00")
    update_settles(log, NEW, OLD, NEW_STORAGE)
    log.at("03:20:00")


@scenario("U-running-long")
def running_long(log: Log) -> None:
    """An update does not come to an end for more than three hours."""
    open_watch(log, "2026-11-22T01:50:00Z")
    log.at("02:00:00")
    update_starts(log)
    log.at("02:12:00")
    clusters(log, "degraded", "degraded", "LE-rack-a runs on one appliance while it is updated")
    log.at("02:26:00")
    update_goes_on(log, 41, "Updating the storage of the active appliance")
    log.at("05:06:00")
    update_ends(log, "error", "The update timed out.")
    log.at("05:10:00")


@scenario("U-unrecognised-result")
def unrecognised_result(log: Log) -> None:
    """The task ends in a state that nobody knows: a finding of its own, and no outcome."""
    open_watch(log, "2026-11-22T01:50:00Z")
    log.at("02:00:00")
    update_starts(log)
    log.at("02:20:00")
    update_ends(log, "cancelled")
    log.at("02:26:00")
    update_settles(log, OLD, OLD, OLD_STORAGE)
    log.at("02:30:00")
