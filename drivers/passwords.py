"""Where passwords come from. None is ever an argument of a command, or stands in a message."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import stat
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from drivers.configuration import DeploymentSettings
from drivers.journal.faults import printable
from drivers.live.secret import Secret
from drivers.live.session import NoPasswordError, PasswordSource

_LONGEST: Final = 4096
_PATIENCE: Final = 60.0
_SLOW: Final = 3.0
_NO_KEYRING: Final = (
    "the library keyring is not installed with the watch (pipx inject watchkeeper keyring)"
)


def password_source(
    settings: DeploymentSettings,
    *,
    prompt: Callable[[str], str] | None = None,
    environment: Mapping[str, str] | None = None,
    hidden: Collection[str] = (),
) -> PasswordSource:
    """What gives a deployment's password when it is needed.

    Where nothing else is configured, `prompt` is asked now, once, and its answer kept. `hidden`
    are the environment's variables that hold passwords: no command is given them.

    Raises:
        NoPasswordError: nothing is configured, and there is nobody to ask.
    """
    chosen = settings.password
    variables = os.environ if environment is None else environment
    # A share that hangs, or a keyring that asks its owner, must not hold up the other readings.
    if chosen.file:
        return _aside(lambda: read_file(Path(chosen.file)))
    if chosen.environment:
        return _later(lambda: _from_environment(chosen.environment, variables))
    if chosen.keyring:
        return _aside(lambda: _from_keyring(chosen.keyring, settings.user))
    if chosen.command:
        return lambda: _from_command(chosen.command, variables, hidden)
    if prompt is None:
        raise NoPasswordError(
            f"{printable(settings.name)}: there is no terminal to ask for the password; configure "
            "password_file, password_command, password_environment or password_keyring"
        )
    asked = _secret(prompt(f"Password of {settings.user} at {settings.name}: "), "the terminal")
    return _later(lambda: asked)


def telling_when_slow(
    source: PasswordSource, say: Callable[[], None], after: float = _SLOW
) -> PasswordSource:
    """The same source, which tells when a password has been waited for so many seconds."""

    async def told() -> Secret:
        timer = asyncio.get_running_loop().call_later(after, say)
        try:
            return await source()
        finally:
            timer.cancel()

    return told


def why_no_password(
    settings: DeploymentSettings, environment: Mapping[str, str] | None = None
) -> tuple[str, str] | None:
    """Why a deployment's password cannot be had from the first moment on: the configuration's key,
    and the reason. None where nothing speaks against it: nothing is run and no keyring is opened
    to see that, and a later failure is the source's."""
    chosen = settings.password
    variables = os.environ if environment is None else environment
    try:
        if chosen.file:
            key = "password_file"
            read_file(Path(chosen.file))
        elif chosen.environment:
            key = "password_environment"
            _from_environment(chosen.environment, variables)
        elif chosen.keyring:
            key = "password_keyring"
            if find_spec("keyring") is None:
                return key, _NO_KEYRING
        elif chosen.command:
            key, name = "password_command", chosen.command[0]
            if shutil.which(name, path=variables.get("PATH")) is None:
                return key, f"{printable(name)} is no command that could be run here"
    except NoPasswordError as error:
        return key, str(error)
    return None


def read_file(path: Path) -> Secret:
    """The first line of a file that nobody but its owner may read.

    Raises:
        NoPasswordError: it cannot be read, or others may read it too.
    """
    name = printable(str(path))
    try:
        # A pipe of that name must not be waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise NoPasswordError(f"{name} is no file")
            if status.st_mode & 0o077:
                raise NoPasswordError(f"{name} can be read by others; do: chmod 600 {name}")
            content = file.read(_LONGEST)
    except OSError as error:
        raise NoPasswordError(f"{name} cannot be read: {error.strerror}") from None
    return _first_line(content, name)


def _later(give: Callable[[], Secret]) -> PasswordSource:
    async def source() -> Secret:
        return give()

    return source


def _aside(give: Callable[[], Secret]) -> PasswordSource:
    async def source() -> Secret:
        return await asyncio.to_thread(give)

    return source


def _from_environment(name: str, variables: Mapping[str, str]) -> Secret:
    said = variables.get(name)
    if not said:
        raise NoPasswordError(f"the environment variable {printable(name)} is not set")
    return _secret(said, f"the environment variable {printable(name)}")


def _from_keyring(service: str, user: str) -> Secret:
    try:
        keyring: Any = import_module("keyring")
    except ImportError:
        raise NoPasswordError(_NO_KEYRING) from None
    try:
        said = keyring.get_password(service, user)
    except Exception:  # noqa: BLE001  # what it raises depends on the system's keyring
        raise NoPasswordError(
            "the keyring gives no password: it is locked, or there is none for this user"
        ) from None
    if not said:
        raise NoPasswordError(f"the keyring holds nothing for {printable(user)} at {service!r}")
    return _secret(said, "the keyring")


async def _from_command(
    command: tuple[str, ...], variables: Mapping[str, str], hidden: Collection[str]
) -> Secret:
    name = printable(command[0])
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            # What it complains of may repeat what it was to keep secret.
            stderr=asyncio.subprocess.DEVNULL,
            env={key: value for key, value in variables.items() if key not in hidden},
            # With whatever it has started it can be ended, and no Ctrl-C of ours reaches it first.
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its words hold a NUL"
        raise NoPasswordError(f"{name} cannot be run: {reason}") from None
    try:
        async with asyncio.timeout(_PATIENCE):
            assert process.stdout is not None
            content = await _up_to(process.stdout, _LONGEST)
            await process.wait()
    except TimeoutError:
        raise NoPasswordError(f"{name} gave no password within {_PATIENCE:g} s") from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode:
        raise NoPasswordError(
            f"{name} ended with code {process.returncode}; run it by hand to see why"
        )
    return _first_line(content, name)


async def _up_to(stream: asyncio.StreamReader, most: int) -> bytes:
    """What comes from a stream, as much as is wanted of it; the rest is thrown away."""
    content = b""
    while block := await stream.read(_LONGEST):
        content = (content + block)[:most]
    return content


def _secret(text: str, name: str) -> Secret:
    """Bytes that were no UTF-8 stand as surrogates in what the system gives."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NoPasswordError(f"{name} gives no UTF-8 text") from None
    return Secret(text)


def _first_line(content: bytes, name: str) -> Secret:
    line, ended, _ = content.partition(b"\n")
    if not ended and len(content) >= _LONGEST:
        raise NoPasswordError(f"{name} gives a line of more than {_LONGEST} bytes")
    line = line.removesuffix(b"\r")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        raise NoPasswordError(f"{name} gives no UTF-8 text") from None
    if not text:
        raise NoPasswordError(f"{name} gives an empty password")
    return Secret(text)
