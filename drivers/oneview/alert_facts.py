"""The facts that open alerts give. What no rule knows is told in the alert's own words."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from drivers.oneview.alert_kinds import (
    LINK_KINDS,
    MODULE_FAULTS,
    AlertKind,
    module_fault,
    speaks_of_storage,
    spoken,
)
from drivers.oneview.alerts import Placed, about, component_of, place_all
from drivers.oneview.bodies import Kind
from drivers.oneview.fields import LONGEST_TEXT, bounded, moment, prose, word
from drivers.oneview.view import View

_LINK_FACTS: Final[dict[AlertKind, str]] = {
    "image-manager-disconnected": "link.image_manager_disconnected",
    "image-manager-misconnected": "link.image_manager_misconnected",
    "ring-without-management-port": "link.ring_without_management_port",
    "frame-link": "link.frame_link_fault",
}
_PAIR_FACTS: Final[dict[AlertKind, str]] = {
    "not-highly-available": "alert.not_highly_available",
    "storage-node-unavailable": "alert.storage_node_unavailable",
}
_SHORTLY: Final[dict[AlertKind, str]] = {
    "module": "fault of a module in an appliance bay",
    "image-manager-disconnected": "link to an Image Streamer disconnected",
    "image-manager-misconnected": "link to an Image Streamer connected wrongly",
    "ring-without-management-port": "ring without an active management port",
    "frame-link": "fault of a frame's link",
    "not-highly-available": "pair not highly available",
    "storage-node-unavailable": "storage node not available",
    "claim": "obstacle to a claim",
}
"""What alerts of these kinds tell, where they cannot be told to an appliance or a pair."""


NO_ACTION: Final = "the alert tells no action"
"""What stands for the corrective action of an alert that has none."""


def say_alerts(view: View) -> list[Placed]:
    """State what the open alerts tell, and return them with their places."""
    if Kind.ALERT not in view.read and Kind.EVENT not in view.read:
        return []
    placed = place_all(view.remembered.held.get(Kind.ALERT, {}).values(), view.directory)
    known = set(view.appliances) | set(view.bays)
    known |= {subject[10:] for subject in view.before.said if subject.startswith("appliance/")}
    known |= {serial for item in placed for serial in item.place.serials}
    by_serial: dict[str, list[Placed]] = {}
    by_pair: dict[str, list[Placed]] = {pair: [] for pair in view.directory.pairs()}
    for item in placed:
        for serial in item.place.serials:
            by_serial.setdefault(serial, []).append(item)
        pair = pair_of(view, item)
        if pair is not None:
            by_pair.setdefault(pair, []).append(item)
    for serial in sorted(known):
        _say_appliance(view, serial, by_serial.get(serial, []))
    for pair in sorted(by_pair):
        _say_pair(view, pair, by_pair[pair])
    _say_deployment(view, placed)
    return placed


def pair_of(view: View, item: Placed) -> str | None:
    """The pair that an alert is about, itself or by way of an appliance."""
    if item.place.pair:
        return item.place.pair
    if len(item.place.serials) == 1:
        return view.directory.pair_of.get(item.place.serials[0])
    return None


def storage_alarm_since(
    view: View, placed: list[Placed], pair: str, since: datetime | None
) -> bool:
    """Whether an alert on the pair that was raised since an instant speaks of the storage."""
    for item in placed:
        created = moment(item.alert, "created")
        if created is None or pair_of(view, item) != pair:
            continue
        if (since is None or created >= since) and speaks_of_storage(spoken(item.alert)):
            return True
    return False


def _say_appliance(view: View, serial: str, placed: list[Placed]) -> None:
    subject = f"appliance/{serial}"
    modules = [item for item in placed if item.kind == "module"]
    worst = max(modules, key=lambda item: (_rank(item), item.newness), default=None)
    _say(view, subject, "alert.module_fault", module_fault(worst.alert) if worst else None, "none")
    _say_words(view, subject, "alert.module", worst)
    for kind, fact in _LINK_FACTS.items():
        _say(view, subject, fact, any(item.kind == kind for item in placed) or None, False)
    links = [item for item in placed if item.kind in LINK_KINDS]
    _say_words(view, subject, "link", links[-1] if links else None, joint=".")
    _say_unrecognised(
        view, subject, "alert.unrecognised", [i for i in placed if _is_strange(view, i)]
    )


def _rank(item: Placed) -> int:
    return MODULE_FAULTS.index(module_fault(item.alert) or "none")


def _is_strange(view: View, item: Placed) -> bool:
    """Whether no fact of an appliance or a pair tells this alert."""
    if item.kind == "unrecognised" or item.kind == "oneview-backup":
        return True
    return item.kind in _PAIR_FACTS and pair_of(view, item) is None


def _say_pair(view: View, pair: str, placed: list[Placed]) -> None:
    subject = f"pair/{pair}"
    for kind, fact in _PAIR_FACTS.items():
        _say(view, subject, fact, any(item.kind == kind for item in placed) or None, False)
    storage = [item for item in placed if item.kind == "storage-node-unavailable"]
    text = prose(storage[-1].alert, "description") if storage else None
    _say(view, subject, "alert.storage_description", text, None)


def _say_deployment(view: View, placed: list[Placed]) -> None:
    subject = view.deployment_subject
    backups = [item for item in placed if _is_backup(item)]
    _say(view, subject, "backup.oneview_alert", bool(backups) or None, False)
    text = prose(backups[-1].alert, "description") if backups else None
    _say(view, subject, "backup.oneview_alert_description", text, None)
    homeless = [
        item
        for item in placed
        if not item.place.serials and not _is_backup(item) and _is_homeless(view, item)
    ]
    _say_unrecognised(view, subject, "alert.deployment_unrecognised", homeless)


def _is_backup(item: Placed) -> bool:
    return item.kind == "oneview-backup" and not item.place.serials and not item.place.pair


def _is_homeless(view: View, item: Placed) -> bool:
    """Whether neither a known kind nor a place leads this alert to a fact of its own."""
    if item.kind in _PAIR_FACTS:
        return pair_of(view, item) is None
    return item.kind != "trust-failed"


def _say_unrecognised(view: View, subject: str, prefix: str, items: list[Placed]) -> None:
    _say(view, subject, f"{prefix}_count", len(items) or None, 0)
    newest = items[-1] if items else None
    kind = (word(newest.alert, "alertTypeID") or "without a type") if newest else None
    _say(view, subject, f"{prefix}_type", kind, None)
    _say_words(view, subject, prefix, newest, before=_known_of(newest) if newest else "")


def _known_of(item: Placed) -> str:
    """What is known of an alert that no fact of its own tells: its kind, where that is known."""
    if item.kind not in _SHORTLY:
        return ""
    what = "pair" if item.kind in _PAIR_FACTS else "appliance"
    fault = f", {module_fault(item.alert)}" if item.kind == "module" else ""
    severity = word(item.alert, "severity") or "not told"
    address, _, name = about(item.alert)
    at = " ".join(filter(None, (name or address, component_of(item.alert))))
    where = f", reported on {at}" if at else ""
    known = f"{_SHORTLY[item.kind]}{fault} (severity {severity}{where})"
    return bounded(f"The kind is known, the {what} is not: {known}. ", LONGEST_TEXT)


def _say_words(
    view: View,
    subject: str,
    prefix: str,
    item: Placed | None,
    *,
    joint: str = "_",
    before: str = "",
) -> None:
    description = prose(item.alert, "description") if item else None
    if before:
        description = bounded(before + (description or ""), LONGEST_TEXT).strip()
    action = (prose(item.alert, "correctiveAction") or NO_ACTION) if item else None
    _say(view, subject, f"{prefix}{joint}description", description, None)
    _say(view, subject, f"{prefix}{joint}corrective_action", action, None)


def _say(view: View, subject: str, fact: str, value: Any, otherwise: Any) -> None:
    """State what an alert tells, or that none tells it: where all were read, or one did before."""
    if value is not None:
        view.statement.say(subject, fact, value)
    elif view.is_whole(Kind.ALERT) or view.said(subject, fact) is not None:
        view.statement.say(subject, fact, otherwise)
