"""How long things take at real appliances. The simulated ones divide all of it by their speed.

`guide`, `help` and `support` say where a figure was read; what nobody has published is invented,
within the order of events that the guide gives.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final


def _minutes(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


# An update, from its start. Its order is the guide's: validation, the active appliance with its
# storage, the standby. The figures are invented, and those of the sample logs.
VALIDATION: Final = timedelta(seconds=25)
INSTALLATION: Final = _minutes(4)
ACTIVE_RESTARTS: Final = _minutes(12)
STORAGE_FAILS: Final = timedelta(minutes=14, seconds=7)
ACTIVE_IS_NEW: Final = _minutes(26)
ACTIVE_FAILS: Final = _minutes(31)
ROLES_SWAP_BACK: Final = _minutes(36)
ACTIVE_FAILS_LATE: Final = _minutes(40)
STANDBY_FAILS: Final = _minutes(50)
UPDATE_ENDS: Final = _minutes(52)

RESTART: Final = _minutes(20)
"""An appliance boots and is discovered (support: about 20 minutes)."""
FORMING: Final = _minutes(50)
"""A cluster forms again, after an update or a return (guide: 45 to 60 minutes)."""
TAKEOVER: Final = timedelta(seconds=110)
"""The standby takes over (help: under 3 minutes)."""
PRIMARY_CHANGE: Final = _minutes(16)
"""Another primary takes control (invented: no figure is published)."""
CLAIM: Final = _minutes(5)
"""Invented."""
INSERTION: Final = _minutes(25)
"""The task Insert Image Streamer (support: about 25 minutes for the storage cluster)."""
REMOVAL: Final = _minutes(10)
"""Invented."""
SERVER_REMOVAL: Final = _minutes(30)
"""The deployment server is removed (support: about 30 minutes)."""
GROUP_UPDATE: Final = _minutes(20)
"""Invented."""
ARTIFACT_BACKUP: Final = _minutes(8)
"""Invented."""
ARTIFACT_RESTORE: Final = _minutes(12)
"""Invented."""
ONEVIEW_BACKUP: Final = _minutes(10)
"""Invented."""
ONEVIEW_RESTORE: Final = _minutes(40)
"""Invented."""
COMPOSER_SWAP: Final = _minutes(15)
"""The Composers change over, and HPE OneView is away (read in a client's step texts)."""
COMPOSER_SYNCHRONIZATION: Final = _minutes(10)
"""Invented."""
REPLICATION: Final = _minutes(60)
"""Between two replications of the artifacts (support: hourly)."""
