"""What the tests of the matcher share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from matcher_door import Door


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """Every call of durable_rules' C module, looked at before it is made."""
    watched = Door()
    monkeypatch.setattr("rules.matcher.durable_rules_engine", watched)
    yield watched
    assert watched.refused == []
