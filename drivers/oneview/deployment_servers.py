"""Facts about the OS deployment server: its state, which pair is primary, and which could be."""

from __future__ import annotations

from drivers.oneview.alert_kinds import speaks_of_trust
from drivers.oneview.alerts import Placed
from drivers.oneview.bodies import Kind
from drivers.oneview.fields import Resource, lowered, path, word
from drivers.oneview.happenings import newest
from drivers.oneview.pairs import members_of
from drivers.oneview.primary_changes import say_primary_change
from drivers.oneview.tasks import Task
from drivers.oneview.view import View


def say_deployment_server(view: View, tasks: list[Task], placed: list[Placed]) -> None:
    """State how the deployment server stands, who is primary, and changes of the primary."""
    servers = view.remembered.resources(Kind.DEPLOYMENT_SERVER)
    server = servers[0] if len(servers) == 1 else None
    subject = view.deployment_subject
    say = view.statement.say
    if Kind.DEPLOYMENT_SERVER in view.read and server is not None:
        state = word(server, "state")
        say(
            subject, "deployment.connected", None if state is None else state.lower() == "connected"
        )
        say(subject, "deployment.state", state)
        say(subject, "deployment.status", lowered(server, "status"))
        names = [word(server, "primaryClusterName"), path(server, "primaryActiveAppliance")]
        if {"primaryClusterName", "primaryActiveAppliance"} & server.keys():
            say(subject, "primary.selected", any(name is not None for name in names))
    pair = None if server is None else primary_pair(view, server)
    if server is not None and view.read & {Kind.DEPLOYMENT_SERVER, Kind.APPLIANCE}:
        say(subject, "primary.pair", pair)
    if view.read & {Kind.DEPLOYMENT_SERVER, Kind.APPLIANCE, Kind.ENCLOSURE}:
        _say_candidates(view, subject, pair)
    _say_trust(view, subject, tasks, placed)
    say_primary_change(view, tasks, pair)


def primary_pair(view: View, server: Resource) -> str | None:
    """The pair that the deployment server names as primary, where that can be told."""
    directory = view.directory
    serial = directory.serial_by_address.get(path(server, "primaryActiveAppliance") or "")
    if serial is not None and serial in directory.pair_of:
        return directory.pair_of[serial]
    return directory.pair_by_name.get(word(server, "primaryClusterName") or "")


def _say_candidates(view: View, subject: str, pair: str | None) -> None:
    if not view.is_whole(Kind.APPLIANCE):
        return
    usable = {
        name: sum(view.is_usable(serial) for serial in members_of(view, name))
        for name in {*view.directory.pairs(), *view.remembered.composition}
    }
    doubted = {name for name in usable if any(map(view.is_doubted, members_of(view, name)))}
    say = view.statement.say
    told = pair is not None and pair not in doubted
    say(subject, "primary.usable_members", usable.get(pair, 0) if told and pair else None)
    others = sorted(name for name, count in usable.items() if count and name != pair)
    known = (
        pair is not None or view.statement.facts.get(subject, {}).get("primary.selected") is False
    ) and not (doubted - {pair} - set(others))
    say(subject, "primary.candidates", len(others) if known else None)
    say(subject, "primary.candidate_names", ", ".join(others) or None if known else None)


def _say_trust(view: View, subject: str, tasks: list[Task], placed: list[Placed]) -> None:
    """Trust failed by an open alert, or by the latest task on the deployment server."""
    latest = newest(task for task in tasks if task.purpose in ("deployment-server", "server-edit"))
    failed = any(item.kind == "trust-failed" for item in placed)
    if latest is not None and latest.has_ended and latest.result != "completed":
        failed = failed or (speaks_of_trust(latest.words or "") and latest.is_news(view.time))
    if not view.read & {Kind.ALERT, Kind.TASK}:
        return
    if failed:
        view.statement.say(subject, "alert.trust_failed", True)
    elif Kind.ALERT in view.read and (
        view.is_whole(Kind.ALERT) or view.said(subject, "alert.trust_failed") is not None
    ):
        view.statement.say(subject, "alert.trust_failed", False)
