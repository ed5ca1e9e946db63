"""What an alert is about, by the last component of its type, or by its words where its type is
not known."""

from __future__ import annotations

import re
from typing import Final, Literal

from drivers.oneview.fields import Resource, flag, lowered, prose, word

AlertKind = Literal[
    "module",
    "image-manager-disconnected",
    "image-manager-misconnected",
    "ring-without-management-port",
    "frame-link",
    "not-highly-available",
    "storage-node-unavailable",
    "trust-failed",
    "oneview-backup",
    "claim",
    "notice",
    "unrecognised",
]

MODULE_FAULTS: Final = (
    "none",
    "warning",
    "redundant-communication",
    "communication",
    "insertion",
    "fru",
    "ilo",
    "power",
    "fault",
    "critical",
)
"""What can be wrong with a module, from nothing to the worst."""

MODULE_PREFIX: Final = "cimanager"
"""Types of alerts on modules in appliance bays: Composers and Image Streamers alike."""

_MODULE: Final = {
    "warning": "warning",
    "redundantcommfault": "redundant-communication",
    "commfault": "communication",
    "insertfault": "insertion",
    "frufault": "fru",
    "frucontentfault": "fru",
    "frumanufacturedforinvalidfault": "fru",
    "frumanufacturedformismatchfault": "fru",
    "ilofault": "ilo",
    "ilointernalcritical": "ilo",
    "ilointernalwarning": "ilo",
    "efusepgoodfault": "power",
    "fault": "fault",
    "critical": "critical",
}
_MODULE_NOTICES: Final = frozenset(
    {"inserted", "removed", "discoverycomplete", "ok", "warrantyserialupdate"}
)
_LINKS: Final[dict[str, AlertKind]] = {
    "emimagemanagerlinkdisconnected": "image-manager-disconnected",
    "emmgmtportconnectedincorrectlyimagemanager": "image-manager-misconnected",
    "ringnoactivemgmtport": "ring-without-management-port",
    "ringnoactivemgmtport_ringdegraded": "ring-without-management-port",
    "emlinkdisconnected": "frame-link",
    "emlinkconnectedincorrectly": "frame-link",
}
LINK_KINDS: Final[frozenset[AlertKind]] = frozenset(_LINKS.values())
"""Alerts on a frame's link modules that concern the Image Streamers in the frame."""

_CLEARED: Final = re.compile(r"_?cleared(_.*)?$")
_IMAGE_STREAMER: Final = re.compile(r"image\s*streamer", re.IGNORECASE)
_NOT_AVAILABLE: Final = re.compile(
    r"not\s+(?:\w+\s+){0,2}high(?:ly)?[\s-]+availab|(?:lost|lost its|without)\s+high\s+availab"
    r"|high\s+availability\b.{0,40}?\b(?:lost|affected|not)\b",
    re.IGNORECASE | re.DOTALL,
)
_STORAGE_NODE: Final = re.compile(
    r"storage\s+nodes?\b.{0,80}?(?:not\s+available|unavailable|offline|down)",
    re.IGNORECASE | re.DOTALL,
)
_TRUST: Final = re.compile(
    r"trust\b.{0,80}?(?:fail(?!over)|lost|broken|not\b)"
    r"|(?:fail(?!over)\w*|unable|cannot|could not|lost)\b.{0,80}?\btrust",
    re.IGNORECASE | re.DOTALL,
)
_CLAIM: Final = re.compile(r"factory\s+reset|\b(?:re-?)?claim(?:ed|ing)?\b", re.IGNORECASE)
_FACTORY_RESET: Final = re.compile(r"factory\s+reset", re.IGNORECASE)
_STORAGE: Final = re.compile(r"storage|storevirtual|\bVSA\b", re.IGNORECASE)


def type_name(alert: Resource) -> str:
    """The last component of the alert's type, in lower case; empty where it has none.

    Frame alerts are `hpris.name.1.2.Name`, traps `Trap.name`, and some types are bare words.
    """
    return (word(alert, "alertTypeID") or "").rpartition(".")[2].lower()


def is_open(alert: Resource) -> bool:
    """Whether an alert stands. Locked is open too: OneView itself clears it once its cause is gone.

    Notifications of a resource's life never stand, and neither does what is reported as OK.
    """
    return lowered(alert, "alertState") in ("active", "locked") and not is_notice(alert)


def is_locked(alert: Resource) -> bool:
    """Whether only OneView can clear the alert."""
    return lowered(alert, "alertState") == "locked"


def is_notice(alert: Resource) -> bool:
    """Whether an alert tells of an event in a resource's life, or that all is well."""
    name = type_name(alert)
    return (
        flag(alert, "lifeCycle") is True
        or lowered(alert, "severity") == "ok"
        or cleared_type(name) is not None
        or name.removeprefix(MODULE_PREFIX) in _MODULE_NOTICES
    )


def cleared_type(name: str) -> str | None:
    """For the type `XCleared`, `XCleared_reason` or `X_Cleared`: the beginning `x` that it ends."""
    match = _CLEARED.search(name)
    return name[: match.start()] if match and match.start() else None


def ends_type(ending: str, name: str) -> bool:
    """Whether an alert of the type `ending` tells that one of the type `name` is over."""
    if ending == MODULE_PREFIX + "ok":
        return name in (MODULE_PREFIX + "critical", MODULE_PREFIX + "warning")
    cleared = cleared_type(ending)
    return cleared is not None and (name == cleared or name.startswith(cleared + "_"))


def module_fault(alert: Resource) -> str | None:
    """What a module's alert says is wrong; None for a type that is not known."""
    return _MODULE.get(type_name(alert).removeprefix(MODULE_PREFIX))


def is_module_alert(alert: Resource) -> bool:
    """Whether an alert is about a module in an appliance bay, by its type."""
    return type_name(alert).startswith(MODULE_PREFIX)


def kind_of(alert: Resource) -> AlertKind:
    """The kind of an alert that concerns Image Streamer or what it depends on."""
    name = type_name(alert)
    if is_notice(alert):
        return "notice"
    if name == "backup":
        return "oneview-backup"
    if name in _LINKS:
        return _LINKS[name]
    if name.startswith(MODULE_PREFIX):
        return "module" if module_fault(alert) is not None else "unrecognised"
    text = spoken(alert)
    if _STORAGE_NODE.search(text):
        return "storage-node-unavailable"
    if _NOT_AVAILABLE.search(text):
        return "not-highly-available"
    if _TRUST.search(text):
        return "trust-failed"
    if _CLAIM.search(text):
        return "claim"
    return "unrecognised"


def spoken(alert: Resource) -> str:
    """Everything that an alert says to people."""
    return " ".join(filter(None, (prose(alert, "description"), prose(alert, "correctiveAction"))))


def names_image_streamer(text: str) -> bool:
    """Whether a text speaks of Image Streamer by name."""
    return _IMAGE_STREAMER.search(text) is not None


def offers_factory_reset(text: str) -> bool:
    """Whether a text speaks of a factory reset."""
    return _FACTORY_RESET.search(text) is not None


def speaks_of_trust(text: str) -> bool:
    """Whether a text says that trust could not be established."""
    return _TRUST.search(text) is not None


def speaks_of_storage(text: str) -> bool:
    """Whether a text names the storage or its software."""
    return _STORAGE.search(text) is not None
