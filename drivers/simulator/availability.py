"""Appliances, storage nodes and trust that fail and come back, outside updates."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from drivers.simulator import durations
from drivers.simulator.commands import CommandError, command, the_pair
from drivers.simulator.consequences import TRUST_FAILED, settle
from drivers.simulator.model import Pair, Silence
from drivers.simulator.site import SERVER_CATEGORY, SERVER_URI, Site
from drivers.simulator.updates import form_later

Role = Literal["active", "standby", "both"]


@command
def fail_appliance(
    site: Site,
    *,
    pair: str = "",
    role: Role = "active",
    status: Literal["Critical", "Unknown"] = "Critical",
    takeover: bool = True,
) -> None:
    """Let the active appliance of a pair fail, or its standby, or both.

    When the active one fails, the address is silent until the standby has taken over; with
    `takeover = false` it never does.
    """
    failed: Pair = the_pair(site, pair)
    was_active = site.active(failed)
    members = site.by_role(failed, role)
    for member in members:
        member.status, member.serves = status, False
    failed.formed = failed.storage_formed = False
    site.schedule.give_up(f"forming/{failed.name}")
    if was_active in members:
        lose_active(site, failed, takeover=takeover)
    settle(site, failed)


def lose_active(site: Site, pair: Pair, *, takeover: bool = True) -> None:
    """The active member is gone: nobody answers until the standby has taken over, if it can."""
    pair.silence = "refuses"
    for member in site.members(pair):
        if member.active and not member.usable:
            member.active = False
    if takeover and any(member.usable for member in site.members(pair)):
        site.schedule.after(
            durations.TAKEOVER, lambda: _become_active(site, pair), f"takeover/{pair.name}"
        )


def _become_active(site: Site, pair: Pair) -> None:
    usable = [member for member in site.members(pair) if member.usable]
    if not usable or site.active(pair) is not None:
        return
    for member in site.members(pair):
        member.active = member is usable[0]
    pair.silence = ""
    settle(site, pair)


@command
def take_over(site: Site, *, pair: str = "") -> None:
    """Let a member that can work become active after all."""
    _become_active(site, the_pair(site, pair))


@command
def return_appliance(site: Site, *, pair: str = "", role: Role = "standby") -> None:
    """Let failed members of a pair come back. The clusters form again in their time."""
    returned: Pair = the_pair(site, pair)
    members = [member for member in site.members(returned) if not member.usable]
    if role != "both":
        members = members[:1]
    if not members:
        raise CommandError(f"no appliance of {returned.name} has failed")
    for member in members:
        member.powered, member.serves = True, True
        member.status = "Warning"
    if site.active(returned) is None:
        lose_active(site, returned)
    form_later(site, returned)
    settle(site, returned)


@command
def swap_roles(site: Site, *, pair: str = "") -> None:
    """Let the standby of a pair become active, as people ask for before they repair the other."""
    swapped: Pair = the_pair(site, pair)
    members = site.members(swapped)
    if len(members) != 2 or not all(member.usable for member in members):
        raise CommandError(f"{swapped.name} has not two members that can work")
    for member in members:
        member.active = not member.active
    settle(site, swapped)


@command
def storage_node_down(
    site: Site, *, pair: str = "", role: Role = "standby", lasts: timedelta | None = None
) -> None:
    """Let a storage node of a pair stop serving, or both, while the appliances are well."""
    target: Pair = the_pair(site, pair)
    for member in site.by_role(target, role):
        member.serves = False
    settle(site, target)
    if lasts is not None:
        site.schedule.after(lasts, lambda: storage_node_back(site, pair=target.name))


@command
def storage_node_back(site: Site, *, pair: str = "", role: Role = "both") -> None:
    """Let the storage nodes of a pair serve again."""
    target: Pair = the_pair(site, pair)
    for member in site.by_role(target, role):
        member.serves = True
    target.storage_formed = True
    settle(site, target)


@command
def power_off(site: Site, *, pair: str = "", role: Role = "standby") -> None:
    """Switch members of a pair off."""
    target: Pair = the_pair(site, pair)
    was_active = site.active(target)
    members = site.by_role(target, role)
    for member in members:
        member.powered, member.serves, member.status = False, False, "Unknown"
    target.formed = target.storage_formed = False
    if was_active in members:
        lose_active(site, target)
    settle(site, target)


@command
def power_on(site: Site, *, pair: str = "") -> None:
    """Switch members of a pair on; they boot, and the clusters form."""
    target: Pair = the_pair(site, pair)
    members = [member for member in site.members(target) if not member.powered]
    for member in members:
        member.powered = True

    def booted() -> None:
        for member in members:
            member.status, member.serves = "Warning", True
        if site.active(target) is None:
            lose_active(site, target)
        form_later(site, target)
        settle(site, target)

    site.schedule.after(durations.RESTART, booted)


@command
def lose_trust(site: Site) -> None:
    """Let HPE OneView and the Image Streamer trust each other no more."""
    site.trusted = False
    site.raise_alert(
        TRUST_FAILED,
        "Trust establishment failed between HPE OneView and the Image Streamer.",
        (SERVER_CATEGORY, SERVER_URI, site.name),
        severity="Critical",
        action="Contact your support representative.",
    )


@command
def restore_trust(site: Site) -> None:
    """Let them trust each other again."""
    site.trusted = True
    site.clear_alerts(TRUST_FAILED, SERVER_URI)


@command
def silence_cluster(
    site: Site, *, pair: str = "", how: Silence = "refuses", lasts: timedelta | None = None
) -> None:
    """Let the address of a pair's cluster give no answer, while its appliances are well."""
    target: Pair = the_pair(site, pair)
    target.silence = how
    if lasts is not None:
        site.schedule.after(lasts, lambda: answer_again(site, pair=target.name))


@command
def answer_again(site: Site, *, pair: str = "") -> None:
    """Let the address of a pair's cluster answer, and no more say that it is busy."""
    target: Pair = the_pair(site, pair)
    target.silence, target.busy = "", False


@command
def refuse_token(site: Site, *, pair: str = "", accepts: bool = False) -> None:
    """Let a pair refuse the session that HPE OneView accepts, or accept it again."""
    target: Pair = the_pair(site, pair)
    target.accepts_token = accepts
