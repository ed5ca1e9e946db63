"""Asks for a password at the terminal, and asks again where HPE OneView refuses it: whoever typed
it is still there, and a watch that begins with a wrong one is blind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from drivers.configuration import DeploymentSettings
from drivers.journal.faults import printable
from drivers.live.client import Client
from drivers.live.session import Credentials, NoPasswordError, PasswordSource, is_let_in
from drivers.live.transport import HttpsTransport
from drivers.passwords import password_source
from tui.recording.build import trust_of
from tui.screen_command import wall

ATTEMPTS: Final = 3
_PATIENCE: Final = 10.0
"""Seconds after which a watch begins all the same: it will say itself that nobody answers."""
_SLOW: Final = 1.0


def asked_password(
    settings: DeploymentSettings, prompt: Callable[[str], str], tell: Callable[[str], None]
) -> PasswordSource:
    """What gives a password that was asked for, and that HPE OneView has not refused.

    Raises:
        NoPasswordError: it has refused each that was given.
    """
    name = printable(settings.name)
    for attempt in range(1, ATTEMPTS + 1):
        source = password_source(settings, prompt=prompt)
        if asyncio.run(_is_let_in(settings, source, tell)) is not False:
            return source
        if attempt < ATTEMPTS:
            tell(f"{name} refuses this name and password")
    raise NoPasswordError(
        f"{name}: HPE OneView has refused {printable(settings.user)} and {ATTEMPTS} passwords; "
        "look at user and domain in the configuration too"
    )


async def _is_let_in(
    settings: DeploymentSettings, source: PasswordSource, tell: Callable[[str], None]
) -> bool | None:
    trust = trust_of(settings)
    clients = [
        Client(HttpsTransport(address, settings.port, trust, patience=_PATIENCE), wall)
        for address in settings.addresses
    ]
    waiting = f"{printable(settings.name)} is asked whether that is right …"
    slow = asyncio.get_running_loop().call_later(_SLOW, tell, waiting)
    try:
        async with asyncio.timeout(_PATIENCE):
            credentials = Credentials(settings.user, source, settings.domain)
            return await is_let_in(clients, credentials, settings.api_version)
    except TimeoutError:
        return None
    finally:
        slow.cancel()
        for client in clients:
            await client.close()
