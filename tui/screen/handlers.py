"""Which function answers which action, wherever one is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from tui.screen import doing, going
from tui.screen.palette import Palette
from tui.screen.places.place import PlaceScreen
from tui.screen.places.reading import Reading
from tui.screen.places.wide import WideSubjects, WideTimeline
from tui.screen.texts.forbidden import forbidden_text
from tui.screen.texts.help import help_text, key_problems
from tui.screen.texts.log import log_text
from tui.screen.texts.rows import Row
from tui.screen.texts.rules import blind_text, rules_text
from tui.session import commands
from tui.session.snapshot import Snapshot

if TYPE_CHECKING:
    from tui.screen.action_host import ActionHost

Handler = Callable[["ActionHost", PlaceScreen], object]


def _list(
    app: ActionHost,
    title: str,
    make: Callable[[Snapshot, int], Sequence[Row]],
    screen: PlaceScreen,
) -> None:
    app.enter(Reading(app, title, make, subject=screen.subject()))


def _explain(app: ActionHost, screen: PlaceScreen) -> None:
    key = screen.finding_key()
    if key is None:
        app.tell("There is no finding here: r lists all rules", failed=True)
    else:
        going.explain(app, key.rule, key.subject)


def _help(app: ActionHost, screen: PlaceScreen) -> None:
    replay = app.snapshot is not None and app.snapshot.kind == "replay"
    place = screen.place

    def make(_: Snapshot, columns: int) -> Sequence[Row]:
        return help_text(app.keys, place, columns, replay=replay, look=app.look)

    _list(app, "Help", make, screen)


def _rules(app: ActionHost, screen: PlaceScreen) -> None:
    subject = screen.subject()

    def make(snapshot: Snapshot, columns: int) -> Sequence[Row]:
        return rules_text(snapshot, app.look, columns, subject)

    _list(app, "Rules (Enter: why it holds or not)", make, screen)


def _blind(app: ActionHost, screen: PlaceScreen) -> None:
    subject = screen.subject()

    def make(snapshot: Snapshot, columns: int) -> Sequence[Row]:
        return blind_text(snapshot, app.look, columns, subject)

    _list(app, "Rules that cannot be judged (Enter: what is missing)", make, screen)


def _forbidden(app: ActionHost, screen: PlaceScreen) -> None:
    def make(snapshot: Snapshot, columns: int) -> Sequence[Row]:
        return forbidden_text(snapshot, app.look, columns)

    _list(app, "What is forbidden, and what is asked for", make, screen)


def _log(app: ActionHost, screen: PlaceScreen) -> None:
    def make(snapshot: Snapshot, columns: int) -> Sequence[Row]:
        return [*log_text(snapshot, columns), *key_problems(app.keys, columns)]

    _list(app, "Sources, rules and the log", make, screen)


def _palette(app: ActionHost, _: PlaceScreen) -> None:
    if app.snapshot is not None:
        app.enter(Palette(app))


def _name(app: ActionHost, _: PlaceScreen) -> None:
    value = app.snapshot.operator if app.snapshot else ""
    app.ask("your name:", lambda text: app.send(commands.SetOperator(text)), value=value)


def _wide_timeline(app: ActionHost, _: PlaceScreen) -> None:
    app.enter(WideTimeline(app))


def _wide_subjects(app: ActionHost, _: PlaceScreen) -> None:
    app.enter(WideSubjects(app))


HANDLERS: Final[Mapping[str, Handler]] = {
    "quit": lambda app, _: app.exit(0),
    "help": _help,
    "explain": _explain,
    "what-if": lambda app, screen: going.suppose(app, screen.subject()),
    "facts": lambda app, screen: going.browse(app, screen.subject()),
    "timeline": _wide_timeline,
    "subjects": _wide_subjects,
    "rules": _rules,
    "forbidden": _forbidden,
    "blind": _blind,
    "log": _log,
    "palette": _palette,
    "reload": lambda app, _: app.send(commands.ReloadRules()),
    "name": _name,
    "redraw": lambda app, _: app.redraw(),
    "suspend": lambda app, _: app.action_suspend_process(),
    "acknowledge": lambda app, _: doing.acknowledge(app),
    "confirm": lambda app, _: doing.confirm(app),
    "note": lambda app, _: doing.note(app),
    "close": lambda app, _: doing.close(app),
    "copy": lambda app, _: doing.copy(app),
    "export": lambda app, _: doing.export(app),
    "picture": lambda app, _: doing.picture(app),
    "open": lambda app, _: app.open_finding(),
}
