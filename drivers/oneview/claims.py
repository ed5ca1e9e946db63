"""Facts about claims: which modules HPE OneView has claimed, and what holds a claim up."""

from __future__ import annotations

from drivers.oneview.alert_kinds import offers_factory_reset, spoken, type_name
from drivers.oneview.alerts import Placed, place_of
from drivers.oneview.bodies import Kind
from drivers.oneview.fields import flag, instant_text, moment, number, path, prose
from drivers.oneview.happenings import newest
from drivers.oneview.tasks import Task
from drivers.oneview.view import View


def say_claims(view: View, tasks: list[Task], placed: list[Placed]) -> None:
    """State each module's claim, and how many modules wait for a pair."""
    claims = [task for task in tasks if task.purpose == "claim"]
    alerts = [item for item in placed if item.kind == "claim" and len(item.place.serials) == 1]
    serials = set(view.appliances) | set(view.bays)
    serials |= {task.serial for task in claims} | {item.place.serials[0] for item in alerts}
    for serial in sorted(serials):
        alert = next((i for i in reversed(alerts) if i.place.serials[0] == serial), None)
        task = newest(task for task in claims if task.serial == serial)
        _say_claim(view, serial, task, alert)
    _say_insertions(view)
    if view.is_whole(Kind.ENCLOSURE) and view.is_whole(Kind.APPLIANCE):
        waiting = [
            serial
            for serial, bay in view.bays.items()
            if bay.present and not _is_in_pair(view, serial)
        ]
        count = None if any(map(view.is_doubted, waiting)) else len(waiting)
        view.statement.say(view.deployment_subject, "claim.waiting", count)
    _say_addresses(view)


def _say_claim(view: View, serial: str, task: Task | None, alert: Placed | None) -> None:
    subject = f"appliance/{serial}"
    say = view.statement.say
    resource = view.appliances.get(serial)
    if resource is not None and ("leUri" in resource or serial in view.directory.pair_of):
        say(subject, "claim.in_pair", _is_in_pair(view, serial))
    elif resource is None and serial in view.bays and view.is_whole(Kind.APPLIANCE):
        say(subject, "claim.in_pair", None if view.is_doubted(serial) else False)
    claimed = flag(resource, "claimedByOV") if resource is not None else None
    failed = task is not None and task.has_ended and task.result not in ("completed", "warning")
    state: str | None = None
    if claimed:
        state = "claimed"
    elif task is not None and not task.has_ended:
        state = "claiming"
    elif alert is not None or failed:
        state = "failed"
    elif claimed is False:
        state = "unclaimed"
    if state is None:
        return
    words = None
    if state == "failed":
        words = prose(alert.alert, "description") if alert else task.words if task else None
    say(subject, "claim.state", state)
    say(subject, "claim.description", words)
    if state == "failed":
        offered = alert is not None and offers_factory_reset(spoken(alert.alert))
        say(subject, "claim.obstacle", "foreign-configuration" if offered else "other")
    elif view.is_whole(Kind.ALERT) or state == "claimed":
        say(subject, "claim.obstacle", "none")


def _is_in_pair(view: View, serial: str) -> bool:
    resource = view.appliances.get(serial)
    if resource is None:
        return False
    return path(resource, "leUri") is not None or serial in view.directory.pair_of


def _say_insertions(view: View) -> None:
    """State when a module was inserted, where an alert tells it."""
    for body in view.incoming:
        if body.kind is not Kind.ALERT or type_name(body.resource) != "cimanagerinserted":
            continue
        place, created = place_of(body.resource, view.directory), moment(body.resource, "created")
        if place is not None and len(place.serials) == 1 and created is not None:
            subject = f"appliance/{place.serials[0]}"
            said, at = view.said(subject, "claim.inserted_at"), instant_text(created)
            if not isinstance(said, str) or said < at:
                view.statement.say(subject, "claim.inserted_at", at)


def _say_addresses(view: View) -> None:
    """State the free addresses of the ranges that belong to the two networks' subnets."""
    if not view.read & {Kind.ADDRESS_RANGE, Kind.NETWORK} or not view.is_whole(Kind.ADDRESS_RANGE):
        return
    subnets = {
        path(network, "uri"): path(network, "subnetUri")
        for network in view.remembered.resources(Kind.NETWORK)
    }
    servers = view.remembered.resources(Kind.DEPLOYMENT_SERVER)
    appliances = list(view.appliances.values())
    management = {path(server, "mgmtNetworkUri") for server in servers}
    management |= {path(resource, "managementNetworkUri") for resource in appliances}
    deployment = {path(resource, "deploymentNetworkUri") for resource in appliances}
    for fact, networks in (
        ("claim.free_management_addresses", management),
        ("claim.free_deployment_addresses", deployment),
    ):
        wanted = {subnets.get(network) for network in networks} - {None}
        counts = [
            number(item, "freeIdCount")
            for item in view.remembered.resources(Kind.ADDRESS_RANGE)
            if path(item, "subnetUri") in wanted and flag(item, "enabled") is not False
        ]
        known = [count for count in counts if count is not None]
        complete = bool(known) and len(known) == len(counts)
        view.statement.say(view.deployment_subject, fact, sum(known) if complete else None)
