"""What the operator has settled once and for all: the screen's looks, and keys."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

LARGEST_FILE: Final = 1 << 20


class SettingsError(Exception):
    """The configuration cannot be used; the text names the file and what would be right."""


@dataclass(frozen=True)
class ScreenSettings:
    """The table `[screen]`."""

    theme: str = ""
    """One of Textual's themes; empty for the terminal's own 16 colours."""
    light: bool = False
    """Whether the terminal has a light background."""
    ascii: bool = False
    mouse: bool = False
    operator: str = ""
    """The name under which events are written; empty for the login's."""


@dataclass(frozen=True)
class Settings:
    """What the screen takes from the configuration; other tables are others' business."""

    screen: ScreenSettings = ScreenSettings()
    keys: dict[str, str | list[str]] = field(default_factory=dict)
    """Action to its key or keys; an empty list unbinds it."""

    def keys_of_actions(self) -> dict[str, Sequence[str]]:
        """The same, always as lists."""
        return {name: [keys] if isinstance(keys, str) else keys for name, keys in self.keys.items()}


def default_path() -> Path:
    """Where the configuration is looked for: `WATCHKEEPER_CONFIG`, or the user's own folder."""
    given = os.environ.get("WATCHKEEPER_CONFIG", "")
    if given:
        return Path(given)
    from platformdirs import user_config_path

    return user_config_path("watchkeeper") / "config.toml"


def load_settings(path: Path | None = None) -> Settings:
    """Read the configuration; without a file all is as it comes.

    Raises:
        SettingsError: the file that is there cannot be used, or a file that was named is not there.
    """
    file = path or default_path()
    if path is None and not file.exists():
        return Settings()
    # Imported late: most operators have no configuration, and the screen should be there at once.
    from difflib import get_close_matches

    import msgspec
    import tomli

    from tui.screen.keys import BY_NAME
    from tui.themes import theme_problem

    try:
        if file.stat().st_size > LARGEST_FILE:
            raise SettingsError(f"{file} is too large for a configuration")
        text = file.read_text("utf-8")
        document: dict[str, Any] = tomli.loads(text)
    except FileNotFoundError:
        raise SettingsError(f"{file} does not exist") from None
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from None
    except (tomli.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsError(f"{file}: {error}") from None
    for table, known in (
        ("screen", {one.name for one in fields(ScreenSettings)}),
        ("keys", set(BY_NAME)),
    ):
        said = document.get(table)
        unknown = set(said) - known if isinstance(said, dict) else set()
        if unknown:
            name = min(unknown)
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            line = _line_of(text, (table, name))
            raise SettingsError(f"{file}:{line}: [{table}] knows no {name}{hint}")
    try:
        settings = msgspec.convert(document, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{file}: {error}") from None
    problem = theme_problem(settings.screen.theme)
    if problem:
        line = _line_of(text, ("screen", "theme"))
        raise SettingsError(f"{file}:{line}: [screen] theme: {problem}")
    return settings


def _line_of(text: str, part: tuple[str | int, ...]) -> int:
    from rules.positions import locate

    return locate(text.encode(), {part})[part].line
