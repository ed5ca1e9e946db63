"""The index of failure cases against rules and sample logs: `python tests/cases.py`.

Exit code 1 names every case without a rule, without a log in which it is raised, or without a log
in which it is not; every rule that no log raises; and a case table in the rule base's README that
is not current. `--write` brings the table up to date.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from sample_logs import RULES, Expectation, expected, log_names  # noqa: E402

from rules.loader import load_rule_base  # noqa: E402

README: Final = RULES / "README.md"
BEGIN: Final = "<!-- case table: python tests/cases.py --write -->\n"
MOST_NAMES: Final = 6
END: Final = "<!-- end of the case table -->\n"

INDEX: Final = {
    "U0": "Before and at the start of an update",
    "U1": "The update succeeds on both appliances",
    "U2": "The update is refused before it begins",
    "U3": "The active appliance's update fails",
    "U4": "The storage update fails",
    "U5": "The active's update fails, the storage's succeeds",
    "U6": "Active and storage succeed, the standby fails",
    "U7": "The rollback leaves a cluster broken",
    "U8": "Versions differ across the domain",
    "U9": "HPE OneView goes down during the update",
    "H1": "The active appliance fails",
    "H2": "The standby is lost or unusable",
    "H3": "Both appliances of the primary pair fail",
    "H4": "Both appliances of a secondary pair fail",
    "H5": "Storage degraded, management healthy",
    "H6": "Storage degraded and servers cannot boot",
    "H7": "A lone appliance",
    "H8": "A link to the Image Streamer is lost at the frame",
    "H9": "Hardware fault of an appliance module",
    "H10": "An appliance is removed or powered off",
    "H11": "Trust between HPE OneView and Image Streamer is lost",
    "H12": "The user interface does not open",
    "H13": "The Composers change over",
    "H14": "Clocks of HPE OneView and Image Streamer differ",
    "P1": "No usable primary",
    "P2": "A change of the primary is under way",
    "P3": "A change of the primary has finished",
    "P4": "Artifacts are missing on the new primary",
    "P5": "The primary is to be removed",
    "P6": "Replication is stale or fails",
    "P7": "Selecting a primary does not disrupt servers",
    "B1": "No artifact backup",
    "B2": "The artifact backup is older than the artifacts",
    "B3": "The artifact backup is on the appliance alone",
    "B4": "A new artifact backup replaces the old one",
    "B5": "An artifact backup holds no OS volumes",
    "B6": "HPE OneView's backup is missing, stale or failed",
    "B7": "Creating an artifact backup fails",
    "B8": "Creating an artifact backup hangs the user interface",
    "B9": "One of the two backups alone is current",
    "R1": "Artifacts deleted or damaged",
    "R2": "One appliance of a pair failed for good",
    "R3": "Both appliances of the primary lost, a secondary exists",
    "R4": "The only pair is lost",
    "R5": "Both appliances of a secondary lost",
    "R6": "HPE OneView must be restored",
    "R7": "The claim fails: another domain's configuration",
    "R8": "Reset credentials are not known",
    "R9": "Factory reset from the maintenance console",
    "R10": "An older version is needed",
    "R11": "Image Streamer is taken out of service",
    "R11b": "Update from group fails in a domain of several pairs",
    "R12": "A system board or module is replaced",
    "R13": "Inserting or removing fails, or addresses are short",
    "A1": "Inserted, not yet claimed",
    "A2": "Claiming",
    "A3": "A problem with the claim",
    "A4": "Claimed, no pair yet",
    "W1": "The watch's session has expired",
    "W2": "Interface version out of range",
    "W3": "The message bus is lost",
    "W4": "HPE OneView is unreachable",
    "W5": "The cluster address is silent",
    "W6": "No deployment server",
    "W7": "The watch's clock differs",
}


def main() -> int:
    """Check the index, and check or write the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--write", action="store_true", help="bring the table up to date")
    write = arguments.parse_args().write
    rules = load_rule_base(RULES).rules
    cases_of = {rule.id: rule.cases for rule in rules if not rule.id.startswith(_BUILT_IN)}
    logs = {name: expected(name) for name in log_names()}
    raised = {name: {finding.rule for finding in found} for name, (_, found) in logs.items()}
    faults = [*_case_faults(cases_of, raised), *_log_faults(cases_of, logs)]
    table = _table(cases_of, raised)
    text = README.read_text("utf-8") if README.exists() else f"{BEGIN}{END}"
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    current = f"{before}{BEGIN}{table}{END}{after}"
    if write:
        README.write_text(current, "utf-8")
    elif current != text:
        faults.append(f"{README.relative_to(ROOT)}: the case table is not current")
    for fault in faults:
        print(fault)
    if not faults:
        print(f"{len(INDEX)} cases, {len(cases_of)} rules, {len(logs)} logs: each case is told")
    return 1 if faults else 0


_BUILT_IN: Final = ("unrecognised-value-", "clock-skew-")


def _case_faults(cases_of: dict[str, tuple[str, ...]], raised: dict[str, set[str]]) -> list[str]:
    """Cases without a rule, without a log that raises them, or without one that does not."""
    faults = []
    for case in INDEX:
        own = {rule for rule, cases in cases_of.items() if case in cases}
        if not own:
            faults.append(f"{case}: no rule")
        elif not any(own & found for found in raised.values()):
            faults.append(f"{case}: no log in which it is raised")
        elif all(own & found for found in raised.values()):
            faults.append(f"{case}: no log in which it is not raised")
    told = set().union(*raised.values())
    faults += [f"{rule}: no log raises it" for rule in sorted(cases_of.keys() - told)]
    faults += [f"{rule}: names no case" for rule, cases in cases_of.items() if not cases]
    return faults


def _log_faults(
    cases_of: dict[str, tuple[str, ...]], logs: dict[str, tuple[set[str], list[Expectation]]]
) -> list[str]:
    """Logs that say they cover a case of which they expect no finding."""
    faults = []
    for name, (covers, found) in logs.items():
        told = {case for finding in found for case in cases_of.get(finding.rule, ())}
        faults += [f"{name}: covers {case}, and expects no such finding" for case in covers - told]
        unknown = {finding.rule for finding in found} - cases_of.keys()
        unknown = {rule for rule in unknown if not rule.startswith(_BUILT_IN)}
        faults += [f"{name}: expects {rule}, which is no rule" for rule in unknown]
    return faults


def _table(cases_of: dict[str, tuple[str, ...]], raised: dict[str, set[str]]) -> str:
    """The case table in Markdown: the index first, then what goes beyond it."""
    extra = {case for cases in cases_of.values() for case in cases} - INDEX.keys()
    lines = ["| Case | What | Rules | Logs in which it is raised |", "|---|---|---|---|"]
    for case in [*INDEX, *sorted(extra)]:
        own = sorted(rule for rule, cases in cases_of.items() if case in cases)
        logs = [name for name, found in raised.items() if found & set(own)]
        title = INDEX.get(case, "beyond the index")
        logs.sort(key=lambda name: (not name.startswith(f"{case}-"), name))
        lines.append(f"| {case} | {title} | {_listed(own)} | {_listed(logs)} |")
    return "".join(f"{line}\n" for line in lines)


def _listed(names: Iterable[str]) -> str:
    """The first names, and how many more there are."""
    every = list(names)
    shown = ", ".join(f"`{name}`" for name in every[:MOST_NAMES])
    rest = len(every) - MOST_NAMES
    return f"{shown} and {rest} more" if rest > 0 else shown


if __name__ == "__main__":
    sys.exit(main())
