"""What the command's exit code says to whoever started it."""

from __future__ import annotations

from typing import Final

FINE: Final = 0
FOUND: Final = 1
"""Something critical is open, or something failed that was to be checked."""
UNUSABLE: Final = 2
"""The command was given wrongly, or its input cannot be read."""
INTERRUPTED: Final = 130
"""Stopped from the keyboard."""
HUNG_UP: Final = 129
"""Ended by SIGHUP: its terminal has gone."""
TERMINATED: Final = 143
"""Ended by SIGTERM; `record`, which as a service is ended so, ends with `FINE`."""
PIPE_CLOSED: Final = 141
"""Whoever read the output stopped reading, as the shell would say it."""
