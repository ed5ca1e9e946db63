"""The journal: recorded event logs read, merged, followed and appended to.

Reading: `read_events` and `merge_journals` deliver; `Faults` collects what was passed over.
Recording: `Journal.append` under the locks; `Follower.poll` for what others append.
"""

from __future__ import annotations

from drivers.journal.decoding import Batch, Latest
from drivers.journal.encoding import encode, instant
from drivers.journal.faults import FaultKind, Faults, JournalError, LineFault
from drivers.journal.follower import Follower
from drivers.journal.merge import merge_journals
from drivers.journal.reader import read_batches, read_events
from drivers.journal.rule_texts import keep_rule_texts, kept_rule_texts, kept_texts
from drivers.journal.writer import Appended, Journal

__all__ = [
    "Appended",
    "Batch",
    "FaultKind",
    "Faults",
    "Follower",
    "Journal",
    "JournalError",
    "Latest",
    "LineFault",
    "encode",
    "instant",
    "keep_rule_texts",
    "kept_rule_texts",
    "kept_texts",
    "merge_journals",
    "read_batches",
    "read_events",
]
