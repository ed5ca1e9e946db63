"""Sources, and what was wrong in the log and in the rule files."""

from __future__ import annotations

from rules.built_in import own_rules
from tui.phrases import say_count
from tui.screen.lines import Span
from tui.screen.say import near
from tui.screen.texts.rows import EMPTY, Row, heading, paragraph
from tui.session.snapshot import Snapshot


def log_text(snapshot: Snapshot, columns: int) -> list[Row]:
    """Sources, what was refused and what was wrong, in the log and in the rule files."""
    rows = [heading("Sources")]
    for source in snapshot.sources:
        at = f", heard {near(source.heard_at, snapshot.time)}" if source.heard_at else ""
        rows.append(Row((Span(f"  {source.name}: {source.condition}{at}"),)))
    if not snapshot.sources:
        rows.append(Row((Span("  none was heard", "dim"),)))
    for name in snapshot.unverified:
        rows += paragraph(
            f"{name}: CERTIFICATES ARE NOT VERIFIED, by the configuration of whoever records",
            columns,
            "critical",
            first="  ",
            rest="  ",
        )
    if snapshot.unrecorded is not None:
        rows += paragraph(snapshot.unrecorded.text, columns, "critical", first="  ", rest="  ")
    rows += [EMPTY, heading("Rules")]
    base = snapshot.rule_base
    rows += paragraph(
        f"{base.title or base.id}, {say_count(len(own_rules(base)), 'rule')}, {base.hash}",
        columns,
        first="  ",
    )
    if snapshot.rule_faults:
        rows += paragraph(
            "The files as they are now cannot be used; the last good rules are in force:",
            columns,
            "critical",
            first="  ",
            rest="  ",
        )
    for fault in snapshot.rule_faults[:200]:
        rows += paragraph(fault, columns, "warning", first="  ", rest="    ")
    rows += [
        EMPTY,
        heading(f"Lines of the log that could not be read ({snapshot.log_fault_count})"),
    ]
    for fault in snapshot.log_faults:
        rows += paragraph(fault, columns, first="  ", rest="    ")
    if snapshot.log_fault_count > len(snapshot.log_faults):
        more = snapshot.log_fault_count - len(snapshot.log_faults)
        rows.append(Row((Span(f"  and {more} more", "dim"),)))
    rows += [EMPTY, heading("What the engine passed over")]
    rows += [Row((Span(f"  {name}: {count}"),)) for name, count in snapshot.counts] or [
        Row((Span("  nothing", "dim"),))
    ]
    return rows
