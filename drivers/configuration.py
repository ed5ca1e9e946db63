"""What is watched and where it is kept: the configuration file, read and checked."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

import platformdirs
import tomli

from drivers.journal.faults import printable
from drivers.live.cluster_addresses import ANYWHERE, Network, read_network
from drivers.live.trust import read_fingerprint
from rules.values import read_duration

PROGRAM: Final = "watchkeeper"
NO_VERIFICATION: Final = "accept_any_certificate_and_be_exposed_to_impostors"
DocumentPath: TypeAlias = tuple[str | int, ...]
"""The keys and list positions that lead to a part of the file."""
FindLines: TypeAlias = Callable[[bytes, set[DocumentPath]], Mapping[DocumentPath, int]]
"""From a file's text and parts of it to the lines on which those stand."""
_PASSWORDS: Final = (
    "password_file",
    "password_command",
    "password_environment",
    "password_keyring",
)
_SIZES: Final = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_SMALLEST_PART: Final = 1 << 16


class ConfigurationError(Exception):
    """What is wrong with a configuration: all of it, a line for each fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class PasswordFrom:
    """Where a password comes from: one of these, or none, which asks at the terminal."""

    file: str = ""
    command: tuple[str, ...] = ()
    environment: str = ""
    keyring: str = ""


@dataclass(frozen=True, slots=True)
class DeploymentSettings:
    """One HPE OneView and the Image Streamers that it manages."""

    name: str
    addresses: tuple[str, ...]
    user: str
    domain: str = "local"
    port: int = 443
    image_streamer_port: int = 443
    networks: tuple[Network, ...] = ANYWHERE
    """Where the Image Streamers may be; none: wherever HPE OneView says."""
    api_version: int | None = None
    ca_file: str = ""
    fingerprints: tuple[str, ...] = ()
    verifies: bool = True
    password: PasswordFrom = field(default_factory=PasswordFrom)


@dataclass(frozen=True, slots=True)
class Polling:
    """How often is read, and how long is waited for an answer."""

    interval: timedelta = timedelta(seconds=15)
    during_update: timedelta = timedelta(seconds=5)
    ceiling: timedelta = timedelta(minutes=2)
    answer_within: timedelta = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class JournalSettings:
    """Where the journal lies, and when a part of it is closed."""

    path: Path
    part_size: int = 64 << 20
    """Bytes."""
    part_age: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that a configuration file says."""

    deployments: tuple[DeploymentSettings, ...]
    journal: JournalSettings
    polling: Polling = field(default_factory=Polling)


def default_path() -> Path:
    """Where the configuration is looked for: `WATCHKEEPER_CONFIG`, or the user's own folder."""
    given = os.environ.get("WATCHKEEPER_CONFIG", "")
    if given:
        return Path(given)
    return platformdirs.user_config_path(PROGRAM) / "config.toml"


def default_journal() -> Path:
    """Where the journal belongs on this platform."""
    return platformdirs.user_state_path(PROGRAM) / "watch.jsonl"


def read_configuration(path: Path, find_lines: FindLines | None = None) -> Configuration:
    """Read and check a configuration file; with `find_lines`, each fault names its line.

    Raises:
        ConfigurationError: with everything that is wrong with it.
    """
    name = printable(str(path))
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigurationError([f"{name} does not exist"]) from None
    except OSError as error:
        raise ConfigurationError([f"{name} cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise ConfigurationError([f"{name} is not UTF-8"]) from None
    try:
        document = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise ConfigurationError([f"{name} is not TOML: {error}"]) from None
    except RecursionError:
        raise ConfigurationError([f"{name} is nested too deeply"]) from None
    faults: list[_Fault] = []
    found = _configuration(document, path.parent, faults)
    if faults:
        lines = find_lines(text.encode(), {fault.part for fault in faults}) if find_lines else {}
        raise ConfigurationError(_told(faults, name, lines))
    return found


def configuration_of(
    document: Mapping[str, Any], name: str, folder: Path | None = None
) -> Configuration:
    """Check what a configuration says; `name` is for messages, `folder` what paths start from.

    Raises:
        ConfigurationError: with everything that is wrong with it.
    """
    faults: list[_Fault] = []
    found = _configuration(document, folder, faults)
    if faults:
        raise ConfigurationError(_told(faults, name, {}))
    return found


def _configuration(
    document: Mapping[str, Any], folder: Path | None, faults: list[_Fault]
) -> Configuration:
    top = _Table(document, "", (), faults)
    journal = _journal(top.table("journal"), folder)
    polling = _polling(top.table("polling"))
    deployments = [_deployment(table, folder) for table in top.tables("deployment")]
    # The screen's own tables are read by the screen.
    top.get("screen")
    top.get("keys")
    top.finish()
    if not deployments and not isinstance(document.get("deployment"), dict):
        top.fault("there is no [[deployment]]; the file is to name at least one")
    names = [deployment.name for deployment in deployments]
    for number, one in enumerate(names):
        if one and one in names[:number]:
            part = top.place("deployment", number, "name")
            faults.append(_Fault(part, f"two deployments are called {one!r}"))
    return Configuration(tuple(deployments), journal, polling)


def _journal(table: _Table, folder: Path | None) -> JournalSettings:
    said = table.text("path")
    path = _placed(said, folder) if said else str(default_journal())
    size = table.read("part_size", _size, 64 << 20)
    age = table.read("part_age", _duration, timedelta(days=7))
    table.finish()
    return JournalSettings(Path(path), size, age)


def _polling(table: _Table) -> Polling:
    usual = Polling()
    polling = Polling(
        interval=table.read("interval", _pause, usual.interval),
        during_update=table.read("during_update", _pause, usual.during_update),
        ceiling=table.read("ceiling", _pause, usual.ceiling),
        answer_within=table.read("answer_within", _pause, usual.answer_within),
    )
    table.finish()
    return polling


def _deployment(table: _Table, folder: Path | None) -> DeploymentSettings:
    command = table.get("password_command")
    given = [name for name in _PASSWORDS if table.has(name)]
    if len(given) > 1:
        table.fault(f"{' and '.join(given)} exclude each other", given[1])
    if table.has("password"):
        table.get("password")
        table.fault(
            "password: no password stands in a configuration; take one of "
            f"{', '.join(_PASSWORDS)}, or none to be asked for it",
            "password",
        )
    unverified = table.read(NO_VERIFICATION, _flag, False)
    ca_file = table.text("ca_file")
    fingerprints = table.texts("fingerprints")
    for fingerprint in fingerprints:
        try:
            read_fingerprint(fingerprint)
        except ValueError as error:
            table.fault(f"fingerprints: {printable(fingerprint, 80)!r} {error}", "fingerprints")
    if unverified and (ca_file or fingerprints):
        useless = f"{NO_VERIFICATION} makes ca_file and fingerprints useless; take one"
        table.fault(useless, NO_VERIFICATION)
    password = PasswordFrom(
        file=_placed(table.text("password_file"), folder),
        command=_command(command, table),
        environment=table.text("password_environment"),
        keyring=table.text("password_keyring"),
    )
    settings = DeploymentSettings(
        name=table.text("name", required=True),
        addresses=table.texts("oneview", required=True),
        user=table.text("user", required=True),
        domain=table.text("domain") or "local",
        port=table.read("port", _port, 443),
        image_streamer_port=table.read("image_streamer_port", _port, 443),
        networks=_networks(table),
        api_version=table.read("api_version", _version, None),
        ca_file=_placed(ca_file, folder),
        fingerprints=fingerprints,
        verifies=not unverified,
        password=password,
    )
    for address in settings.addresses:
        if not address.strip() or any(sign in address for sign in "/@?# "):
            table.fault(
                f"oneview: {printable(address, 80)!r} must be a host name or an address", "oneview"
            )
    if "/" in settings.name or not settings.name.isprintable():
        table.fault("name must be printable and hold no /", "name")
    table.finish()
    return settings


def _networks(table: _Table) -> tuple[Network, ...]:
    networks = []
    for text in table.texts(
        "image_streamer_networks", required=table.has("image_streamer_networks")
    ):
        try:
            networks.append(read_network(text))
        except ValueError as error:
            table.fault(
                f"image_streamer_networks: {printable(text, 80)!r} {error}",
                "image_streamer_networks",
            )
    return tuple(networks)


def _command(said: Any, table: _Table) -> tuple[str, ...]:
    if said is None:
        return ()
    if isinstance(said, list) and said and all(isinstance(part, str) for part in said):
        return tuple(said)
    table.fault(
        'password_command must be a list of words, such as ["pass", "show", "oneview"]',
        "password_command",
    )
    return ()


def _placed(said: str, folder: Path | None) -> str:
    """A path from the file's own folder, with the home folder filled in."""
    if not said:
        return ""
    path = Path(said).expanduser()
    return str(path if path.is_absolute() or folder is None else folder / path)


# Values


def _duration(said: Any) -> timedelta:
    if not isinstance(said, str):
        raise ValueError('must be a duration such as "15s"')
    return read_duration(said)


def _pause(said: Any) -> timedelta:
    duration = _duration(said)
    if not timedelta(seconds=1) <= duration <= timedelta(hours=1):
        raise ValueError("must be between 1s and 1h")
    return duration


def _size(said: Any) -> int:
    unit = said[-3:] if isinstance(said, str) else ""
    digits = said[:-3].strip() if unit in _SIZES else ""
    if not digits.isascii() or not digits.isdigit() or len(digits) > 6:
        raise ValueError('must be a size such as "64MiB"')
    size = int(digits) * _SIZES[unit]
    if size < _SMALLEST_PART:
        raise ValueError("must be at least 64KiB")
    return size


def _port(said: Any) -> int:
    if type(said) is int and 0 < said < 65_536:
        return said
    raise ValueError("must be a port from 1 to 65535")


def _version(said: Any) -> int | None:
    if type(said) is int and 0 < said < 100_000:
        return said
    raise ValueError("must be an interface version such as 1600")


def _flag(said: Any) -> bool:
    if type(said) is bool:
        return said
    raise ValueError("must be true or false")


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is wrong, and with which part of the document."""

    part: DocumentPath
    message: str


def _told(faults: list[_Fault], name: str, lines: Mapping[DocumentPath, int]) -> list[str]:
    """The faults as lines for people, in the order of the file where that is known."""
    found = sorted(faults, key=lambda fault: lines.get(fault.part, 0))
    return [
        f"{name}:{lines[fault.part]}: {fault.message}"
        if fault.part in lines
        else f"{name}: {fault.message}"
        for fault in found
    ]


class _Table:
    """A table of the file; what is asked for is taken out, and what is left is a fault."""

    def __init__(
        self, content: Mapping[str, Any], where: str, place: DocumentPath, faults: list[_Fault]
    ) -> None:
        self._content = dict(content)
        self._where = where
        self._place = place
        self._faults = faults
        self._asked: set[str] = set()

    def place(self, *keys: str | int) -> DocumentPath:
        return (*self._place, *keys)

    def fault(self, message: str, key: str = "") -> None:
        """Note what is wrong with the table, or with what one of its keys says."""
        place = self.place(key) if key else self._place
        self._faults.append(_Fault(place, f"{self._where}: {message}" if self._where else message))

    def has(self, key: str) -> bool:
        return key in self._content

    def get(self, key: str) -> Any:
        self._asked.add(key)
        return self._content.get(key)

    def text(self, key: str, *, required: bool = False) -> str:
        said = self.get(key)
        if isinstance(said, str) and (said.strip() or not required):
            return said
        if said is not None and not isinstance(said, str):
            self.fault(f"{key} must be a text", key)
        elif required:
            self.fault(f"{key} is missing", key)
        return ""

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        said = self.get(key)
        if isinstance(said, str):
            return (said,)
        if isinstance(said, list) and all(isinstance(item, str) for item in said):
            if said or not required:
                return tuple(said)
            said = None
        if said is not None or required:
            self.fault(
                f"{key} must be a list of texts" if said is not None else f"{key} is missing", key
            )
        return ()

    def read(self, key: str, reader: Any, otherwise: Any) -> Any:
        said = self.get(key)
        if said is None:
            return otherwise
        try:
            return reader(said)
        except ValueError as error:
            self.fault(f"{key} {error}", key)
            return otherwise

    def table(self, key: str) -> _Table:
        said = self.get(key)
        if said is not None and not isinstance(said, dict):
            self.fault(f"{key} must be a table", key)
        content = said if isinstance(said, dict) else {}
        return _Table(content, f"[{key}]", self.place(key), self._faults)

    def tables(self, key: str) -> list[_Table]:
        said = self.get(key)
        if said is None:
            return []
        if not isinstance(said, list) or not all(isinstance(item, dict) for item in said):
            self.fault(f"{key} must be a list of tables: [[{key}]]", key)
            return []
        named = [
            f"[[{key}]] {printable(item['name'], 60)}"
            if isinstance(item.get("name"), str)
            else f"[[{key}]] {number}"
            for number, item in enumerate(said, 1)
        ]
        return [
            _Table(item, name, self.place(key, number), self._faults)
            for number, (item, name) in enumerate(zip(said, named, strict=True))
        ]

    def finish(self) -> None:
        """Name the keys that nobody has asked for, each with the nearest right one."""
        for key in self._content:
            if key not in self._asked:
                near = difflib.get_close_matches(key, sorted(self._asked), n=1, cutoff=0.5)
                hint = f"; {near[0]!r} is the nearest" if near else ""
                self.fault(f"there is no key {printable(key, 60)!r}{hint}", key)
