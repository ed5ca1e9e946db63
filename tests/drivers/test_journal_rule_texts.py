from __future__ import annotations

from pathlib import Path

import pytest

from drivers.journal import JournalError, keep_rule_texts, kept_rule_texts, kept_texts

TEXTS = {"rule_base.toml": b"[rule_base]\n", "image_streamer/update.toml": b"[[rule]]\n"}


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.mark.law(13)
def test_rule_texts_are_kept_beside_the_journal(journal: Path) -> None:
    assert kept_rule_texts(journal, "abc123") is None
    folder = keep_rule_texts(journal, "abc123", TEXTS)
    assert folder == journal.with_name("journal.rules") / "abc123"
    assert kept_rule_texts(journal, "abc123") == folder
    assert kept_texts(folder) == TEXTS
    assert [path.name for path in folder.parent.iterdir()] == ["abc123"]


def test_what_is_kept_stays_as_it_is(journal: Path) -> None:
    folder = keep_rule_texts(journal, "abc123", TEXTS)
    assert keep_rule_texts(journal, "abc123", TEXTS) == folder
    with pytest.raises(JournalError, match="other rule texts"):
        keep_rule_texts(journal, "abc123", TEXTS | {"rule_base.toml": b""})
    assert kept_texts(folder) == TEXTS


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "../up",
        "/etc/passwd",
        "a/../../b",
        "a//b",
        "a/",
        "a\\b",
        "a\0b",
        "\x1b[2J",
        "a/./b",
    ],
)
def test_no_name_leads_out_of_the_folder(journal: Path, name: str) -> None:
    with pytest.raises(JournalError) as caught:
        keep_rule_texts(journal, "abc123", TEXTS | {name: b""})
    assert str(caught.value).isprintable()
    assert not journal.with_name("journal.rules").exists()


@pytest.mark.parametrize("name", ["", "..", ".hidden", "a/b", "a\n", "x" * 200, "ü"])
def test_a_hash_from_a_log_is_a_plain_name_or_was_never_kept(journal: Path, name: str) -> None:
    assert kept_rule_texts(journal, name) is None
    with pytest.raises(JournalError):
        keep_rule_texts(journal, name, TEXTS)


def test_a_failure_leaves_nothing_half_kept(journal: Path) -> None:
    with pytest.raises(JournalError, match="cannot be written"):
        keep_rule_texts(journal, "abc123", {"a": b"", "a/b": b""})
    assert kept_rule_texts(journal, "abc123") is None
    assert list(journal.with_name("journal.rules").iterdir()) == []
