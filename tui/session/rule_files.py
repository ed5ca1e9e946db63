"""Rule files that are read again as they are saved; broken ones change nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from rules.faults import Fault, RuleBaseError
from rules.loader import load_rule_base
from rules.rule_base import RuleBase


class RuleFiles:
    """The folders and the override file that a rule base comes from."""

    def __init__(
        self,
        folders: Sequence[Path | str],
        overrides: Path | str | None = None,
        load: Callable[..., RuleBase] = load_rule_base,
    ) -> None:
        self._folders = [Path(folder) for folder in folders]
        self._overrides = Path(overrides) if overrides else None
        self._load = load
        self._seen = self._fingerprint()
        self.faults: tuple[str, ...] = ()
        """What is wrong with the files as they are now."""

    def changed(self) -> bool:
        """Whether a file has been saved, added or taken away since the last look."""
        now = self._fingerprint()
        if now == self._seen:
            return False
        self._seen = now
        return True

    def read(self) -> RuleBase | None:
        """The rule base as the files have it now; None, and `faults`, where it cannot be used."""
        try:
            rule_base = self._load(*self._folders, overrides=self._overrides)
        except RuleBaseError as error:
            self.faults = tuple(f"{self._folder_of(fault)}{fault}" for fault in error.faults)
            return None
        self.faults = ()
        return rule_base

    def _folder_of(self, fault: Fault) -> str:
        """The name of the folder whose file a fault is in: a rule file is named from there on."""
        for folder in self._folders:
            if fault.file and (folder / fault.file).is_file():
                return f"{folder.resolve().name}/"
        return ""

    def _fingerprint(self) -> tuple[tuple[str, int, int, int], ...]:
        paths = [path for folder in self._folders for path in sorted(folder.rglob("*.toml"))]
        if self._overrides is not None:
            paths.append(self._overrides)
        found = []
        for path in paths:
            try:
                status = path.stat()
            except OSError:
                continue
            found.append((str(path), status.st_mtime_ns, status.st_size, status.st_ino))
        return tuple(found)
