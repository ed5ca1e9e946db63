"""What a poller is given to read: one deployment, and how its hosts are reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from drivers.live.client import Client
from drivers.live.cluster_addresses import ANYWHERE, Network
from drivers.live.session import Credentials
from drivers.oneview.observe import SETTLED_AFTER, Deployment

Connect: TypeAlias = Callable[[str, int, str], Client]
"""From an address, a port and a pair's name (empty: HPE OneView) to what asks there."""


@dataclass(frozen=True, slots=True)
class Target:
    """One deployment to read."""

    deployment: Deployment
    addresses: tuple[str, ...]
    """HPE OneView's, in the order in which they are tried."""
    credentials: Credentials
    port: int = 443
    image_streamer_port: int = 443
    api_version: int | None = None
    """The interface version to speak; None: the newest that both sides know."""
    verifies: bool = True
    """Whether certificates are verified, or anybody is believed."""
    settle: timedelta = SETTLED_AFTER
    networks: tuple[Network, ...] = ANYWHERE
    """Where the Image Streamers may be; none: wherever HPE OneView says."""
