"""All rules, and those that cannot be judged."""

from __future__ import annotations

from tui.screen.lines import Look, Span, pad
from tui.screen.texts.rows import Row, ToRule
from tui.session.snapshot import FindingKey, Snapshot


def rules_text(snapshot: Snapshot, look: Look, columns: int, subject: str) -> list[Row]:
    """All rules; Enter explains one on a subject that it is judged on."""
    open_on: dict[str, list[FindingKey]] = {}
    for row in snapshot.findings:
        open_on.setdefault(row.key.rule, []).append(row.key)
    blind = dict(snapshot.blind_rules)
    rows = []
    for rule in snapshot.rule_base.rules:
        on = open_on.get(rule.id, [])
        state = f"open on {len(on)}" if on else ""
        if not on and blind.get(rule.id):
            state = f"not judged on {blind[rule.id]}"
        where = on[0].subject if on else subject_for(snapshot, rule.scope, subject)
        line = (
            Span(look.glyph(rule.severity), rule.severity),
            Span(" " + pad(rule.id, 34)),
            Span(" " + pad(rule.title, max(8, columns - 37 - len(state) - 1)), "dim"),
            Span(state, "warning" if on else "notice"),
        )
        rows.append(Row(line, ToRule(rule.id, where) if where else None))
    return rows


def subject_for(snapshot: Snapshot, scope: str, near_subject: str) -> str:
    """A subject of a scope: the one that is looked at where it fits, else the first."""
    if near_subject.partition("/")[0] == scope:
        return near_subject
    return next((name for name in snapshot.subjects if name.partition("/")[0] == scope), "")


def blind_text(snapshot: Snapshot, look: Look, columns: int, subject: str) -> list[Row]:
    """Every rule that cannot be judged; Enter says what is missing."""
    rules = {rule.id: rule for rule in snapshot.rule_base.rules}
    rows = []
    for name, count in snapshot.blind_rules:
        rule = rules.get(name)
        if rule is None:
            continue
        where = subject_for(snapshot, rule.scope, subject)
        line = (
            Span(look.glyph("unknown") + " ", "notice"),
            Span(pad(name, 34)),
            Span(pad(rule.title, max(8, columns - 50)), "dim"),
            Span(f" on {count} {rule.scope}{'s' if count != 1 else ''}", "notice"),
        )
        rows.append(Row(line, ToRule(name, where) if where else None))
    return rows or [Row((Span("every rule can be judged on every subject", "dim"),))]
