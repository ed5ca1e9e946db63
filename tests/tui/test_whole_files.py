"""What is left of files, and of their owners, where they are written anew or cannot be."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ship import Ship

from tui.rules_commands.whole_files import write_whole

OLD = "the old manual\n"
LOOSE = 'a   =  "b"\n'


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file can become larger: to whoever writes one, a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("others", [0, 1])
def test_what_finds_no_room_leaves_the_old_text_whole(tmp_path: Path, others: int) -> None:
    path = tmp_path / "manual.md"
    path.write_text(OLD)
    for number in range(others):
        (tmp_path / f"other-{number}").hardlink_to(path)
    before = names(tmp_path)
    with room_for(64), pytest.raises(OSError, match=r"manual\.md") as caught:
        write_whole(path, b"x" * 1000)
    assert caught.value.filename == str(path)
    assert (path.read_text(), names(tmp_path)) == (OLD, before)


def test_what_finds_no_room_leaves_no_empty_file(tmp_path: Path) -> None:
    with room_for(64), pytest.raises(OSError, match=r"new\.md"):
        write_whole(tmp_path / "new.md", b"x" * 1000)
    assert names(tmp_path) == []


def test_mode_links_and_other_names_stay(tmp_path: Path) -> None:
    path, link, other = tmp_path / "a.toml", tmp_path / "link.toml", tmp_path / "other.toml"
    path.write_text("a long old text\n")
    path.chmod(0o640)
    link.symlink_to(path)
    write_whole(link, b"one\n")
    assert (link.is_symlink(), path.read_text(), path.stat().st_mode & 0o777) == (
        True,
        "one\n",
        0o640,
    )
    other.hardlink_to(path)
    write_whole(path, b"x\n")
    assert (other.read_text(), path.stat().st_nlink) == ("x\n", 2)


def test_an_owner_that_cannot_be_given_is_kept_by_writing_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.toml"
    path.write_text("old\n")
    inode = path.stat().st_ino

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fchmod", refuse)
    write_whole(path, b"new and longer\n")
    assert (path.read_text(), path.stat().st_ino) == ("new and longer\n", inode)
    assert names(tmp_path) == ["a.toml"]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("docs", "boilers", "--output", "manual.md"), "manual.md"),
        (("docs", "boilers", "--output", "manual.html"), "manual.html"),
        (("schema", "boilers", "--write", "."), "watchkeeper.schema.json"),
        (("fmt", "loose.toml"), "loose.toml"),
    ],
)
def test_on_a_full_disk_every_action_keeps_what_was_there(
    ship: Ship, words: tuple[str, ...], name: str
) -> None:
    path = ship.folder / name
    old = LOOSE + "# what it means\n" * 100 if name == "loose.toml" else OLD
    path.write_text(old)
    before = names(ship.folder)
    with room_for(500):
        ended = ship.run("rules", *words)
    assert ended.code == 2
    assert f"{name}: File too large" in ended.err
    assert (path.read_text(), names(ship.folder)) == (old, before)


def test_a_new_rule_base_that_finds_no_room_leaves_nothing_half_made(ship: Ship) -> None:
    (ship.folder / "empty").mkdir()
    for folder in ("parent/fresh", "empty"):
        with room_for(600):
            ended = ship.run("rules", "new", folder)
        assert (ended.code, ended.out) == (2, "")
        assert "File too large" in ended.err
    assert not (ship.folder / "parent").exists()
    assert names(ship.folder / "empty") == []
    assert ship.run("rules", "new", "empty").code == 0


def test_fmt_goes_on_after_a_link_to_nothing_and_counts_it(ship: Ship) -> None:
    folder = ship.folder / "several"
    folder.mkdir()
    (folder / "a.toml").symlink_to("gone.toml")
    (folder / "b.toml").write_text(LOOSE)
    ended = ship.run("rules", "fmt", "--check", "several")
    assert ended.code == 2
    assert ended.err == "several/a.toml: is a link to gone.toml, which is not there\n"
    assert ended.lines == [
        "several/b.toml is not in form",
        "2 files, 1 not in form, 1 that could not be read or written",
    ]


def test_fmt_says_where_and_why_a_file_of_newer_toml_is_left_alone(ship: Ship) -> None:
    path = ship.folder / "newer.toml"
    path.write_text("b = 1\na = { b = 1,\n c = 2 }\n")
    ended = ship.run("rules", "fmt", "newer.toml")
    assert ended.code == 2
    assert "newer.toml:2:5" in ended.err
    assert "rule files are TOML 1.0" in ended.err
