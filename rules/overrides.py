"""A site's own file of changes to shipped rules: severity, thresholds, or a rule switched off."""

from __future__ import annotations

from typing import Any, NamedTuple

from rules.fault_codes import Code
from rules.faults import nearest
from rules.tables import Table


class Change(NamedTuple):
    """Which keys of a rule a site has changed, and whether it has switched the rule off."""

    keys: tuple[str, ...]
    is_off: bool


class Overrides:
    """The tables `[override."rule-id"]` of one file; without a file, nothing is changed."""

    def __init__(self, site: Table | None) -> None:
        self._tables: dict[str, Table] = {}
        self._applied: set[str] = set()
        self.disabled: set[str] = set()
        if site is None:
            return
        group = site.table("override")
        site.finish()
        for rule_id in group.content if group else ():
            table = group.table(rule_id) if group else None
            if table is not None:
                self._tables[rule_id] = table

    def apply(self, rule: Table) -> Change:
        """Change a rule's table; what stands beside `enabled = false` is judged all the same."""
        aliases = rule.content.get("aliases")
        names = [rule.content.get("id"), *(aliases if isinstance(aliases, list) else ())]
        # A site may still call a rule by an id that it had before.
        rule_id = next(
            (name for name in names if isinstance(name, str) and name in self._tables), None
        )
        table = self._tables.get(rule_id) if rule_id is not None else None
        if table is None:
            return Change((), is_off=False)
        assert rule_id is not None
        self._applied.add(rule_id)
        changed = []
        for key in ("enabled", "severity", "for", "when", "until"):
            table.get(key)
        table.flag("enabled")
        is_off = table.content.get("enabled") is False
        if is_off:
            self.disabled.add(str(names[0]))
        for key in ("severity", "for"):
            if table.has(key) and (text := table.text(key, required=True)):
                rule.content[key] = text
                _note_origin(rule, table, (key,))
                changed.append(key)
        for key in ("when", "until"):
            if table.has(key):
                changes = table.get(key)
                rule.content[key] = self._merge(rule, rule.content.get(key), changes, table, (key,))
                changed.append(key)
        table.finish()
        return Change(tuple(changed), is_off)

    def _merge(
        self, rule: Table, old: Any, new: Any, table: Table, keys: tuple[str | int, ...]
    ) -> Any:
        """New constants in the places of old ones; no condition is added and none taken away."""
        if _are_tables(old):
            return self._merge_parts(rule, old, new, table, keys)
        if isinstance(new, dict) and isinstance(old, dict):
            merged = dict(old)
            for key, value in new.items():
                if key in old:
                    merged[key] = self._merge(rule, old[key], value, table, (*keys, key))
                else:
                    hint = nearest(key, old) or f"; it has {', '.join(old)}"
                    message = f"the rule has no such condition{hint}"
                    table.fault(Code.BAD_OVERRIDE, message, *keys, key, of_key=True)
            return merged
        if isinstance(new, dict) or isinstance(old, dict) or old is None:
            message = "must have the shape of the condition that it changes"
            if isinstance(old, dict):
                message += f": the rule has a table with {', '.join(old)} here"
            elif old is None:
                message = f"the rule has no {keys[0]}, and an override adds none"
            else:
                message += ": the rule has a plain value here"
            table.fault(Code.BAD_OVERRIDE, message, *keys)
            return old
        _note_origin(rule, table, keys)
        return new

    def _merge_parts(
        self, rule: Table, old: list[Any], new: Any, table: Table, keys: tuple[str | int, ...]
    ) -> list[Any]:
        """The patterns of an `any`, `all` or `none`, each changed by the one in its place."""
        if not _are_tables(new) or len(new) != len(old):
            message = f"must be a list of {len(old)} patterns, as the rule has them; {{}} keeps one"
            table.fault(Code.BAD_OVERRIDE, message, *keys)
            return old
        return [
            self._merge(rule, one, changes, table, (*keys, position))
            for position, (one, changes) in enumerate(zip(old, new, strict=True))
        ]

    def finish(self, rule_ids: set[str]) -> None:
        """Note overrides of rules that do not exist."""
        for rule_id, table in self._tables.items():
            if rule_id not in self._applied:
                table.fault(
                    Code.UNKNOWN_RULE, f"{rule_id!r} is no rule{nearest(rule_id, rule_ids)}"
                )


def _are_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _note_origin(rule: Table, table: Table, keys: tuple[str | int, ...]) -> None:
    """What is wrong with a value that an override gives is told in the override."""
    table.faults.comes_from(rule.file, rule.path + keys, table.file, table.path + keys)
