"""A watch on which nothing happens: no rule may be raised."""

from __future__ import annotations

from harbour import open_watch
from scenario import Log, scenario


@scenario("quiet-watch")
def quiet_watch(log: Log) -> None:
    """Half an hour with everything well."""
    open_watch(log, "2026-11-20T14:00:00Z")
    log.wait("30m")
