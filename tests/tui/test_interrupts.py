"""Ctrl-C at any moment: it is never lost, and never in the middle of an import."""

from __future__ import annotations

import importlib
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.interrupts import forget_interrupts, obey_interrupts

INTERRUPTED_HALFWAY = """
import os, signal
try:
    os.kill(os.getpid(), signal.SIGINT)
    for _ in range(100):
        pass
except KeyboardInterrupt:
    swallowed = True
else:
    swallowed = False
complete = True
"""


@pytest.fixture(autouse=True)
def _handlers_of_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGALRM)}
    obey_interrupts()
    yield
    forget_interrupts()
    for number, handler in before.items():
        signal.signal(number, handler)


def test_an_interrupt_during_an_import_comes_when_the_import_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "interrupted_halfway.py").write_text(INTERRUPTED_HALFWAY)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        _import_and_wait("interrupted_halfway")
    module = sys.modules.pop("interrupted_halfway")
    assert module.complete
    assert not module.swallowed


def _import_and_wait(name: str) -> None:
    module = importlib.import_module(name)
    while not module.swallowed:
        signal.pause()


def test_an_interrupt_at_any_other_moment_comes_at_once() -> None:
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
