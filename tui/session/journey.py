"""The way to another place of a recorded log, gone in slices so that nothing has to wait for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from rules.engine import BEGINNING
from tui.session.keyframes import Keyframes
from tui.session.run import Run


class Journey:
    """Takes a run to where so many events have been applied and it is that time."""

    def __init__(
        self,
        run: Run,
        position: int,
        time: datetime,
        *,
        repeated: set[int],
        lay: Keyframes | None = None,
    ) -> None:
        """Begin where the run stands; with `lay`, copies are left on the way, so that further back
        is nearer."""
        self.run = run
        self.position = position
        self.time = time
        self._began = run.position
        self._repeated = repeated
        self._lay = lay
        self._spacing = lay.fine_spacing(run, position) if lay else 0
        self._next_copy = run.position + self._spacing

    @property
    def place(self) -> tuple[int, datetime]:
        """Where it leads: events applied, and the time."""
        return self.position, self.time

    @property
    def share(self) -> float:
        """How much of the way has been gone."""
        return (self.run.position - self._began) / max(1, self.position - self._began)

    def go(self, enough: Callable[[], bool]) -> bool:
        """Go on until it is enough for now; return whether the run has arrived."""
        run, lay = self.run, self._lay
        while run.position < self.position:
            copies = lay is not None and self._next_copy < self.position
            to = self._next_copy if copies else self.position
            run.forward(to, repeated=self._repeated, enough=enough)
            if lay is not None and copies and run.position == to:
                if run.whole:
                    lay.add_fine(run)
                self._next_copy += self._spacing
            if run.position < self.position and enough():
                return False
        if self.time > run.watch.now and self.time != BEGINNING:
            run.pass_time(self.time)
        return True
