"""Every action of the screen, the places in which it works, and the keys that call it.

Help, the bar at the foot, the palette and the configuration are all made from this one table.
Keys that terminals' multiplexers and containers take (Ctrl with A, B, J, O, P, Q, S) are not
used, and nothing needs Alt or Ctrl.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple

Place = Literal["board", "text", "list", "facts", "what-if"]
BOARD: Final[Place] = "board"
EVERYWHERE: Final[frozenset[Place]] = frozenset({"board", "text", "list", "facts", "what-if"})
_LISTS: Final[frozenset[Place]] = frozenset({"list", "facts"})


class Action(NamedTuple):
    """Something that a key can call."""

    name: str
    keys: tuple[str, ...]
    says: str
    """What it does, for help and palette."""
    places: frozenset[Place] = EVERYWHERE
    foot: str = ""
    """The word for the bar at the foot; empty where it has no room there."""
    replay: bool = False
    """Whether it works in a replay alone."""


_ON_BOARD: Final[frozenset[Place]] = frozenset({"board"})
ABOUT_FINDING: Final[frozenset[Place]] = frozenset({"board", "text"})

ACTIONS: Final[tuple[Action, ...]] = (
    Action("help", ("?", "f1"), "the keys of this place", foot="help"),
    Action("filter", ("/",), "show only what contains a text", foot="filter"),
    Action("open", ("enter",), "open what the cursor is on", foot="open"),
    Action("back", ("escape",), "go back; end a filter", foot="back"),
    Action("acknowledge", ("a",), "acknowledge the finding", ABOUT_FINDING, "ack"),
    Action("explain", ("e",), "explain why it holds", ABOUT_FINDING, "explain"),
    Action("what-if", ("w",), "suppose other facts, record nothing", foot="what-if"),
    Action("quit", ("q", "ctrl+c"), "leave the screen", foot="quit"),
    Action("up", ("up", "k"), "one line up"),
    Action("down", ("down", "j"), "one line down"),
    Action("page-up", ("pageup", "ctrl+u"), "one page up"),
    Action("page-down", ("pagedown", "ctrl+d"), "one page down"),
    Action("top", ("home", "g"), "to the first line"),
    Action("bottom", ("end", "G"), "to the last line; follow what comes"),
    Action("next-pane", ("tab",), "to the next part of the board", _ON_BOARD),
    Action("previous-pane", ("shift+tab",), "to the previous part of the board", _ON_BOARD),
    Action("confirm", ("c",), "confirm the next step that waits for you", ABOUT_FINDING),
    Action("note", ("m",), "write a note about the finding", ABOUT_FINDING),
    Action("close", ("X",), "close the finding by hand, with a reason", ABOUT_FINDING),
    Action("copy", ("y",), "copy the finding as Markdown to the clipboard", ABOUT_FINDING),
    Action("export", ("o",), "write the finding as Markdown to a file", ABOUT_FINDING),
    Action("picture", ("S",), "write the screen as SVG to a file"),
    Action("sort", ("s",), "sort the findings by severity, age or subject", _ON_BOARD),
    Action("facts", ("f",), "all facts of the subject", ABOUT_FINDING),
    Action("timeline", ("t",), "the timeline over the whole screen", _ON_BOARD),
    Action("subjects", ("p",), "the subjects over the whole screen", _ON_BOARD),
    Action("rules", ("r",), "the rules: look at one, ask why it does not hold"),
    Action(
        "forbidden", ("D",), "all prohibitions: what is forbidden where, why, how that is known"
    ),
    Action("blind", ("b",), "rules that cannot be judged, and what is missing"),
    Action("log", ("L",), "what was wrong in the log and in the rule files"),
    Action("palette", (":",), "find any action, subject, finding or rule by name"),
    Action("reload", ("R",), "read the rule files again"),
    Action("name", ("U",), "set the name under which your events are written"),
    Action("redraw", ("ctrl+l",), "draw the screen anew"),
    Action("suspend", ("ctrl+z",), "back to the shell; fg returns"),
    Action("play", ("space",), "play or pause", foot="play", replay=True),
    Action("step", ("right", "."), "one event on", replay=True),
    Action("step-back", ("left", ","), "one event back", replay=True),
    Action("next-finding", ("n",), "to the next finding", foot="next", replay=True),
    Action("previous-finding", ("N", "u"), "to the previous finding", replay=True),
    Action("faster", ("+", "="), "play faster", replay=True),
    Action("slower", ("-",), "play slower", replay=True),
    Action("go-to", ("T",), "go to a time", replay=True),
    Action("restart", ("0",), "to the beginning of the log", replay=True),
    Action("to-end", ("$",), "to the end of the log", replay=True),
)
BY_NAME: Final[Mapping[str, Action]] = {action.name: action for action in ACTIONS}

_WRITTEN: Final[Mapping[str, str]] = {
    "space": " ",
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "full_stop": ".",
    "comma": ",",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "dollar_sign": "$",
}
_SHOWN: Final[Mapping[str, str]] = {
    "escape": "Esc",
    "enter": "Enter",
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "space": "Space",
    "ctrl+d": "Ctrl+D",
    "ctrl+u": "Ctrl+U",
    "ctrl+c": "Ctrl+C",
    "ctrl+l": "Ctrl+L",
    "ctrl+z": "Ctrl+Z",
    "f1": "F1",
}
TAKEN: Final = frozenset(f"ctrl+{letter}" for letter in "abjopqs")
"""Keys that somebody between the fingers and the program may take."""


class Keys:
    """Which key calls which action in which place."""

    def __init__(self, remapped: Mapping[str, Iterable[str]] | None = None) -> None:
        """Take the table as it is, with the keys of some actions replaced; no keys unbind one."""
        self.problems: list[str] = []
        """What is wrong with the configuration; what is right in it is in force."""
        self._keys = {action.name: action.keys for action in ACTIONS}
        for name, keys in (remapped or {}).items():
            if name not in BY_NAME:
                from difflib import get_close_matches

                near = get_close_matches(name, BY_NAME, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                self.problems.append(f"there is no action {name}{hint}")
                continue
            self._keys[name] = tuple(keys)
            self.problems += [
                f"{key} of {name} is taken by multiplexers or containers"
                for key in self._keys[name]
                if key in TAKEN
            ]
        self._calls: dict[tuple[Place, str], str] = {}
        for action in ACTIONS:
            for key in self._keys[action.name]:
                self._bind(action, key)

    def _bind(self, action: Action, key: str) -> None:
        clashes = set()
        for place in action.places:
            other = self._calls.setdefault((place, key), action.name)
            if other != action.name:
                clashes.add(other)
        self.problems += [
            f"{shown(key)} is bound to {other} and to {action.name}; {other} has it"
            for other in sorted(clashes)
        ]

    def action(self, place: Place, key: str, character: str | None) -> Action | None:
        """What a key calls in a place."""
        written = _WRITTEN.get(key, "")
        for candidate in (character, key, written):
            name = self._calls.get((place, "space" if candidate == " " else candidate or ""))
            if name is not None:
                return BY_NAME[name]
        return None

    def of(self, name: str) -> tuple[str, ...]:
        """The keys of an action, as people write them; none where it is unbound."""
        return tuple(shown(key) for key in self._keys[name])

    def in_place(self, place: Place, *, replay: bool) -> list[tuple[Action, tuple[str, ...]]]:
        """The actions that have a key in a place."""
        return [
            (action, self.of(action.name))
            for action in ACTIONS
            if place in action.places
            and (replay or not action.replay)
            and any(self._calls.get((place, key)) == action.name for key in self._keys[action.name])
        ]


def shown(key: str) -> str:
    """A key as people write it."""
    return _SHOWN.get(key, key)
