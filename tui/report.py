"""What every form of a replay's report can be told."""

from __future__ import annotations

from typing import Protocol

from rules.engine import Notice, Watch
from rules.finding import Change, Finding
from tui.summary import RuleChoice, Situation, Summary


class Report(Protocol):
    """Is told what happens, in order, and writes it in a form of its own."""

    def begin(self, logs: list[str]) -> None:
        """The replay begins; nothing has been read yet."""

    def judged_by(self, choice: RuleChoice) -> None:
        """Rules have been loaded."""

    def change(self, change: Change, watch: Watch, escalated: list[Finding]) -> None:
        """Something became so; `escalated` are the open findings that it makes worse."""

    def notice(self, notice: Notice, said: str) -> None:
        """The watch has noticed something, said in words."""

    def situation(self, situation: Situation, watch: Watch, *, in_full: bool) -> None:
        """What stands at a time; in full where nothing from before it was told."""

    def end(self, summary: Summary) -> None:
        """The replay is over."""
