"""Facts about each pair: its members and their roles, and its two clusters."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from typing import Final, Literal

from drivers.oneview.bodies import Kind
from drivers.oneview.fields import flag, instant_text, lowered, path, version, word
from drivers.oneview.view import View

Lost = Literal["none", "active", "standby", "both"]
Cluster = Literal["healthy", "degraded", "failed"]

_STORAGE_HEALTH: Final[dict[str, Cluster]] = {
    "ok": "healthy",
    "warning": "degraded",
    "critical": "failed",
}
"""OneView's own words for health. The status's values are not documented: another word is healthy
where it has long been read in full health, degraded once it differs from the one that was read
then, and else unknown."""
PROVEN_AFTER: Final = timedelta(hours=1)
"""How long all else must have been in health before an undocumented word counts as the healthy one:
a cluster takes up to an hour to form."""
_TROUBLE: Final = re.compile(
    r"off|down|fail|error|degrad|lost|miss|split|stop|not|un(?:avail|reach|heal|sync|form)|isolat"
    r"|partial|sync(?!hroni[sz]ed)|build|recover|critical|warn|dis(?:ab|conn)|inactive",
    re.IGNORECASE,
)
"""Words that are never taken for the healthy one."""

_OF_THE_LIST: Final = (
    "pair.role",
    "pair.active_serial",
    "pair.standby_serial",
    "pair.active_version",
    "pair.standby_version",
    "pair.versions_match",
    "pair.cluster_address",
    "pair.members",
    "pair.lost",
    "cluster.reported",
    "storage.installed_version",
    "storage.versions_match",
)


def say_pairs(view: View) -> None:
    """State the facts of every pair that a body names, and forget those of pairs that are gone.

    What alerts say of a pair must have been stated before.
    """
    pairs = set(view.directory.pairs())
    if view.is_whole(Kind.APPLIANCE):
        pairs |= set(view.remembered.composition)
    for pair in sorted(pairs):
        subject = f"pair/{pair}"
        view.statement.say(subject, "pair.deployment", view.deployment)
        if view.read & {Kind.APPLIANCE, Kind.ENCLOSURE} and _is_read(view, pair):
            _say_pair(view, subject, pair)
        if view.read & {Kind.APPLIANCE, Kind.ENCLOSURE, Kind.ALERT}:
            if _is_read(view, pair):
                health = _management(view, subject, members_of(view, pair))
                view.statement.say(subject, "cluster.management", health)
            view.statement.say(subject, "cluster.storage", _storage(view, subject, pair))
            _say_storage_lost_with_member(view, subject)
    _say_deployment(view)


def _is_read(view: View, pair: str) -> bool:
    return view.is_whole(Kind.APPLIANCE) or bool(view.listed_members(pair))


def members_of(view: View, pair: str) -> tuple[str, ...]:
    """Serial numbers of the pair's members, one that is not listed any more included."""
    listed = view.listed_members(pair)
    known = view.remembered.composition.get(pair, ())
    if len(listed) >= 2 or not known or (listed and listed[0] not in known):
        return tuple(listed)
    return tuple(sorted({*known, *listed}))


def _say_pair(view: View, subject: str, pair: str) -> None:
    listed = view.listed_members(pair)
    members = members_of(view, pair)
    doubted = any(map(view.is_doubted, members))
    if not members or (not listed and not doubted and not may_be_lost(view, pair)):
        for fact in _OF_THE_LIST:
            view.statement.say(subject, fact, None)
        view.remembered.composition.pop(pair, None)
        return
    view.remembered.composition[pair] = members
    say = view.statement.say
    if view.is_whole(Kind.APPLIANCE):
        say(subject, "pair.members", None if doubted else len(listed))
    say(subject, "pair.lost", _lost(view, members))
    say(subject, "pair.role", _role(view, listed))
    active, standby = _by_role(view, members)
    was_active = view.said(subject, "pair.active_serial")
    # While none is active, the one that was last keeps the name.
    say(subject, "pair.active_serial", active or was_active)
    say(subject, "pair.standby_serial", standby or view.said(subject, "pair.standby_serial"))
    if active is not None and was_active not in (None, active):
        say(subject, "pair.active_changed_at", instant_text(view.time))
    active_version = _version(view, active, "imageStreamerVersion")
    standby_version = _version(view, standby, "imageStreamerVersion")
    say(subject, "pair.active_version", active_version)
    say(subject, "pair.standby_version", standby_version)
    say(subject, "pair.versions_match", _match(view, listed, "imageStreamerVersion"))
    say(subject, "storage.installed_version", _version(view, active, "vsaVersion"))
    say(subject, "storage.versions_match", _match(view, listed, "vsaVersion"))
    say(subject, "pair.cluster_address", _common(view, listed, "clusterIpv4Address"))
    say(subject, "cluster.reported", _reported(view, listed))


def may_be_lost(view: View, pair: str) -> bool:
    """Whether a pair of which nothing is listed is lost, not dissolved by those in charge.

    It is dissolved when its appliances are listed without it, or its logical enclosure is gone.
    """
    if any(serial in view.appliances for serial in view.remembered.composition.get(pair, ())):
        return False
    if not view.is_whole(Kind.LOGICAL_ENCLOSURE):
        return True
    directory = view.directory
    standing = [
        directory.enclosure_names.get(path(resource, "uri") or "", word(resource, "name"))
        for resource in view.remembered.resources(Kind.LOGICAL_ENCLOSURE)
    ]
    return pair in standing


def _lost(view: View, members: tuple[str, ...]) -> Lost | None:
    if any(not view.is_judged(serial) for serial in members):
        return None
    lost = [serial for serial in members if not view.is_usable(serial)]
    if not lost:
        return _lost_peer(view, members)
    if len(lost) == len(members):
        return "both"
    role = view.remembered.roles.get(lost[0])
    if role is not None:
        return "active" if role == "active" else "standby"
    survivor = next(serial for serial in members if serial not in lost)
    serves = flag(view.appliances[survivor], "isActive")
    return None if serves is None else "standby" if serves else "active"


def _lost_peer(view: View, members: tuple[str, ...]) -> Lost | None:
    """With one member that can be used: whether it names a peer that nobody lists."""
    if len(members) != 1:
        return "none"
    resource = view.appliances[members[0]]
    peer = path(resource, "peerApplianceUri")
    if peer is None:
        return "none"
    if not view.is_whole(Kind.APPLIANCE) or view.is_doubted(peer):
        return None
    serves = flag(resource, "isActive")
    return None if serves is None else "standby" if serves else "active"


def _management(view: View, subject: str, members: tuple[str, ...]) -> Cluster | None:
    """The management cluster's health by its members' and the pair's alert; None where they do
    not tell. Members that are all well do not outweigh the alert.
    """
    if not members or any(not view.is_judged(serial) for serial in members):
        return None
    usable = [serial for serial in members if view.is_usable(serial)]
    roles = [flag(view.appliances[serial], "isActive") for serial in usable]
    if None in roles:
        return None
    if not any(roles):
        return "failed"
    if len(usable) == 1 or view.fact(subject, "alert.not_highly_available"):
        return "degraded"
    healths = {lowered(view.appliances[serial], "status") for serial in usable}
    if roles.count(True) == 1 and healths == {"ok"}:
        return "healthy"
    return None


def _role(view: View, listed: list[str]) -> str | None:
    primary = {flag(view.appliances[serial], "isPrimary") for serial in listed}
    if len(primary) != 1 or None in primary:
        return None
    return "primary" if primary == {True} else "secondary"


def _by_role(view: View, members: tuple[str, ...]) -> tuple[str | None, str | None]:
    """The member that is active and the other one; None where it cannot be told."""
    active = [
        serial
        for serial in members
        if serial in view.appliances and flag(view.appliances[serial], "isActive")
    ]
    if len(active) != 1:
        return None, None
    others = [serial for serial in members if serial != active[0]]
    return active[0], others[0] if len(others) == 1 else None


def _version(view: View, serial: str | None, name: str) -> str | None:
    resource = view.appliances.get(serial or "")
    return None if resource is None else version(resource, name)


def _match(view: View, listed: list[str], name: str) -> bool | None:
    versions = [version(view.appliances[serial], name) for serial in listed]
    if len(versions) < 2 or None in versions:
        return None
    return len(set(versions)) == 1


def _common(view: View, listed: list[str], name: str) -> str | None:
    values = {word(view.appliances[serial], name) for serial in listed} - {None}
    return values.pop() if len(values) == 1 else None


def _reported(view: View, listed: list[str]) -> str | None:
    """The status that the members report; several, where they do not agree."""
    words = {word(view.appliances[serial], "clusterStatus") for serial in listed} - {None}
    return ", ".join(sorted(text for text in words if text is not None)) or None


def _storage(view: View, subject: str, pair: str) -> Cluster | None:
    """The storage cluster's health; it is not healthy before all open alerts have been read."""
    reported = view.fact(subject, "cluster.reported")
    unproven = view.remembered.unproven_words.pop(pair, None)
    if view.fact(subject, "pair.lost") == "both":
        return "failed"
    by_word = _STORAGE_HEALTH.get(reported.lower()) if isinstance(reported, str) else None
    if view.fact(subject, "alert.storage_node_unavailable"):
        return "failed" if by_word == "failed" else "degraded"
    if by_word in ("degraded", "failed"):
        return by_word
    if not isinstance(reported, str) or not view.is_whole(Kind.ALERT):
        return None
    if by_word is not None:
        view.remembered.healthy_words.setdefault(pair, reported)
        return by_word
    if reported.lower() in ("unknown", "disabled"):
        return None
    return _learned(view, subject, pair, reported, unproven)


def _say_storage_lost_with_member(view: View, subject: str) -> None:
    """Whether a storage node went with the member that is lost: told when one is lost, and taken
    back when the storage is read whole again or the pair is."""
    fact = "pair.storage_lost_with_member"
    lost, was_lost = view.fact(subject, "pair.lost"), view.said(subject, "pair.lost")
    healthy = view.fact(subject, "cluster.storage") == "healthy"
    was_healthy = view.said(subject, "cluster.storage") == "healthy"
    before_doubt = view.remembered.storage_before_doubt
    if lost is None:
        # Whether a member is lost is doubted; what was before that counts once it is not.
        if was_lost == "none":
            before_doubt[subject] = was_healthy
    elif lost in ("active", "standby") and (was_lost == "none" or subject in before_doubt):
        was_healthy = before_doubt.pop(subject, was_healthy)
        view.statement.say(subject, fact, was_healthy and not healthy)
    elif view.said(subject, fact) is True and (healthy or lost in ("none", "both")):
        view.statement.say(subject, fact, False)
    if lost is not None:
        before_doubt.pop(subject, None)


def _learned(
    view: View, subject: str, pair: str, reported: str, unproven: tuple[str, datetime] | None
) -> Cluster | None:
    """A word that is not OneView's: compared with the one that was read in full health.

    The first one that is read says nothing. It counts as the healthy one once all else has been in
    health with it for longer than a cluster takes to form, unless it speaks of trouble itself.
    """
    words = view.remembered.healthy_words
    if pair in words:
        return "healthy" if words[pair] == reported else "degraded"
    if not _all_else_is_healthy(view, subject) or _TROUBLE.search(reported) or "," in reported:
        return None
    since = unproven[1] if unproven is not None and unproven[0] == reported else view.time
    if view.time - since < PROVEN_AFTER:
        view.remembered.unproven_words[pair] = (reported, min(since, view.time))
        return None
    words[pair] = reported
    return "healthy"


def _all_else_is_healthy(view: View, subject: str) -> bool:
    in_health = {
        "pair.lost": "none",
        "pair.members": 2,
        "cluster.management": "healthy",
        "pair.versions_match": True,
        "storage.versions_match": True,
    }
    return (
        all(view.fact(subject, name) == value for name, value in in_health.items())
        and not view.fact(subject, "alert.not_highly_available")
        and view.fact(subject, "update.result") != "running"
    )


def _say_deployment(view: View) -> None:
    if Kind.APPLIANCE not in view.read or not view.is_whole(Kind.APPLIANCE):
        return
    subject = view.deployment_subject
    pairs = {view.directory.pair_of.get(serial) for serial in view.appliances} - {None}
    lost = {pair for pair in view.remembered.composition if pair not in pairs}
    view.statement.say(subject, "deployment.pairs", len(pairs | lost))
    versions = [version(resource, "imageStreamerVersion") for resource in view.appliances.values()]
    known = Counter(text for text in versions if text is not None)
    complete = versions and None not in versions and not view.remembered.doubted
    match = len(known) == 1 if complete else None
    if len(known) > 1:
        match = False
    view.statement.say(subject, "deployment.versions_match", match)
    text = ", ".join(f"{name} ({count})" for name, count in sorted(known.items()))
    view.statement.say(subject, "deployment.versions_text", text or None)
