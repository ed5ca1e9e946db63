"""Facts about the artifacts on the primary, their replication, and the pairs' OS volumes."""

from __future__ import annotations

from typing import Final

from drivers.oneview.backups import on_primary
from drivers.oneview.bodies import Kind
from drivers.oneview.fields import (
    Resource,
    bounded,
    flag,
    instant_text,
    lowered,
    moment,
    path,
    word,
)
from drivers.oneview.view import View

_LISTS: Final = (Kind.GOLDEN_IMAGE, Kind.DEPLOYMENT_PLAN, Kind.BUILD_PLAN, Kind.PLAN_SCRIPT)
_IMAGE_OF_PLAN: Final = ("goldenImageURI", "goldenImageUri")
_LONGEST_NAMES: Final = 2048


def say_artifacts(view: View) -> None:
    """State what the primary holds. Counts are stated once every list has been read whole."""
    if Kind.DEPLOYMENT_PLAN in view.read:
        _say_plans(view)
    if Kind.ARTIFACT_BUNDLE in view.read and view.is_whole_on_primary(Kind.ARTIFACT_BUNDLE):
        _say_replication(view)
    if Kind.OS_VOLUME in view.read:
        _say_volumes(view)
    if view.read & {*_LISTS, Kind.ARTIFACT_BUNDLE} and all(map(view.is_whole_on_primary, _LISTS)):
        _say_inventory(view)


def _say_inventory(view: View) -> None:
    subject, say = view.deployment_subject, view.statement.say
    bundles = [
        bundle
        for bundle in on_primary(view, Kind.ARTIFACT_BUNDLE)
        if not flag(bundle, "backupService") and not flag(bundle, "recoverBundle")
    ]
    artifacts = [(kind, item) for kind in _LISTS for item in on_primary(view, kind)]
    artifacts += [(Kind.ARTIFACT_BUNDLE, bundle) for bundle in bundles]
    changed = [
        at for _, item in artifacts if (at := moment(item, "modified", "created")) is not None
    ]
    unusable = [item for _, item in artifacts if lowered(item, "status") == "critical"]
    say(subject, "artifacts.count", len(artifacts))
    say(subject, "artifacts.modified_at", instant_text(max(changed)) if changed else None)
    say(subject, "artifacts.unusable", len(unusable))
    say(subject, "artifacts.unusable_names", _names(unusable))
    inventory = tuple(sorted(f"{kind} {word(item, 'name') or ''}" for kind, item in artifacts))
    _say_missing(view, subject, inventory)


def _say_missing(view: View, subject: str, inventory: tuple[str, ...]) -> None:
    """State which artifacts of the former primary the new one lacks."""
    primary = view.primary_pair
    if primary is None:
        return
    view.remembered.inventory[primary] = inventory
    former = view.said(subject, "primary.change_from")
    ended = view.said(subject, "primary.change_ended_at") is not None
    if not ended or not isinstance(former, str) or former == primary:
        return
    held = view.remembered.inventory.get(former)
    if held is None or view.said(subject, "primary.change_selected") != primary:
        return
    missing = sorted(set(held) - set(inventory))
    names = [name.partition(" ")[2] for name in missing]
    view.statement.say(subject, "artifacts.missing", len(missing))
    text = bounded(", ".join(names), _LONGEST_NAMES) or None
    view.statement.say(subject, "artifacts.missing_names", text)


def _say_plans(view: View) -> None:
    plans = on_primary(view, Kind.DEPLOYMENT_PLAN)
    bare = [
        plan
        for plan in plans
        if any(name in plan for name in _IMAGE_OF_PLAN) and word(plan, *_IMAGE_OF_PLAN) is None
    ]
    if bare or view.is_whole_on_primary(Kind.DEPLOYMENT_PLAN):
        subject, say = view.deployment_subject, view.statement.say
        say(subject, "artifacts.plans_without_image", len(bare))
        say(subject, "artifacts.plans_without_image_names", _names(bare) or "none")


def _say_replication(view: View) -> None:
    bundles = [
        bundle for bundle in on_primary(view, Kind.ARTIFACT_BUNDLE) if flag(bundle, "backupService")
    ]
    failed = [bundle for bundle in bundles if lowered(bundle, "status") == "critical"]
    subject, say = view.deployment_subject, view.statement.say
    say(subject, "replication.bundles", len(bundles))
    say(subject, "replication.failed_bundles", len(failed))


def _say_volumes(view: View) -> None:
    """Count the volumes of each pair, told by their cluster or by the address that gave them."""
    counts: dict[str, int] = {}
    for body in view.remembered.held.get(Kind.OS_VOLUME, {}).values():
        cluster = path(body.resource, "deploymentClusterUri")
        pair = body.pair or view.directory.pair_by_address.get(cluster or "")
        if pair:
            counts[pair] = counts.get(pair, 0) + 1
    known = {subject[5:] for subject in view.before.said if subject.startswith("pair/")}
    known |= {pair for pair, kind in view.remembered.whole_at if kind is Kind.OS_VOLUME}
    for pair in sorted(set(counts) | known):
        if not view.is_whole_at(pair, Kind.OS_VOLUME):
            continue
        subject = f"pair/{pair}"
        is_told = (pair, Kind.OS_VOLUME) in view.remembered.whole_at
        if pair in counts or is_told or view.said(subject, "volumes.count") is not None:
            view.statement.say(subject, "volumes.count", counts.get(pair, 0))


def _names(items: list[Resource]) -> str | None:
    names = [word(item, "name") or path(item, "uri") or "without a name" for item in items]
    return bounded(", ".join(sorted(names)), _LONGEST_NAMES) or None
