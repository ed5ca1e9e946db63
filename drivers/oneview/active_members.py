"""How many members of each pair are listed as active: one, unless something is wrong."""

from __future__ import annotations

from drivers.oneview.bodies import Kind
from drivers.oneview.fields import flag
from drivers.oneview.view import View


def say_active_members(view: View) -> None:
    """State it of every pair that is listed, and that it is not known of one that is not."""
    if Kind.APPLIANCE not in view.read:
        return
    pairs = set(view.directory.pairs())
    if view.is_whole(Kind.APPLIANCE):
        pairs |= set(view.remembered.composition)
    for pair in sorted(pairs):
        listed = view.listed_members(pair)
        if listed or view.is_whole(Kind.APPLIANCE):
            view.statement.say(f"pair/{pair}", "pair.active_members", _active(view, listed))


def _active(view: View, listed: list[str]) -> int | None:
    """How many say that they are active; None where that depends on one that does not say."""
    roles = [flag(view.appliances[serial], "isActive") for serial in listed]
    count = roles.count(True)
    return count if roles and (None not in roles or count > 1) else None
