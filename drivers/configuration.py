"""What is watched and where it is kept: the settings of a configuration file, read and checked."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

import platformdirs
import tomli

from drivers.configuration_table import DocumentPath, Fault, Table, told
from drivers.configuration_values import (
    as_duration,
    as_flag,
    as_interface_version,
    as_pause,
    as_port,
    as_size,
)
from drivers.journal.faults import printable
from drivers.live.cluster_addresses import ANYWHERE, Network, read_network
from drivers.live.trust import read_fingerprint

PROGRAM: Final = "watchkeeper"
NO_VERIFICATION: Final = "accept_any_certificate_and_be_exposed_to_impostors"
FindLines: TypeAlias = Callable[[bytes, set[DocumentPath]], Mapping[DocumentPath, int]]
"""From a file's text and parts of it to the lines on which those stand."""
_PASSWORDS: Final = (
    "password_file",
    "password_command",
    "password_environment",
    "password_keyring",
)


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
    faults: list[Fault] = []
    found = _configuration(document, path.parent, faults)
    if faults:
        lines = find_lines(text.encode(), {fault.part for fault in faults}) if find_lines else {}
        raise ConfigurationError(told(faults, name, lines))
    return found


def configuration_of(
    document: Mapping[str, Any], name: str, folder: Path | None = None
) -> Configuration:
    """Check what a configuration says; `name` is for messages, `folder` what paths start from.

    Raises:
        ConfigurationError: with everything that is wrong with it.
    """
    faults: list[Fault] = []
    found = _configuration(document, folder, faults)
    if faults:
        raise ConfigurationError(told(faults, name, {}))
    return found


def _configuration(
    document: Mapping[str, Any], folder: Path | None, faults: list[Fault]
) -> Configuration:
    top = Table(document, "", (), faults)
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
            faults.append(Fault(part, f"two deployments are called {one!r}"))
    return Configuration(tuple(deployments), journal, polling)


def _journal(table: Table, folder: Path | None) -> JournalSettings:
    said = table.text("path")
    path = _placed(said, folder) if said else str(default_journal())
    size = table.read("part_size", as_size, 64 << 20)
    age = table.read("part_age", as_duration, timedelta(days=7))
    table.finish()
    return JournalSettings(Path(path), size, age)


def _polling(table: Table) -> Polling:
    usual = Polling()
    polling = Polling(
        interval=table.read("interval", as_pause, usual.interval),
        during_update=table.read("during_update", as_pause, usual.during_update),
        ceiling=table.read("ceiling", as_pause, usual.ceiling),
        answer_within=table.read("answer_within", as_pause, usual.answer_within),
    )
    table.finish()
    return polling


def _deployment(table: Table, folder: Path | None) -> DeploymentSettings:
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
    unverified = table.read(NO_VERIFICATION, as_flag, False)
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
        port=table.read("port", as_port, 443),
        image_streamer_port=table.read("image_streamer_port", as_port, 443),
        networks=_networks(table),
        api_version=table.read("api_version", as_interface_version, None),
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


def _networks(table: Table) -> tuple[Network, ...]:
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


def _command(said: Any, table: Table) -> tuple[str, ...]:
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
