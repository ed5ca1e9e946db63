"""Modules that are pulled, inserted, claimed and joined to a pair; and pairs that are taken out.

The tasks' names are those of the support notes where these give one; their texts are synthetic, as
are the alerts of a claim that fails.
"""

from __future__ import annotations

from typing import Final, Literal

from drivers.simulator import durations
from drivers.simulator.availability import lose_active
from drivers.simulator.build import new_appliance
from drivers.simulator.commands import CommandError, command, the_pair
from drivers.simulator.consequences import settle
from drivers.simulator.links import module_notice, the_frame
from drivers.simulator.model import Appliance, Frame, Pair
from drivers.simulator.site import SERVER_CATEGORY, SERVER_URI, Site
from drivers.simulator.updates import form_later

_CLAIM_FAILED: Final = "I3S.ClaimFailed"
_SUPPORT: Final = "Contact your support representative."
ClaimEnds = Literal["claimed", "foreign-configuration", "other"]


@command
def remove_module(site: Site, *, frame: str, for_good: bool = False) -> None:
    """Pull the Image Streamer out of a frame. One that is gone for good is listed no more."""
    bay = the_frame(site, frame)
    module = _module_in(site, bay)
    pair = site.pairs.get(module.pair)
    was_active = pair is not None and site.active(pair) is module
    module.present = module.powered = module.serves = False
    module.status = "Unknown"
    module.listed = module.listed and not for_good
    module_notice(site, bay, "CIManagerRemoved", "The appliance in bay 2 was removed.")
    if pair is not None:
        pair.formed = pair.storage_formed = False
        if was_active:
            lose_active(site, pair)
        settle(site, pair)


@command
def reinsert_module(site: Site, *, frame: str) -> None:
    """Put the same module back into its bay; it boots, and its pair forms again."""
    bay = the_frame(site, frame)
    module = site.appliances.get(bay.module)
    if module is None or module.present:
        raise CommandError(f"no module was pulled out of {frame}")
    module.present = module.powered = True
    module_notice(site, bay, "CIManagerInserted", "An appliance was inserted into bay 2.")

    def booted() -> None:
        pair = site.pairs.get(module.pair)
        module.listed = True
        module.status, module.serves = "Warning", True
        if pair is not None:
            if site.active(pair) is None:
                lose_active(site, pair)
            form_later(site, pair)
            settle(site, pair)

    site.schedule.after(durations.RESTART, booted)


@command
def insert_module(
    site: Site,
    *,
    frame: str,
    serial: str,
    version: str = "",
    claims: bool = True,
    claim_ends: ClaimEnds = "claimed",
    joins: bool = True,
    insertion_fails: bool = False,
) -> None:
    """Put another module into a frame's bay: it is discovered, claimed, and joins the frame's pair.

    `version` is another than the pair's. With `claims = false` HPE OneView does not try to claim
    it, as after a factory reset from the console.
    """
    bay = the_frame(site, frame)
    if serial in site.appliances:
        raise CommandError(f"{serial} is there already")
    old = site.appliances.get(bay.module)
    if old is not None and old.present:
        raise CommandError(f"there is a module in {frame}")
    pair = site.pairs[bay.pair]
    known = site.active(pair) or next(iter(site.appliances.values()))
    module = new_appliance(site, serial, frame, version or known.version, known.storage_version)
    module.status = "Unknown"
    module_notice(site, bay, "CIManagerInserted", "An appliance was inserted into bay 2.")

    def discovered() -> None:
        module.listed = True
        module.status = "OK"
        if claims:
            _claim(site, bay, module, claim_ends, joins=joins, insertion_fails=insertion_fails)

    site.schedule.after(durations.RESTART, discovered)


@command
def claim_module(
    site: Site, *, frame: str, ends: ClaimEnds = "claimed", insertion_fails: bool = False
) -> None:
    """Let HPE OneView claim the module in a frame, as after a factory reset; it joins its pair."""
    bay = the_frame(site, frame)
    module = _module_in(site, bay)
    if module.pair:
        raise CommandError(f"{module.serial} belongs to {module.pair}")
    _claim(site, bay, module, ends, insertion_fails=insertion_fails)


def _claim(
    site: Site,
    bay: Frame,
    module: Appliance,
    ends: ClaimEnds,
    *,
    joins: bool = True,
    insertion_fails: bool = False,
) -> None:
    place = (SERVER_CATEGORY, module.uri, module.name)
    task = site.begin_task("Claim Image Streamer", place, status=f"Claiming {module.serial}.")

    def end() -> None:
        if ends == "claimed":
            module.claimed = True
            site.clear_alerts(_CLAIM_FAILED, bay.uri, "2")
            site.end_task(task, "Completed", f"{module.serial} was claimed.")
            if joins:
                _join(site, bay, module, fails=insertion_fails)
            return
        text = f"The Image Streamer appliance {module.serial} could not be claimed."
        action = _SUPPORT
        if ends == "foreign-configuration":
            text += " It holds the configuration of another management domain."
            action = "Perform a factory reset and claim the appliance again."
        site.end_task(task, "Error", text, error=("I3S_CLAIM_FAILED", text, action))
        site.raise_alert(
            _CLAIM_FAILED,
            text,
            ("enclosures", bay.uri, bay.name),
            severity="Critical",
            action=action,
            resource_id="2",
        )

    site.schedule.after(durations.CLAIM, end)


def _join(site: Site, bay: Frame, module: Appliance, *, fails: bool) -> None:
    place = (SERVER_CATEGORY, module.uri, module.name)
    task = site.begin_task(
        "Insert Image Streamer", place, status=f"Inserting {module.serial} into {bay.pair}."
    )

    def end() -> None:
        pair = site.pairs[bay.pair]
        if fails or module.pair or not module.present or not _has_room(site, pair):
            why = "no free address was found" if fails else f"{pair.name} has no room for it"
            text = f"The appliance could not be inserted: {why}."
            return site.end_task(task, "Error", text, error=("I3S_INSERT_FAILED", text, _SUPPORT))
        _replace_member(site, pair, module)
        site.free_management_addresses = max(0, site.free_management_addresses - 1)
        return site.end_task(task, "Completed", f"{module.serial} was inserted.")

    site.schedule.after(durations.INSERTION, end)


def _has_room(site: Site, pair: Pair) -> bool:
    return len(pair.members) < 2 or not all(item.present for item in site.members(pair))


def _replace_member(site: Site, pair: Pair, module: Appliance) -> None:
    gone = [serial for serial in pair.members if not site.appliances[serial].present]
    if len(pair.members) >= 2 and gone:
        site.appliances[gone[0]].listed = False
        site.appliances[gone[0]].pair = ""
        pair.members.remove(gone[0])
    pair.members.append(module.serial)
    pair.lone = False
    module.pair = pair.name
    module.status, module.serves = "Warning", True
    if site.active(pair) is None:
        lose_active(site, pair)
    form_later(site, pair)
    settle(site, pair)


def _module_in(site: Site, bay: Frame) -> Appliance:
    module = site.appliances.get(bay.module)
    if module is None or not module.present:
        raise CommandError(f"there is no module in {bay.name}")
    return module


@command
def remove_from_pair(site: Site, *, serial: str, fail: bool = False) -> None:
    """Let HPE OneView remove an appliance that was pulled: the task of the removal."""
    module = site.appliances.get(serial)
    if module is None:
        raise CommandError(f"there is no appliance {serial!r}")
    if module.present:
        raise CommandError(f"{serial} has not been pulled")
    place = (SERVER_CATEGORY, module.uri, module.name)
    task = site.begin_task("Remove Image Streamer", place, status=f"Removing {serial}.")

    def end() -> None:
        if fail:
            text = "The appliance could not be removed: stale records remain."
            return site.end_task(task, "Error", text, error=("I3S_REMOVE_FAILED", text, _SUPPORT))
        pair = site.pairs.get(module.pair)
        if pair is not None and len(pair.members) == 1:
            pair.members.remove(serial)
            module.pair = ""
        module.listed = False
        site.free_management_addresses += 1
        return site.end_task(task, "Completed", f"{serial} was removed.")

    site.schedule.after(durations.REMOVAL, end)


@command
def update_from_group(site: Site, *, pair: str = "", fail: bool = False) -> None:
    """Update a logical enclosure from its group, as decommissioning does."""
    target: Pair = the_pair(site, pair)
    place = ("logical-enclosures", target.uri, target.name)
    task = site.begin_task("Update from group", place, status=f"Updating {target.name}.")

    def end() -> None:
        if fail:
            text = f"{target.name} could not be updated from its group."
            error = ("LE_UPDATE_FROM_GROUP_FAILED", text, _SUPPORT)
            return site.end_task(task, "Error", text, error=error)
        return site.end_task(task, "Completed", f"{target.name} was updated from its group.")

    site.schedule.after(durations.GROUP_UPDATE, end)


@command
def remove_server(site: Site) -> None:
    """Remove the OS deployment server."""
    place = (SERVER_CATEGORY, SERVER_URI, site.name)
    task = site.begin_task("Remove", place, status="Removing the OS deployment server.")

    def end() -> None:
        site.server = "absent"
        site.primary = ""
        site.free_management_addresses += 3 * len(site.appliances)
        site.end_task(task, "Completed", "The OS deployment server was removed.")

    site.schedule.after(durations.SERVER_REMOVAL, end)


@command
def free_addresses(site: Site, *, management: int = 12, deployment: int = 9) -> None:
    """Let so many addresses be free in the two networks' ranges."""
    site.free_management_addresses = management
    site.free_deployment_addresses = deployment
