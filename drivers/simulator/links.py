"""Cables of the frames, and the modules in their appliance bays as the frames see them.

The types of these alerts are real; their texts are synthetic.
"""

from __future__ import annotations

from typing import Final, Literal

from drivers.simulator.commands import CommandError, command
from drivers.simulator.model import Frame, Health
from drivers.simulator.site import Site

Link = Literal["image-manager", "misconnected", "ring", "frame"]

_LINKS: Final[dict[str, tuple[str, str, str, str]]] = {
    "image-manager": (
        "hpris.ci.4.20.EmImageManagerLinkDisconnected",
        "hpris.ci.4.21.EmImageManagerLinkDisconnectedCleared_MgmtPortConnected",
        "The link to the Image Streamer appliance is disconnected.",
        "Reconnect the cable of the frame link module's MGMT port.",
    ),
    "misconnected": (
        "hpris.ci.4.22.EmMgmtPortConnectedIncorrectlyImageManager",
        "hpris.ci.4.23.EmMgmtPortConnectedIncorrectlyImageManagerCleared",
        "The MGMT port for the Image Streamer appliance is connected incorrectly.",
        "Connect the port to the interconnect that the Image Streamer uses.",
    ),
    "ring": (
        "hpris.ci.4.24.RingNoActiveMgmtPort",
        "hpris.ci.4.25.RingNoActiveMgmtPortCleared",
        "No management port is active in the ring of frame link modules.",
        "Check the management ports of all frames.",
    ),
    "frame": (
        "hpris.ci.4.26.EmLinkDisconnected",
        "hpris.ci.4.27.EmLinkDisconnectedCleared",
        "A link between two frame link modules is disconnected.",
        "Check the cables between the frames.",
    ),
}
_MODULE: Final = "hpris.ci.5.30."
ModuleFault = Literal[
    "CIManagerCritical",
    "CIManagerWarning",
    "CIManagerFault",
    "CIManagerCommFault",
    "CIManagerRedundantCommFault",
    "CIManagerFruFault",
    "CIManagerIloFault",
    "CIManagerEfusePGoodFault",
    "CIManagerInsertFault",
]


def the_frame(site: Site, name: str) -> Frame:
    """The frame of that name.

    Raises:
        CommandError: there is none.
    """
    if name not in site.frames:
        raise CommandError(f"there is no frame {name!r}")
    return site.frames[name]


@command
def pull_cable(site: Site, *, frame: str = "Frame1", link: Link = "image-manager") -> None:
    """Pull or misplace a cable of a frame."""
    target = the_frame(site, frame)
    type_id, _, text, action = _LINKS[link]
    if link == "image-manager":
        target.management_link = "Unlinked"
    place = ("enclosures", target.uri, target.name)
    site.raise_alert(
        type_id, text, place, severity="Critical", action=action, health_category="Network"
    )


@command
def plug_cable(site: Site, *, frame: str = "Frame1", link: Link = "image-manager") -> None:
    """Put a cable of a frame right; the frame says so with the alert's counterpart."""
    target = the_frame(site, frame)
    type_id, cleared, _, _ = _LINKS[link]
    target.management_link = "Linked"
    if site.clear_alerts(type_id, target.uri):
        place = ("enclosures", target.uri, target.name)
        text = "The link of the frame link module is connected again."
        site.raise_alert(cleared, text, place, severity="OK", lifecycle=True)


@command
def module_fault(
    site: Site,
    *,
    frame: str = "Frame1",
    type: ModuleFault = "CIManagerCritical",  # noqa: A002
) -> None:
    """Let the frame raise an alert on the module in its appliance bay 2."""
    target = the_frame(site, frame)
    severe = type in ("CIManagerCritical", "CIManagerFault", "CIManagerEfusePGoodFault")
    severity: Health = "Critical" if severe else "Warning"
    site.raise_alert(
        _MODULE + type,
        "The appliance in bay 2 reports a fault.",
        ("enclosures", target.uri, target.name),
        severity=severity,
        action="Collect the appliance's logs and contact your support representative.",
        resource_id="2",
        health_category="Appliance",
    )
    module = site.appliances.get(target.module)
    if module is not None:
        module.module_status = severity


@command
def module_well(site: Site, *, frame: str = "Frame1") -> None:
    """Let the frame say that the module in its appliance bay 2 is well again."""
    target = the_frame(site, frame)
    for alert in list(site.alerts):
        if alert.open and alert.type_id.startswith(_MODULE) and alert.resource_uri == target.uri:
            site.clear_alerts(alert.type_id, target.uri, "2")
    module_notice(site, target, "CIManagerOk", "The appliance in bay 2 is well.")
    module = site.appliances.get(target.module)
    if module is not None:
        module.module_status = "OK"


def module_notice(site: Site, frame: Frame, type_name: str, text: str) -> None:
    """Note an event in the life of the module in a frame's appliance bay 2."""
    site.raise_alert(
        _MODULE + type_name,
        text,
        ("enclosures", frame.uri, frame.name),
        severity="OK",
        resource_id="2",
        health_category="Appliance",
        lifecycle=True,
    )


@command
def raise_strange_alert(
    site: Site,
    *,
    type: str = "I3S.SomethingNew",  # noqa: A002
    text: str = "Something that nobody has seen before.",
    frame: str = "",
    severity: Literal["Warning", "Critical"] = "Warning",
) -> None:
    """Raise an alert of any type, on the module in a frame or on the deployment server."""
    from drivers.simulator.site import SERVER_CATEGORY, SERVER_URI

    place = (SERVER_CATEGORY, SERVER_URI, site.name)
    if frame:
        module = site.appliances.get(the_frame(site, frame).module)
        if module is None:
            raise CommandError(f"there is no appliance in {frame}")
        place = (SERVER_CATEGORY, module.uri, module.name)
    site.raise_alert(type, text, place, severity=severity)


@command
def clear_strange_alerts(site: Site, *, type: str = "I3S.SomethingNew") -> None:  # noqa: A002
    """Clear all alerts of a type."""
    for alert in list(site.alerts):
        if alert.open and alert.type_id == type:
            site.clear_alerts(type, alert.resource_uri, alert.resource_id)
