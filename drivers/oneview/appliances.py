"""Facts about each Image Streamer module: what the appliances' list and its bay say of it."""

from __future__ import annotations

from typing import Final

from drivers.oneview.bodies import Kind
from drivers.oneview.fields import (
    Resource,
    bounded,
    flag,
    instant_text,
    listed,
    lowered,
    number,
    version,
    word,
)
from drivers.oneview.memory import UNUSABLE
from drivers.oneview.view import View

LISTED: Final = (
    "appliance.name",
    "appliance.status",
    "appliance.active",
    "appliance.primary",
    "appliance.version",
    "appliance.storage_version",
    "appliance.needs_upgrade",
)
"""Facts that the appliances' list alone says."""


def say_appliances(view: View) -> None:
    """State the facts of every module that is listed, or known to stand or have stood in a bay."""
    known = (
        set(view.appliances)
        | set(view.bays)
        | {subject[10:] for subject in view.before.said if subject.startswith("appliance/")}
        | {subject[10:] for subject in view.statement.facts if subject.startswith("appliance/")}
    )
    for serial in sorted(known):
        subject = f"appliance/{serial}"
        resource = view.appliances.get(serial)
        if resource is not None:
            _say_listed(view, subject, serial, resource)
        elif view.is_whole(Kind.APPLIANCE) and Kind.APPLIANCE in view.read:
            _say_unlisted(view, subject, serial)
        elif serial in view.directory.pair_of:
            view.statement.say(subject, "appliance.pair", view.directory.pair_of[serial])
        _say_bay(view, subject, serial)
        _remember_role(view, serial)


def _say_listed(view: View, subject: str, serial: str, resource: Resource) -> None:
    say = view.statement.say
    pair = view.directory.pair_of.get(serial)
    if pair is not None:
        say(subject, "appliance.pair", pair)
    elif "leUri" in resource:
        say(subject, "appliance.pair", None)
    say(subject, "appliance.replaced", False)
    say(subject, "appliance.name", word(resource, "name"))
    say(subject, "appliance.status", lowered(resource, "status"))
    say(subject, "appliance.active", flag(resource, "isActive"))
    say(subject, "appliance.primary", flag(resource, "isPrimary"))
    say(subject, "appliance.version", version(resource, "imageStreamerVersion"))
    say(subject, "appliance.storage_version", version(resource, "vsaVersion"))
    say(subject, "appliance.needs_upgrade", flag(resource, "needUpgrade"))
    for fact, value in (
        ("appliance.enclosure", word(resource, "cimEnclosureName")),
        ("appliance.bay", number(resource, "cimBay")),
    ):
        if value is not None:
            say(subject, fact, value)


def _say_unlisted(view: View, subject: str, serial: str) -> None:
    """A module that the whole list leaves out: its membership stays, what was read of it does not.

    Once two others make up its pair, it is no member any more: they have replaced it.
    """
    for fact in LISTED:
        view.statement.say(subject, fact, None)
    pair = view.directory.pair_of.get(serial)
    replaced = pair is not None and len(view.listed_members(pair)) >= 2
    view.statement.say(subject, "appliance.pair", None if replaced else pair)
    if replaced:
        view.statement.say(subject, "appliance.replaced", True)


def _say_bay(view: View, subject: str, serial: str) -> None:
    bay = view.bays.get(serial)
    if bay is None:
        return
    say = view.statement.say
    frame = word(bay.frame, "name")
    if frame is not None:
        say(subject, "appliance.enclosure", frame)
    say(subject, "appliance.bay", bay.number)
    say(subject, "appliance.present", bay.present)
    say(subject, "appliance.powered", bay.powered)
    say(subject, "appliance.module_status", bay.status)
    say(subject, "link.management_port", _management_ports(bay.frame))
    was_there = view.said(subject, "appliance.present")
    # What was there before the watch began was inserted nobody knows when.
    is_new = was_there is None and bool(view.before.resources(Kind.ENCLOSURE))
    if bay.present and (was_there is False or is_new):
        say(subject, "claim.inserted_at", instant_text(view.time))


def _management_ports(frame: Resource) -> str | None:
    ports = []
    for module in listed(frame, "managerBays"):
        states = [word(module, name) for name in ("mgmtPortState", "mgmtPortLinkState")]
        said = [state for state in states if state is not None]
        if said:
            ports.append(f"bay {number(module, 'bayNumber') or '?'}: {', '.join(said)}")
    return bounded("; ".join(ports), 512) if ports else None


def _remember_role(view: View, serial: str) -> None:
    resource = view.appliances.get(serial)
    if resource is None or not view.is_usable(serial) or _is_updating(view, serial):
        return
    active = flag(resource, "isActive")
    if active is not None and lowered(resource, "status") not in UNUSABLE:
        view.remembered.roles[serial] = "active" if active else "standby"


def _is_updating(view: View, serial: str) -> bool:
    """Whether its pair is being updated: then roles swap to and fro, and none of that is a member
    that has failed or taken over."""
    subject = f"pair/{view.directory.pair_of.get(serial)}"
    stated = view.statement.facts.get(subject, {})
    result = stated.get("update.result", view.said(subject, "update.result"))
    return bool(result == "running")
