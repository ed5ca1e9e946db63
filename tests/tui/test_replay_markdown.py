from __future__ import annotations

from pathlib import Path

import pytest
from ship import Ship

from tui.report_markdown import code, prose


def test_a_night_as_a_document(ship: Ship, dry_boiler: Path) -> None:
    ended = ship.replay(dry_boiler.name, "--format", "markdown")
    assert ended.lines[0] == "# Replay of `log.jsonl`"
    raised = ended.out.partition("✖ critical: ")[2].partition("\n- 2026")[0]
    assert raised == (
        "The water is gone: the tubes burn\n"
        "\n"
        "Raised on `boiler/port`.\n"
        "\n"
        "Escalates: The water is low.\n"
        "\n"
        "A dry boiler that is fed bursts.\n"
        "\n"
        "- **DO NOT** light the boiler (guide, page 8)\n"
        "- **DO NOT** blow the boiler down: there is nothing left (inferred)\n"
        "- **Contact support** (inferred)\n"
        "\n"
        "Steps:\n"
        "\n"
        "- [ ] 1: Draw the fires\n"
        "- [ ] 2: Let the boiler cool before it is opened\n"
        "    - 45 to 60 min from 01:00:58Z: 01:45:58Z to 02:00:58Z\n"
        "- [ ] 3: Inspect the tubes (inferred)\n"
        "\n"
        "Because:\n"
        "\n"
        "- 01:02:00Z gauge/1: Level falls on (event e3)\n"
        "    - `water.level = 5 percent`\n"
        "\n"
        "Source: Boiler manual, Water, page 8 (grade: guide). Rule: `water-gone`.\n"
    )
    assert (
        "- 2026-03-01 01:03:00Z ✖ `boiler/port` **The water is gone: the tubes burn**" in ended.out
    )
    assert "## Situation at 2026-03-01 01:11:00Z" in ended.out
    assert "given by hand" in ended.out


def test_a_situation_as_a_document(ship: Ship, dry_boiler: Path) -> None:
    ended = ship.replay(dry_boiler.name, "--format", "markdown", "--at", "01:06")
    assert "- ✖ critical: The water is gone: the tubes burn (`boiler/port`), since" in ended.out
    assert "#### ✖ critical: The water is gone: the tubes burn (`boiler/port`)\n" in ended.out
    assert "; part of `water-gone`\n" in ended.out
    assert (
        "### Forbidden\n\n- **DO NOT** light the boiler on `boiler/port` (guide, page 8: ✖"
        in ended.out
    )
    assert ended.code == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a*b_c`d`", r"a\*b\_c\`d\`"),
        ("<img src=x>", r"\<img src=x\>"),
        ("[x](http://y)", r"\[x\](http:\//y)"),
        ("# title | cell", r"\# title \| cell"),
        ("1. one", r"1\. one"),
        ("- one", r"\- one"),
        ("two\n\nlines", r"two\\n\\nlines"),
        ("@all &lt;", r"\@all \&lt;"),
    ],
)
def test_nothing_from_outside_is_markup(text: str, shown: str) -> None:
    assert prose(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("plain", "`plain`"), ("a`b", "`` a`b ``"), ("``", "``` `` ```"), ("a\nb", "`a\\nb`")],
)
def test_nothing_from_outside_ends_a_code_span(text: str, shown: str) -> None:
    assert code(text) == shown
