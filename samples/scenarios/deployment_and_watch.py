"""H11 to H14 and W1 to W7: trust, Composers, clocks, alerts that nobody knows, and a watch that
sees badly."""

from __future__ import annotations

from typing import Any

from harbour import (
    A1,
    A2,
    DEPLOYMENT,
    FIRST,
    ONEVIEW,
    PAIR_A,
    PAIR_B,
    SECOND,
    STREAMER,
    deployment_facts,
    open_watch,
    pair_facts,
)
from scenario import WATCH, Log, scenario


@scenario("H11-trust-lost")
def trust_lost(log: Log) -> None:
    """Trust establishment fails; the deployment server and the storage suffer with it."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:20:00")
    said = {
        "alert.trust_failed": True,
        "deployment.connected": False,
        "deployment.state": "Disconnected",
        "deployment.status": "critical",
    }
    log.facts(ONEVIEW, DEPLOYMENT, said, "Trust establishment failed")
    log.at("14:21:00")
    log.facts(WATCH, PAIR_A, {"source.token": "refused"}, "192.0.2.40 answers 401")
    log.at("14:25:00")
    said = {"cluster.storage": "degraded", "alert.storage_node_unavailable": True}
    log.facts(ONEVIEW, PAIR_A, said, "A storage node is not available")
    log.at("16:05:00")
    said = {
        "alert.trust_failed": False,
        "deployment.connected": True,
        "deployment.state": "Connected",
        "deployment.status": "ok",
    }
    log.facts(ONEVIEW, DEPLOYMENT, said, "The deployment server is Connected")
    log.facts(WATCH, PAIR_A, {"source.token": "accepted"}, "192.0.2.40 answers")
    said = {"cluster.storage": "healthy", "alert.storage_node_unavailable": False}
    log.facts(ONEVIEW, PAIR_A, said, "The storage cluster is healthy")
    log.at("16:09:00")


@scenario("H12-user-interface")
def user_interface(log: Log) -> None:
    """The Image Streamer refuses HPE OneView's session; people find that its screen does not
    open."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:20:00")
    log.facts(WATCH, PAIR_A, {"source.token": "refused"}, "192.0.2.40 answers 401")
    log.at("14:30:00")
    said = {"operator.ui_does_not_open": True}
    log.operator(DEPLOYMENT, said, "The link in HPE OneView ends on a login page")
    log.at("15:00:00")
    log.facts(WATCH, PAIR_A, {"source.token": "accepted"}, "192.0.2.40 answers")
    log.at("15:02:00")
    log.operator(DEPLOYMENT, {"operator.ui_does_not_open": False}, "It opens again")
    log.at("15:06:00")


@scenario("H13-composer-changes")
def composer_changes(log: Log) -> None:
    """The active Composer changes: a quarter of an hour of blindness in which nothing is
    concluded, and everything is read again afterwards."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:20:00")
    log.silence(ONEVIEW)
    log.facts(WATCH, DEPLOYMENT, {"watch.message_bus": "reconnecting"}, "The bus is lost")
    log.at("14:20:10")
    log.facts(WATCH, DEPLOYMENT, {"watch.oneview_reachable": False}, "HPE OneView is silent")
    log.at("14:34:00")
    said = {"watch.oneview_reachable": True, "watch.oneview_session": "expired"}
    log.facts(WATCH, DEPLOYMENT, said, "HPE OneView answers: the session is not known")
    log.at("14:34:04")
    log.facts(WATCH, DEPLOYMENT, {"watch.oneview_session": "valid"}, "Logged in again")
    log.at("14:34:09")
    said = {
        **deployment_facts(log, 2),
        "composer.cluster": "synchronizing",
        "composer.active_node": "Frame2, appliance bay 1",
        "composer.synchronized_percent": 64,
        "composer.role_changed_at": log.ago("9s"),
    }
    log.snapshot(
        ONEVIEW,
        DEPLOYMENT,
        said,
        {name.partition(".")[0] for name in deployment_facts(log, 2)},
        "harbour read again: Frame2 is active",
    )
    log.snapshot(ONEVIEW, PAIR_A, pair_facts("a", FIRST, SECOND, "primary"))
    log.at("14:34:30")
    log.facts(WATCH, DEPLOYMENT, {"watch.message_bus": "connected"}, "The bus is back")
    log.at("14:58:00")
    said = {"composer.cluster": "healthy", "composer.synchronized_percent": 100}
    log.facts(ONEVIEW, DEPLOYMENT, said, "The Composers are synchronized")
    log.at("15:02:00")


@scenario("H13-composer-alone")
def composer_alone(log: Log) -> None:
    """The standby Composer is not OK for more than an hour; the Image Streamer is well."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:10:00")
    said = {"composer.cluster": "degraded", "composer.synchronized_percent": 0}
    log.facts(ONEVIEW, DEPLOYMENT, said, "The standby Composer is not OK")
    log.at("15:20:00")
    said = {"composer.cluster": "healthy", "composer.synchronized_percent": 100}
    log.facts(ONEVIEW, DEPLOYMENT, said, "The Composers are synchronized")
    log.at("15:24:00")


@scenario("H14-clocks-differ")
def clocks_differ(log: Log) -> None:
    """The Image Streamer's clock is 95 seconds from HPE OneView's."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:20:00")
    log.facts(WATCH, DEPLOYMENT, {"watch.appliances_clock_offset": 95}, "Clocks differ by 95 s")
    log.at("14:50:00")
    log.facts(WATCH, DEPLOYMENT, {"watch.appliances_clock_offset": 0.6}, "Clocks agree")
    log.at("14:54:00")


@scenario("deployment-server-troubled")
def deployment_server_troubled(log: Log) -> None:
    """The deployment server is Disconnected and nothing tells why; a shorter break before it
    raises nothing."""
    open_watch(log, "2026-11-20T14:00:00Z")
    gone = {"deployment.connected": False, "deployment.state": "Disconnected"}
    back = {"deployment.connected": True, "deployment.state": "Connected"}
    log.at("14:10:00")
    log.facts(ONEVIEW, DEPLOYMENT, gone, "The deployment server is Disconnected")
    log.at("14:12:30")
    log.facts(ONEVIEW, DEPLOYMENT, back, "The deployment server is Connected")
    log.at("14:20:00")
    log.facts(ONEVIEW, DEPLOYMENT, gone, "The deployment server is Disconnected")
    log.at("14:30:00")
    log.facts(ONEVIEW, DEPLOYMENT, back, "The deployment server is Connected")
    log.at("14:34:00")


@scenario("unrecognised-alerts")
def unrecognised_alerts(log: Log) -> None:
    """Alerts of kinds that no rule knows: shown with their own words, never dropped."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:20:00")
    said = {
        "alert.unrecognised_count": 1,
        "alert.unrecognised_type": "hpris.ipmc.1.2.CIManagerTpmNotice",
        "alert.unrecognised_description": "The appliance reports a state of its trusted module.",
        "alert.unrecognised_corrective_action": "Contact your authorized support representative.",
    }
    log.facts(ONEVIEW, A2, said, "Frame2: an alert of unknown kind")
    log.at("14:25:00")
    said = {
        "alert.deployment_unrecognised_count": 1,
        "alert.deployment_unrecognised_type": "DeploymentServerQuotaNotice",
        "alert.deployment_unrecognised_description": "The deployment server reports a quota.",
        "alert.deployment_unrecognised_corrective_action": "Remove what is not needed.",
    }
    log.facts(ONEVIEW, DEPLOYMENT, said, "An alert of unknown kind on the deployment server")
    log.at("14:40:00")
    log.facts(ONEVIEW, A2, {"alert.unrecognised_count": 0}, "Frame2: cleared")
    log.at("14:44:00")


@scenario("W1-session-refused")
def session_refused(log: Log) -> None:
    """A session expires and is renewed; later the login is refused and the watch goes blind."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:20:00")
    log.facts(WATCH, DEPLOYMENT, {"watch.oneview_session": "expired"}, "HPE OneView answers 401")
    log.at("14:20:03")
    log.facts(WATCH, DEPLOYMENT, {"watch.oneview_session": "valid"}, "Logged in again")
    log.at("14:30:00")
    log.facts(ONEVIEW, A1, {"appliance.powered": True})
    log.at("14:40:00")
    log.silence(ONEVIEW)
    log.facts(WATCH, DEPLOYMENT, {"watch.oneview_session": "refused"}, "The login is refused")
    log.at("14:55:00")
    log.facts(WATCH, DEPLOYMENT, {"watch.oneview_session": "valid"}, "Logged in again")
    log.heard(ONEVIEW)
    log.at("14:59:00")


@scenario("W2-interface-version")
def interface_version(log: Log) -> None:
    """HPE OneView is older than the interface version that the watch speaks."""
    said = {"watch.api_support": "too-new", "watch.api_range": "120 to 1200"}
    open_watch(log, "2026-11-20T14:00:00Z", watch=said)
    log.at("14:10:00")
    said = {"watch.api_support": "supported", "watch.api_range": "120 to 1200"}
    log.facts(WATCH, DEPLOYMENT, said, "Speaking 1200 now")
    log.at("14:14:00")


@scenario("W3-message-bus-lost")
def message_bus_lost(log: Log) -> None:
    """The message bus is lost for four minutes while REST answers."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:20:00")
    log.facts(WATCH, DEPLOYMENT, {"watch.message_bus": "reconnecting"}, "The bus is lost")
    log.at("14:24:00")
    log.facts(WATCH, DEPLOYMENT, {"watch.message_bus": "connected"}, "The bus is back")
    log.at("14:28:00")


@scenario("W4-oneview-lost")
def oneview_lost(log: Log) -> None:
    """HPE OneView is away for three quarters of an hour. The finding that stood stays open, and
    nothing is concluded from silence; a new reading ends it."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:10:00")
    said = {"cluster.storage": "degraded", "alert.storage_node_unavailable": True}
    log.facts(ONEVIEW, PAIR_A, said, "A storage node is not available")
    log.at("14:20:00")
    log.silence(ONEVIEW)
    log.at("14:20:30")
    log.facts(WATCH, DEPLOYMENT, {"watch.oneview_reachable": False}, "HPE OneView is silent")
    log.at("15:05:00")
    log.facts(WATCH, DEPLOYMENT, {"watch.oneview_reachable": True}, "HPE OneView answers")
    log.at("15:05:08")
    log.snapshot(ONEVIEW, DEPLOYMENT, deployment_facts(log, 2), message="harbour read again")
    log.snapshot(ONEVIEW, PAIR_A, pair_facts("a", FIRST, SECOND, "primary"))
    log.at("15:09:00")


@scenario("W4-lost-until-the-end")
def lost_until_the_end(log: Log) -> None:
    """The log ends while HPE OneView is lost: what stood open stays open."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:10:00")
    said = {"cluster.storage": "degraded", "alert.storage_node_unavailable": True}
    log.facts(ONEVIEW, PAIR_A, said, "A storage node is not available")
    log.at("14:20:00")
    log.silence(ONEVIEW)
    log.at("14:20:30")
    log.facts(WATCH, DEPLOYMENT, {"watch.oneview_reachable": False}, "HPE OneView is silent")
    log.at("14:40:00")


@scenario("W4-lists-unread")
def lists_unread(log: Log) -> None:
    """The watch's account may not read the alerts for a while; everything else is read."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:20:00")
    log.facts(WATCH, DEPLOYMENT, {"watch.unread_lists": "alerts (Active)"}, "They are refused")
    log.at("14:40:00")
    log.facts(WATCH, DEPLOYMENT, {"watch.unread_lists": None}, "All lists are read again")
    log.at("14:44:00")


@scenario("W4-certificate-refused")
def certificate_refused(log: Log) -> None:
    """HPE OneView's certificate and an Image Streamer's are replaced, and the watch is told of
    the new ones only later."""
    open_watch(log, "2026-11-20T14:00:00Z", watch={"watch.certificates": "verified"})
    log.at("14:20:00")
    shown = {"source.cluster_address": "untrusted"}
    log.facts(WATCH, PAIR_A, shown, "192.0.2.40 shows another certificate")
    log.silence(STREAMER)
    log.at("14:30:00")
    log.silence(ONEVIEW)
    log.at("14:30:30")
    said: dict[str, Any] = {"watch.oneview_reachable": None, "watch.certificates": "refused"}
    log.facts(WATCH, DEPLOYMENT, said, "HPE OneView shows another certificate")
    log.at("14:40:00")
    said = {"watch.oneview_reachable": True, "watch.certificates": "verified"}
    log.facts(WATCH, DEPLOYMENT, said, "HPE OneView's new certificate is pinned")
    log.facts(WATCH, PAIR_A, {"source.cluster_address": "answers"}, "192.0.2.40 answers")
    log.at("14:40:08")
    log.heard(STREAMER)
    log.snapshot(ONEVIEW, DEPLOYMENT, deployment_facts(log, 2), message="harbour read again")
    log.snapshot(ONEVIEW, PAIR_A, pair_facts("a", FIRST, SECOND, "primary"))
    log.at("14:44:00")


@scenario("W4-certificates-not-verified")
def certificates_not_verified(log: Log) -> None:
    """The watch is configured to believe anybody, until an authority is configured."""
    open_watch(log, "2026-11-20T14:00:00Z", watch={"watch.certificates": "not-verified"})
    log.at("14:20:00")
    log.facts(WATCH, DEPLOYMENT, {"watch.certificates": "verified"}, "An authority is configured")
    log.at("14:24:00")


@scenario("W5-cluster-address-silent")
def cluster_address_silent(log: Log) -> None:
    """The cluster address is silent for less than three minutes, and then for longer."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.at("14:20:00")
    log.facts(WATCH, PAIR_B, {"source.cluster_address": "silent"}, "192.0.2.60 is silent")
    log.at("14:22:30")
    log.facts(WATCH, PAIR_B, {"source.cluster_address": "answers"}, "192.0.2.60 answers")
    log.at("14:40:00")
    log.facts(WATCH, PAIR_A, {"source.cluster_address": "silent"}, "192.0.2.40 is silent")
    log.silence(STREAMER)
    log.at("14:50:00")
    log.facts(WATCH, PAIR_A, {"source.cluster_address": "answers"}, "192.0.2.40 answers")
    log.heard(STREAMER)
    log.at("14:54:00")


@scenario("W6-no-deployment-server")
def no_deployment_server(log: Log) -> None:
    """A release of HPE OneView that knows no deployment servers."""
    log.begin("2026-11-20T14:00:00Z")
    log.wait("600ms")
    said = {
        "watch.oneview_reachable": True,
        "watch.oneview_session": "valid",
        "watch.api_support": "supported",
        "watch.api_range": "1200 to 4600",
        "watch.message_bus": "connected",
        "watch.deployment_servers": "not-supported",
        "watch.clock_offset": 0.2,
    }
    log.facts(WATCH, DEPLOYMENT, said, "HPE OneView knows no deployment servers")
    said = {
        "composer.version": "8.10.00-0481662",
        "composer.cluster": "healthy",
        "composer.active_node": "Frame1, appliance bay 1",
        "composer.synchronized_percent": 100,
    }
    log.snapshot(ONEVIEW, DEPLOYMENT, said, ("composer", "deployment"), "First reading of harbour")
    log.wait("10m")


@scenario("W7-watch-clock")
def watch_clock(log: Log) -> None:
    """The clock of the watch is four minutes from HPE OneView's."""
    open_watch(log, "2026-11-20T14:00:00Z", watch={"watch.clock_offset": 240})
    log.at("14:12:00")
    log.facts(WATCH, DEPLOYMENT, {"watch.clock_offset": 0.3}, "The time servers are set")
    log.at("14:16:00")
