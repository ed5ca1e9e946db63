"""The command `watchkeeper`: reads what is asked, and leaves the rest to the command's module."""

from __future__ import annotations

import argparse
import errno
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final, NoReturn

from tui.exit_codes import FINE, FOUND, INTERRUPTED, PIPE_CLOSED, UNUSABLE
from tui.interrupts import forget_interrupts, obey_interrupts
from tui.safe_text import harmless

_COMMANDS: Final = {
    "watch": ("tui.watch_command", "the live screen; --demo: on simulated appliances"),
    "record": ("tui.record_command", "read appliances and keep the journal, without a terminal"),
    "replay": ("tui.replay_command", "what happened in recorded logs, and what it required"),
    "import": ("tui.import_command", "foreign records as lines of a journal"),
    "rules": ("tui.rules_command", "look after rule files"),
    "simulate": ("tui.simulate_command", "simulated appliances to watch, over HTTPS on loopback"),
    "version": ("tui.version_command", "which version this is"),
}
"""Module and summary of each command. A module is imported only when its command is given."""

_UNWRITABLE: Final = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG}
_DESCRIPTION: Final = (
    "The officer of the watch for an appliance cluster: what has happened, what must be done "
    "next, and what must not be attempted."
)
_EXIT_CODES: Final = (
    "exit codes: 0 fine; 1 something critical is open, or something failed; 2 wrong usage or "
    "unreadable input; 130 interrupted (Ctrl-C); 129 and 143 ended by SIGHUP and SIGTERM, by which "
    "record ends with 0"
)


class _Parser(argparse.ArgumentParser):
    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Refuse what is not known where it stands: the command that was meant has its help."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown

    def error(self, message: str) -> NoReturn:
        """One line instead of the whole usage."""
        shown = harmless(message)
        unknown = message.removeprefix("unrecognized arguments: ").split(" ")[0]
        if unknown != message.split(" ")[0] and os.path.isdir(unknown):  # noqa: PTH112
            shown += f"; did you mean --rules {harmless(unknown)}?"
        self.exit(UNUSABLE, f"{self.prog}: {shown} (see {self.prog} --help)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command, and return its exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    if given == ["--version"]:
        given = ["version"]
    _open_what_is_closed()
    try:
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
            obey_interrupts()
        code = _run(given)
        sys.stdout.flush()
    except KeyboardInterrupt:
        _abandon_output()
        return INTERRUPTED
    except BrokenPipeError:
        _abandon_output()
        return PIPE_CLOSED
    except OSError as error:
        if error.errno not in _UNWRITABLE:
            raise
        _abandon_output()
        sys.stderr.write(f"watchkeeper: the output cannot be written: {error.strerror}\n")
        return FOUND
    finally:
        forget_interrupts()
    return code


def _open_what_is_closed() -> None:
    """Started with closed outputs, the interpreter has none; what is written then goes nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115


def _run(given: list[str]) -> int:
    parser = _Parser(
        prog="watchkeeper", description=_DESCRIPTION, epilog=_EXIT_CODES, allow_abbrev=False
    )
    parser.add_argument(
        "--version", dest="version_asked", action="store_true", help="which version this is"
    )
    commands = parser.add_subparsers(metavar="COMMAND", parser_class=_Parser)
    chosen = next((word for word in given if not word.startswith("-")), "")
    for name, (module_name, summary) in _COMMANDS.items():
        command = commands.add_parser(
            name, help=summary, description=summary, epilog=_EXIT_CODES, allow_abbrev=False
        )
        if name == chosen:
            module: Any = import_module(module_name)
            module.add_arguments(command)
            command.set_defaults(run=module.run, complain=command.error)
    try:
        arguments = parser.parse_args(given)
    except SystemExit as stopped:
        sys.stdout.flush()
        return stopped.code if isinstance(stopped.code, int) else UNUSABLE
    if arguments.version_asked:
        return _run(["version"])
    if not hasattr(arguments, "run"):
        if not given and _is_configured():
            return _run(["watch"])
        parser.print_help()
        return FINE
    code: int = arguments.run(arguments)
    return code


def _is_configured() -> bool:
    """Whether there is a configuration, so that the live screen can open without being named."""
    from tui.settings import default_path

    return default_path().is_file()


def _abandon_output() -> None:
    """Nobody reads what is still to be written: let the interpreter's last flush go nowhere."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        pass


if __name__ == "__main__":
    sys.exit(main())
