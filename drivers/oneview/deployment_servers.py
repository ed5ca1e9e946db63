"""Facts about the OS deployment server: its state, and which pair is primary and was before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from drivers.oneview.alert_kinds import speaks_of_trust
from drivers.oneview.alerts import Placed
from drivers.oneview.bodies import Kind
from drivers.oneview.fields import Resource, instant_text, lowered, path, word
from drivers.oneview.happenings import error_text, newest
from drivers.oneview.pairs import members_of
from drivers.oneview.tasks import Task, refers_to
from drivers.oneview.view import View

NOT_SEEN: Final = "not-seen"

_STILL_THE_SAME: Final = timedelta(minutes=10)
"""The deployment server may have been read before its task in one round of reads."""


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
    _say_change(view, subject, tasks, pair)


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
    say = view.statement.say
    say(subject, "primary.usable_members", usable.get(pair, 0) if pair is not None else None)
    others = sorted(name for name, count in usable.items() if count and name != pair)
    known = (
        pair is not None or view.statement.facts.get(subject, {}).get("primary.selected") is False
    )
    say(subject, "primary.candidates", len(others) if known else None)
    say(subject, "primary.candidate_names", ", ".join(others) or None if known else None)


def _say_trust(view: View, subject: str, tasks: list[Task], placed: list[Placed]) -> None:
    """Trust failed by an open alert, or by the latest task on the deployment server."""
    latest = newest(
        task for task in tasks if task.purpose in ("deployment-server", "primary-change")
    )
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


def _say_change(view: View, subject: str, tasks: list[Task], pair: str | None) -> None:
    """State the latest change of the primary: its task's, or one of which no task was seen."""
    task = newest(task for task in tasks if task.purpose == "primary-change")
    known, was = view.said(subject, "primary.change_id"), view.said(subject, "primary.pair")
    is_known = task is not None and task.id == known
    if task is not None and Kind.TASK in view.read and (is_known or task.is_news(view.time)):
        if not is_known:
            _begin(view, subject, task, pair)
        elif view.said(subject, "primary.change_result") != task.result:
            _end(view, subject, task, pair)
        elif not task.has_ended:
            _name_goal(view, subject, pair)
        elif pair not in (None, view.said(subject, "primary.change_selected")):
            ended = task.ended_at
            if ended is not None and view.time - ended <= _STILL_THE_SAME:
                _end(view, subject, task, pair)
            elif isinstance(was, str) and was != pair:
                _not_seen(view, subject, was, pair)
        return
    running = view.said(subject, "primary.change_result") == "running"
    if pair is not None and isinstance(was, str) and was != pair and not running:
        _not_seen(view, subject, was, pair)


def _name_goal(view: View, subject: str, pair: str | None) -> None:
    """Tell where a running change leads, once the edited deployment server names it."""
    named = view.said(subject, "primary.change_to") is not None
    if not named and pair not in (None, view.said(subject, "primary.change_from")):
        facts = {"primary.change_to": pair}
        view.statement.happen(subject, facts, f"{pair} is to be the primary")


def _begin(view: View, subject: str, task: Task, pair: str | None) -> None:
    was = view.said(subject, "primary.pair")
    facts: dict[str, Any] = {
        "primary.change_id": task.id,
        "primary.change_started_at": instant_text(task.created) if task.created else None,
        "primary.change_from": was,
        "primary.change_to": _asked_for(view, task) or (pair if was and pair != was else None),
    }
    facts |= _standing(task)
    facts["primary.change_selected"] = pair if task.has_ended else None
    if task.has_ended and facts["primary.change_to"] is None and task.result == "completed":
        facts["primary.change_to"] = pair
    message = f"Change of the primary: {task.result or 'state not known'}"
    view.statement.happen(subject, facts, message, task.ended_at or task.created)


def _end(view: View, subject: str, task: Task, pair: str | None) -> None:
    facts = _standing(task)
    if task.has_ended:
        facts["primary.change_selected"] = pair
        if view.said(subject, "primary.change_to") is None and task.result == "completed":
            facts["primary.change_to"] = pair
    message = f"Change of the primary: {task.result or 'state not known'}"
    view.statement.happen(subject, facts, message, task.ended_at)


def _standing(task: Task) -> dict[str, Any]:
    return {
        "primary.change_result": task.result,
        "primary.change_ended_at": instant_text(task.ended_at) if task.ended_at else None,
        "primary.change_error_text": error_text(task),
    }


def _not_seen(view: View, subject: str, was: str, pair: str) -> None:
    at = instant_text(view.time)
    facts = {
        "primary.change_id": f"{NOT_SEEN}/{at}",
        "primary.change_started_at": None,
        "primary.change_ended_at": at,
        "primary.change_result": NOT_SEEN,
        "primary.change_error_text": None,
        "primary.change_from": was,
        "primary.change_to": pair,
        "primary.change_selected": pair,
    }
    view.statement.happen(subject, facts, f"{pair} is the primary now, {was} was before")


def _asked_for(view: View, task: Task) -> str | None:
    for address in refers_to(task.resource):
        serial = view.directory.serial_by_address.get(address)
        if serial is not None and serial in view.directory.pair_of:
            return view.directory.pair_of[serial]
    return None
