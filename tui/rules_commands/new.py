"""`watchkeeper rules new`: a rule base to begin with, or a rule from a real incident."""

from __future__ import annotations

import argparse
import re
import shlex
import sys
from datetime import timedelta
from pathlib import Path
from typing import Final

from tui import rule_choice
from tui.exit_codes import FINE, UNUSABLE
from tui.instants import given_instant
from tui.rules_commands.chosen import UnusableError, chosen_rules, complain, say, tell_lost
from tui.rules_commands.rule_files import shown_name
from tui.rules_commands.whole_files import write_whole
from tui.safe_text import harmless

_SETTLING: Final = timedelta(minutes=5)
"""After so long at the most, a log has said how things stood when it began."""
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]*")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A folder for a new rule base; or a log, a time, and the id of a rule."""
    parser.add_argument("folder", metavar="DIR", nargs="?", help="the folder of a new rule base")
    parser.add_argument("--title", metavar="TEXT", help="what people call the rule base")
    parser.add_argument("--from-log", metavar="LOG", help="draft a rule and its test from a log")
    parser.add_argument(
        "--at", metavar="TIME", type=given_instant, help="when the incident stood, such as 02:14"
    )
    parser.add_argument("--subject", metavar="NAME", help="whom it was about, such as pair/a")
    parser.add_argument("--id", metavar="RULE", default="new-rule", help="the drafted rule's id")
    rule_choice.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the files of a rule base, or print a drafted rule and its test."""
    try:
        if arguments.from_log is not None:
            return _from_log(arguments)
        if arguments.folder is None:
            raise UnusableError("name a folder for the new rule base, or a log with --from-log")
        return _skeleton(Path(arguments.folder), arguments.title)
    except UnusableError as error:
        complain(arguments, error)
        return UNUSABLE


def _skeleton(folder: Path, title: str | None) -> int:
    import rules.authoring
    from rules.loader import load_rule_base
    from tui.rules_commands.schema import write_schemas

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UnusableError(f"{folder} is not empty")
    name = re.sub(r"[^a-z0-9._-]+", "-", folder.absolute().name.lower()).strip("-.") or "my-rules"
    shown = title or name
    if '"' in shown or "\\" in shown or not shown.isprintable():
        raise UnusableError("a title has no quotes, backslashes or control characters")
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        source = Path(rules.authoring.__file__).parent / "skeleton"
        for file in sorted(source.glob("*.toml")):
            text = file.read_text("utf-8")
            text = text.replace('id = "my-rules"', f'id = "{name}"')
            text = text.replace('title = "My rules"', f'title = "{shown}"')
            write_whole(folder / file.name, text.encode())
            written.append(folder / file.name)
        written += write_schemas(load_rule_base(folder), folder)
    except BaseException:
        _take_back(folder, made)
        raise
    for path in written:
        say(f"{harmless(shown_name(path))} written\n")
    at = harmless(shlex.quote(shown_name(folder)))
    say(f"\nNext: watchkeeper rules check {at}\n      watchkeeper rules test {at} --coverage\n")
    return FINE


def _take_back(folder: Path, made: list[Path]) -> None:
    """Remove what was made, so that the same command can be given again: the folder was empty."""
    try:
        for path in folder.iterdir():
            path.unlink()
        for one in made:
            one.rmdir()
    except OSError:
        # What cannot be removed either: the error that led here is the one to be told.
        return


def _from_log(arguments: argparse.Namespace) -> int:
    from drivers.journal.faults import Faults, JournalError
    from drivers.journal.reader import read_events
    from rules.authoring.from_incident import (
        changed_facts,
        draft_rule,
        draft_test,
        subject_of_rule,
    )
    from rules.engine import Watch

    if not _NAME.fullmatch(arguments.id):
        raise UnusableError(f"{arguments.id!r} is no id: lower case letters, digits, - . and _")
    if arguments.at is None:
        raise UnusableError("say with --at when the incident stood")
    rule_base = chosen_rules(arguments)
    for rule in (*rule_base.rules, *rule_base.deprecated):
        if rule.is_called(arguments.id):
            place = f"{rule.place.file}:{rule.place.line}"
            raise UnusableError(f"{arguments.id!r} is a rule in {place} already: give another --id")
    watch = Watch(rule_base)
    before: Watch | None = None
    until = None
    faults = Faults()
    try:
        for event, line in read_events(arguments.from_log, faults=faults):
            if until is None:
                until = arguments.at.within(event.time)
                settled = event.time + min(_SETTLING, max(until - event.time, timedelta()) / 2)
            if event.time > until:
                break
            if before is None and event.time > settled:
                before = watch.copy()
            watch.apply(event, line)
    except JournalError as error:
        raise UnusableError(str(error)) from None
    tell_lost(arguments, arguments.from_log, faults, is_empty=until is None)
    assert until is not None
    watch.advance(until)
    before = before or Watch(rule_base)
    known = [
        name
        for name in watch.words.subjects
        if arguments.subject in (None, name, name.partition("/")[2])
    ]
    drafts = {name: changed_facts(before, watch, name, rule_base) for name in sorted(known)}
    drafts = {name: facts for name, facts in drafts.items() if facts}
    if not drafts:
        raise UnusableError("nothing has changed by then on any such subject")
    # Of several that see the same, the widest: what it sees is its own.
    subject = max(
        drafts,
        key=lambda name: (len(drafts[name]), -len(rule_base.scope_chain(name.partition("/")[0]))),
    )
    where = f"{Path(arguments.from_log).name} at {until.isoformat().replace('+00:00', 'Z')}"
    facts = drafts[subject]
    told = [f"of {subject}"]
    if len(drafts) > 1:
        others = ", ".join(name for name in drafts if name != subject)
        told.append(f"--subject can name {others}")
    about = subject_of_rule(subject, facts, watch, rule_base)
    if about != subject:
        told.insert(1, f"the rule looks at nothing of its own, and so is about {about}")
        subject, facts = about, changed_facts(before, watch, about, rule_base)
    sys.stdout.write(draft_rule(arguments.id, facts, rule_base, where))
    sys.stdout.write("\n# --- the test, for a file that ends in .test.toml ---\n\n")
    sys.stdout.write(draft_test(arguments.id, subject, facts, rule_base, until, where))
    if len(told) > 1:
        complain(arguments, UnusableError("; ".join(told)))
    return FINE
