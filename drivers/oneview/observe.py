"""One observation: bodies and what was remembered become events and what is remembered after.

`observe` is pure: the same arguments give the same events, with the same ids. Live reads and
imported records go the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from drivers.oneview.active_members import say_active_members
from drivers.oneview.alert_facts import say_alerts
from drivers.oneview.alerts import place_of, standing
from drivers.oneview.appliances import say_appliances
from drivers.oneview.artifacts import say_artifacts
from drivers.oneview.backups import say_backups
from drivers.oneview.bodies import Body, Kind, Reading
from drivers.oneview.claims import say_claims
from drivers.oneview.deployment_servers import say_deployment_server
from drivers.oneview.directory import Directory, is_image_streamer
from drivers.oneview.fields import flag, inner, listed, path, word
from drivers.oneview.ha_nodes import say_composers
from drivers.oneview.happenings import say_happenings, tasks
from drivers.oneview.memory import Remembered
from drivers.oneview.pairs import say_pairs
from drivers.oneview.silence import must_say_again
from drivers.oneview.statement import to_events
from drivers.oneview.tasks import read_task
from drivers.oneview.updates import say_updates
from drivers.oneview.vanished import note_vanished
from drivers.oneview.view import ON_PRIMARY, View
from rules.vocabulary import Event

SETTLED_AFTER: Final = timedelta(minutes=1)
"""How far apart two equal readings after an update must lie at least."""

_FAMILIES: Final[dict[str, frozenset[Kind]]] = {
    "alert": frozenset({Kind.ALERT}),
    "link": frozenset({Kind.ALERT, Kind.ENCLOSURE}),
    "appliance": frozenset({Kind.APPLIANCE, Kind.ENCLOSURE}),
    "pair": frozenset({Kind.APPLIANCE, Kind.ENCLOSURE}),
    "cluster": frozenset({Kind.APPLIANCE, Kind.ENCLOSURE, Kind.ALERT}),
    "storage": frozenset({Kind.APPLIANCE}),
    "deployment": frozenset({Kind.DEPLOYMENT_SERVER, Kind.APPLIANCE}),
    "primary": frozenset({Kind.DEPLOYMENT_SERVER, Kind.APPLIANCE, Kind.ENCLOSURE}),
    "claim": frozenset({Kind.APPLIANCE, Kind.ENCLOSURE, Kind.ALERT, Kind.TASK}),
    "update": frozenset({Kind.TASK}),
    "composer": frozenset({Kind.HA_NODE, Kind.NODE_VERSION}),
    "backup": frozenset(
        {Kind.ONEVIEW_BACKUP, Kind.ARTIFACT_BACKUP, Kind.ARTIFACT_BUNDLE, Kind.ALERT}
    ),
    "artifacts": frozenset(
        {Kind.GOLDEN_IMAGE, Kind.DEPLOYMENT_PLAN, Kind.BUILD_PLAN, Kind.PLAN_SCRIPT}
    ),
    "replication": frozenset({Kind.ARTIFACT_BUNDLE}),
    "volumes": frozenset({Kind.OS_VOLUME}),
}
"""Families of facts, and the kinds that must be read whole before a snapshot covers them."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """What this deployment is called, and the names of those who speak for it."""

    name: str
    oneview: str
    """Source of HPE OneView's facts, such as `oneview/composer-1`."""
    image_streamer: str
    """Source of the Image Streamer's facts, such as `image-streamer/composer-1`."""

    @staticmethod
    def of(name: str, source: str) -> Deployment:
        """One whose Image Streamer goes by the name of its HPE OneView."""
        return Deployment(name, source, "image-streamer/" + source.partition("/")[2])


def observe(
    reading: Reading,
    remembered: Remembered,
    *,
    deployment: Deployment,
    time: datetime,
    settle: timedelta = SETTLED_AFTER,
    snapshot: bool = False,
    silent: Collection[str] = (),
    record: bool = False,
) -> tuple[list[Event], Remembered]:
    """Turn what was read into events about what is new, and into what to remember.

    `time` is when it was read. With `snapshot`, what was read whole is told as snapshots, as after
    each new connection. `silent` are the sources that had been lost before this reading: what is
    read of theirs is told though it has not changed. A `record` of what happened leaves nothing
    out: what it does not name stands as it was. `remembered` stays as it is.

    Raises:
        ValueError: `time` has no offset.
    """
    if time.utcoffset() is None:
        raise ValueError("the time of an observation needs an offset")
    time = time.astimezone(UTC)
    after = remembered.copy()
    sources = deployment.oneview, deployment.image_streamer
    must_say_again(after, sources, silent)
    after.directory.learn(reading.bodies)
    after.take(_concerning(reading, after.directory))
    if Kind.ALERT in reading.whole or any(
        body.kind in (Kind.ALERT, Kind.EVENT) for body in reading.bodies
    ):
        after.held[Kind.ALERT] = standing(after.held.get(Kind.ALERT, {}), reading)
    view = View(
        time=time,
        deployment=deployment.name,
        settle=settle,
        before=remembered,
        remembered=after,
        read=reading.whole
        | {kind for _, kind in reading.whole_at}
        | {body.kind for body in reading.bodies},
        incoming=reading.bodies,
    )
    _state(view, reading)
    if Kind.APPLIANCE in view.read:
        after.appliances_read_at = time
    if Kind.TASK in reading.whole:
        after.tasks_read_at = time
    of_primary = {kind for pair, kind in reading.whole_at if pair == view.primary_pair}
    read_whole = reading.whole | (of_primary & ON_PRIMARY)
    whole = [name for name, kinds in _FAMILIES.items() if kinds <= read_whole]
    events = to_events(
        view.statement,
        after,
        time=time,
        sources=sources,
        snapshot=whole if snapshot else None,
        again=lambda family: record or _FAMILIES.get(family, frozenset()) <= view.read,
    )
    return events, after


def _state(view: View, reading: Reading) -> None:
    placed = say_alerts(view)
    note_vanished(view, reading)
    found = tasks(view)
    say_updates(view, found, placed)
    say_happenings(view, found)
    say_composers(view, found)
    say_appliances(view)
    say_active_members(view)
    say_claims(view, found, placed)
    say_pairs(view)
    say_deployment_server(view, found, placed)
    say_backups(view)
    say_artifacts(view)


def _concerning(reading: Reading, directory: Directory) -> Reading:
    """The reading without the tasks that do nothing to Image Streamer."""
    kept = (
        body for body in reading.bodies if body.kind is not Kind.TASK or _is_ours(body, directory)
    )
    return Reading(tuple(kept), reading.whole, reading.whole_at)


def _is_ours(body: Body, directory: Directory) -> bool:
    return body.deleted or read_task(body, directory) is not None


def concerns(body: Body, directory: Directory) -> bool:
    """Whether a body says anything about Image Streamer, or what it depends on."""
    judge = _JUDGES.get(body.kind)
    return judge is None or judge(body, directory)


def _enclosure_concerns(body: Body, directory: Directory) -> bool:
    frame = path(body.resource, "uri") or word(body.resource, "name") or ""
    models = [word(bay, "model") or "" for bay in listed(body.resource, "applianceBays")]
    return any(map(is_image_streamer, models)) or bool(directory.in_frame(frame))


def _logical_enclosure_concerns(body: Body, directory: Directory) -> bool:
    settings = inner(body.resource, "deploymentManagerSettings")
    managed = flag(inner(settings, "osDeploymentSettings"), "manageOSDeployment")
    address = path(body.resource, "uri") or ""
    cluster = path(settings, "deploymentClusterUri")
    return bool(managed) or cluster is not None or address in directory.pair_by_address


def _alert_concerns(body: Body, directory: Directory) -> bool:
    return place_of(body.resource, directory, body.pair) is not None


def _never(body: Body, directory: Directory) -> bool:
    return False


_JUDGES: Final[dict[Kind, Callable[[Body, Directory], bool]]] = {
    Kind.ENCLOSURE: _enclosure_concerns,
    Kind.LOGICAL_ENCLOSURE: _logical_enclosure_concerns,
    Kind.ALERT: _alert_concerns,
    Kind.EVENT: _alert_concerns,
    Kind.TASK: lambda body, directory: read_task(body, directory) is not None,
    Kind.OTHER: _never,
    Kind.UNRECOGNISED: _never,
}
