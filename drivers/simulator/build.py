"""The site as it is before anything happens: all names, serial numbers and addresses invented.

It is the site of the sample logs, with more logical enclosures of the same make where more are
asked for: three frames each, and an Image Streamer in the first two.
"""

from __future__ import annotations

import ipaddress
import random
from datetime import datetime, timedelta
from typing import Final

from drivers.simulator.consequences import settle
from drivers.simulator.durations import REPLICATION
from drivers.simulator.model import (
    Appliance,
    Artifact,
    Bundle,
    Composer,
    Frame,
    OneViewBackup,
    Pair,
)
from drivers.simulator.naming import HARBOUR, artifact_at, name_at, seed_of
from drivers.simulator.network import Network
from drivers.simulator.schedule import Schedule
from drivers.simulator.sessions import Sessions
from drivers.simulator.site import ONEVIEW, Site

USER: Final = "watch"
PASSWORD: Final = "simulated-harbour"  # noqa: S105  # of appliances that do not exist
OLD: Final = "5.00.02-0312345"
NEW: Final = "5.20.01-0338871"
OLD_STORAGE: Final = "12.6.00.0155"
NEW_STORAGE: Final = "12.7.00.0226"

_SERIALS: Final = ("CN7517044K", "CN7517045M", "CN75170527", "CN7517060P")
_KEPT_BUNDLES: Final = 24
_ARTIFACTS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("golden-images", ("RHEL-8.6", "ESXi-7.0-U3", "SLES-15-SP4", "Ubuntu-22.04")),
    (
        "deployment-plans",
        ("Deploy-RHEL-8.6", "Deploy-ESXi-7.0-U3", "Deploy-SLES-15-SP4", "Deploy-Ubuntu-22.04"),
    ),
    ("build-plans", ("RHEL-personalize", "ESXi-personalize", "SLES-personalize", "Linux-generic")),
    (
        "plan-scripts",
        ("set-hostname", "set-network", "set-password", "mount-partition", "join-vcenter"),
    ),
)


def build_site(
    now: datetime,
    *,
    pairs: int = 2,
    lone: bool = False,
    speed: float = 1.0,
    seed: int | None = None,
    name: str = HARBOUR,
    address: str = "127.0.0.1",
    user: str = USER,
    password: str = PASSWORD,
    session_idle: timedelta = timedelta(hours=24),
    page_size: int = 256,
) -> Site:
    """A site at which everything is well.

    `name` is the site's: one that is not the harbour has other names for its pairs, modules and
    artifacts. `seed` makes the names that are random; None: the site's name does. `address` is HPE
    OneView's; the pairs' clusters have the ones that follow it. `lone` leaves the first pair with
    one appliance.

    Raises:
        ValueError: there is no pair, or speed or page size are not above zero.
    """
    if pairs < 1 or speed <= 0 or page_size < 1:
        raise ValueError("a site needs a pair, and a speed and a page size above zero")
    seed = seed_of(name) if seed is None else seed
    source = random.Random(seed)  # noqa: S311  # names are repeatable, not secret
    tokens = random.SystemRandom()
    site = Site(
        schedule=Schedule(now, speed),
        random=source,
        name=name,
        sessions=Sessions(user, password, session_idle, tokens),
        address=address,
        page_size=page_size,
        server_created=now - timedelta(days=400),
        started=now - timedelta(days=41, hours=7),
        standby_started=now - timedelta(days=41, hours=6),
        backup=OneViewBackup("", now - timedelta(hours=6)),
        network={ONEVIEW: Network(seed=seed), "image-streamer": Network(seed=seed + 1)},
    )
    assert site.backup is not None
    site.backup.id = f"synergy_backup_{site.new_id()[:8]}"
    for index in range(pairs):
        _add_pair(site, index, lone=lone and index == 0)
    site.primary = next(iter(site.pairs))
    for known, frame, active in (("CN75160607", "Frame1", True), ("CN75140CPW", "Frame2", False)):
        serial = name_at(name, known)
        site.composers.append(Composer(serial, frame, active))
        site.frames[frame].composer = serial
    _furnish(site)
    for pair in site.pairs.values():
        settle(site, pair)
    site.schedule.after(REPLICATION, lambda: replicate(site))
    return site


def pair_name(index: int) -> str:
    """`LE-rack-a` to `LE-rack-z`, then `LE-rack-27` and on."""
    return f"LE-rack-{chr(97 + index)}" if index < 26 else f"LE-rack-{index + 1}"


def pair_address(address: str, index: int) -> str:
    """The address of a pair's cluster, counted from HPE OneView's."""
    return str(ipaddress.IPv4Address(address) + index + 1)


def serial_of(number: int) -> str:
    """The serial number of the site's nth appliance, counted from 0."""
    return _SERIALS[number] if number < len(_SERIALS) else f"CN7518{number:04d}"


def new_appliance(
    site: Site, serial: str, frame: str, version: str, storage_version: str
) -> Appliance:
    """Put a module into a frame's bay that HPE OneView has neither claimed nor listed."""
    appliance = Appliance(
        serial=serial,
        frame=frame,
        id=site.new_id(),
        address="",
        version=version,
        storage_version=storage_version,
        claimed=False,
        listed=False,
        serves=False,
    )
    site.appliances[serial] = appliance
    site.frames[frame].module = serial
    return appliance


def _add_pair(site: Site, index: int, *, lone: bool) -> None:
    name = name_at(site.name, pair_name(index))
    frames = tuple(f"Frame{3 * index + place}" for place in (1, 2, 3))
    for frame in frames:
        site.frames[frame] = Frame(frame, name)
    site.frames[frames[2]].management_port = "Active"
    pair = Pair(
        name=name,
        id=site.new_id(),
        address=pair_address(site.address, index),
        frames=frames,
        members=[],
        lone=lone,
        volumes=24 if index == 0 else 18,
    )
    site.pairs[name] = pair
    for place in range(1 if lone else 2):
        appliance = new_appliance(
            site, name_at(site.name, serial_of(2 * index + place)), frames[place], OLD, OLD_STORAGE
        )
        appliance.claimed = appliance.listed = appliance.serves = True
        appliance.active = place == 0
        appliance.pair = name
        appliance.address = f"192.0.{2 + index // 100}.{20 + 2 * (index % 100) + place}"
        pair.members.append(appliance.serial)


def _furnish(site: Site) -> None:
    """Give the primary its artifacts and their backup, and all others a copy."""
    pair = site.pairs[site.primary]
    images: list[str] = []
    for kind, names in _ARTIFACTS:
        for number, name in enumerate(names):
            made = site.now - timedelta(days=90 - number)
            changed = site.now - timedelta(hours=9 + 24 * number)
            own = artifact_at(site.name, name)
            artifact = Artifact(kind, own, site.new_id(), made, changed)  # type: ignore[arg-type]
            if kind == "golden-images":
                images.append(artifact.uri)
            elif kind == "deployment-plans":
                artifact.image = images[number]
            pair.artifacts[artifact.uri] = artifact
    pair.bundles.append(
        Bundle(
            f"{site.name}-artifacts",
            site.new_id(),
            site.now - timedelta(hours=8),
            backup=True,
            downloaded=site.now - timedelta(hours=7, minutes=50),
            contents=tuple(pair.artifacts.values()),
        )
    )
    others = [name for name in site.pairs if name != site.primary]
    for hours in range(_KEPT_BUNDLES if others else 0, 0, -1):
        made = site.now - timedelta(hours=hours - 1, minutes=20)
        _add_replication_bundle(site, pair, made)
    for name in others:
        site.pairs[name].artifacts = dict(pair.artifacts)


def _add_replication_bundle(site: Site, pair: Pair, made: datetime) -> None:
    first = site.new_id()
    second = next(other.id for other in site.pairs.values() if other is not pair)
    status = "Critical" if site.replication_fails else "OK"
    pair.bundles.append(
        Bundle(f"{first}_{second}", first, made, status, of_replication=True)  # type: ignore[arg-type]
    )


def replicate(site: Site) -> None:
    """Let the primary's artifacts reach the others, as every hour, and plan the next time."""
    site.schedule.after(REPLICATION, lambda: replicate(site))
    pair = site.pairs.get(site.primary)
    others = [other for other in site.pairs.values() if other is not pair]
    if pair is None or not others or not site.replicates or site.active(pair) is None:
        return
    _add_replication_bundle(site, pair, site.now)
    if site.replication_fails:
        return
    replicated = [bundle for bundle in pair.bundles if bundle.of_replication]
    for bundle in [bundle for bundle in replicated if bundle.status == "OK"][:-_KEPT_BUNDLES]:
        pair.bundles.remove(bundle)
    for other in others:
        other.artifacts = dict(pair.artifacts)
