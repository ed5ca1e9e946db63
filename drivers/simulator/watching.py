"""HPE OneView's own appliances, its sessions and clocks, and the network to it: what troubles the
watch, and is no failure of an Image Streamer."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from drivers.simulator import durations
from drivers.simulator.commands import CommandError, command
from drivers.simulator.model import Silence
from drivers.simulator.network import Network
from drivers.simulator.site import ONEVIEW, Site
from drivers.simulator.updates import end_record, interrupt

Where = Literal["oneview", "image-streamer", "both"]


@command
def oneview_down(
    site: Site,
    *,
    lasts: timedelta | None = None,
    how: Silence = "refuses",
    interrupts: bool = True,
) -> None:
    """Let HPE OneView go down. Tasks that ran under it are marked as errors when it is back."""
    site.silence = how or "refuses"
    site.sessions.expire_all()
    stopped = interrupt(site) if interrupts else []
    names = {record.task for record in stopped}

    def back() -> None:
        site.silence = ""
        site.started = site.now
        text = "The task was interrupted by a restart of the appliance."
        for task in site.tasks:
            if task.uri in names or (interrupts and not task.ended and ONEVIEW in task.seen_at):
                error = ("TASK_INTERRUPTED", text, "Start the operation again.")
                site.end_task(task, "Error", text, error=error)
        for pair in site.pairs.values():
            if site.updates.get(pair.name) in stopped:
                end_record(site, pair, "error")

    site.schedule.give_up("oneview-back")
    if lasts is not None:
        site.schedule.after(lasts, back, "oneview-back")


@command
def oneview_up(site: Site) -> None:
    """Let HPE OneView answer again."""
    site.schedule.give_up("oneview-back")
    site.silence = ""
    site.started = site.now


@command
def composer_takeover(
    site: Site, *, how: Silence = "hangs", lasts: timedelta = durations.COMPOSER_SWAP
) -> None:
    """Let the Composers change over: HPE OneView is away, and everybody must log in again."""
    active = next((node for node in site.composers if node.active), None)
    standby = next((node for node in site.composers if not node.active and node.listed), None)
    if active is None or standby is None or standby.status != "OK":
        raise CommandError("there is no standby Composer to take over")
    site.silence = how or "hangs"
    site.sessions.expire_all()
    began = site.now

    def back() -> None:
        site.silence = ""
        site.standby_started = site.started = site.now
        active.active, standby.active = False, True
        active.percent = 20
        place = ("ha_node", f"/rest/appliance/ha-nodes/{standby.serial}", standby.name)
        task = site.begin_task("Activate standby appliance", place)
        task.created = began
        site.end_task(task, "Completed", "The standby appliance is active.")

        def synchronized() -> None:
            active.percent = 100

        site.schedule.after(durations.COMPOSER_SYNCHRONIZATION, synchronized)

    site.schedule.after(lasts, back)


@command
def fail_composer(site: Site, *, failed: bool = True) -> None:
    """Let the standby Composer fail, or be well again."""
    for node in site.composers:
        if not node.active:
            node.status = "Critical" if failed else "OK"
            node.percent = 0 if failed else 100


@command
def expire_sessions(site: Site) -> None:
    """Let every login session expire."""
    site.sessions.expire_all()


@command
def change_password(site: Site, *, password: str) -> None:
    """Let another password be right from now on, and no session any more."""
    site.sessions.password = password
    site.sessions.expire_all()


@command
def api_versions(site: Site, *, minimum: int = 120, current: int = 1600) -> None:
    """Let HPE OneView speak other versions of its interface."""
    site.api_minimum, site.api_current = minimum, current


@command
def deployment_server(
    site: Site, *, how: Literal["present", "absent", "not-supported"] = "present"
) -> None:
    """Let the list of deployment servers be there, be empty, or not be known at all."""
    site.server = how


@command
def set_clocks(
    site: Site,
    *,
    image_streamer: timedelta = timedelta(0),
    oneview: timedelta = timedelta(0),
) -> None:
    """Let the clocks be ahead: HPE OneView's of the right time, the Image Streamers' of that."""
    site.oneview_clock, site.streamer_clock = oneview, image_streamer


@command
def network(
    site: Site,
    *,
    to: Where = "both",
    reset: float = 0.0,
    unavailable: float = 0.0,
    too_many: float = 0.0,
    garbage: float = 0.0,
    half: float = 0.0,
    latency: float = 0.0,
    retry_after: int = 1,
    seed: int = 1,
) -> None:
    """Let requests go wrong at random, each chance from 0 to 1; without any, all is well again."""
    for number, name in enumerate((ONEVIEW, "image-streamer")):
        if to in (name, "both"):
            site.network[name] = Network(
                reset,
                unavailable,
                too_many,
                garbage,
                half,
                latency,
                retry_after,
                seed + number,
            )


@command
def change_certificate(site: Site) -> None:
    """Let all addresses show another certificate, of another authority."""
    site.certificates += 1
