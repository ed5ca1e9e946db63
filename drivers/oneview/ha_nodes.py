"""Facts about the Composers, HPE OneView's own appliances."""

from __future__ import annotations

from typing import Any

from drivers.oneview.bodies import Kind
from drivers.oneview.directory import is_image_streamer
from drivers.oneview.fields import Resource, instant_text, lowered, number, version, word
from drivers.oneview.happenings import newest
from drivers.oneview.tasks import Task
from drivers.oneview.view import View


def say_composers(view: View, tasks: list[Task]) -> None:
    """State the Composers' roles and how far they are synchronized.

    Nodes of an Image Streamer, which the same resource gives on its own address, are none.
    """
    subject = view.deployment_subject
    if Kind.HA_NODE in view.read:
        nodes = _composers(view)
        if nodes or view.is_whole(Kind.HA_NODE):
            _say_nodes(view, subject, nodes)
    _say_takeover(view, subject, newest(t for t in tasks if t.purpose == "composer-takeover"))
    if Kind.NODE_VERSION in view.read:
        for resource in view.remembered.resources(Kind.NODE_VERSION):
            family = f"{word(resource, 'family')} {word(resource, 'modelNumber')}"
            if not is_image_streamer(family):
                say = view.statement.say
                say(subject, "composer.version", version(resource, "softwareVersion"))


def _say_takeover(view: View, subject: str, task: Task | None) -> None:
    """State the end of a takeover that the nodes themselves did not show."""
    if task is None or task.result != "completed" or not task.is_news(view.time):
        return
    if task.ended_at is None or _changes(view, subject):
        return
    said, at = view.said(subject, "composer.role_changed_at"), instant_text(task.ended_at)
    if not isinstance(said, str) or said < at:
        view.statement.say(subject, "composer.role_changed_at", at)


def _composers(view: View) -> list[Resource]:
    return [
        body.resource
        for body in view.remembered.held.get(Kind.HA_NODE, {}).values()
        if not body.pair and not is_image_streamer(word(body.resource, "modelNumber") or "")
    ]


def _say_nodes(view: View, subject: str, nodes: list[Resource]) -> None:
    say = view.statement.say
    active = [node for node in nodes if lowered(node, "role") == "active"]
    percents = [
        percent
        for node in nodes
        if (percent := number(node, "synchronizationPercentComplete")) is not None
    ]
    say(subject, "composer.cluster", _cluster(view, nodes, percents))
    name = word(active[0], "name") if len(active) == 1 else None
    say(subject, "composer.active_node", name)
    standby = [node for node in nodes if lowered(node, "role") == "standby"]
    percent = number(standby[0], "synchronizationPercentComplete") if len(standby) == 1 else None
    say(subject, "composer.synchronized_percent", percent)
    if _changes(view, subject):
        say(subject, "composer.role_changed_at", instant_text(view.time))


def _changes(view: View, subject: str) -> bool:
    """Whether this observation shows another active Composer than the last one did."""
    was = view.said(subject, "composer.active_node")
    now = view.statement.facts.get(subject, {}).get("composer.active_node")
    return was is not None and now is not None and was != now


def _cluster(view: View, nodes: list[Resource], percents: list[int]) -> str | None:
    if len(nodes) < 2:
        return "single" if nodes and view.is_whole(Kind.HA_NODE) else None
    words: set[Any] = {lowered(node, name) for node in nodes for name in ("state", "status")}
    if words - {"ok", None}:
        return "degraded"
    if "ok" not in words or len(percents) < len(nodes):
        return None
    return "healthy" if min(percents) >= 100 else "synchronizing"
