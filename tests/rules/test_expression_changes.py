"""What is taken away of a regular expression, and what is left of it."""

from __future__ import annotations

import pytest
from rule_texts import CATALOGUE, rule

from rules.authoring.expression_changes import expression_changes
from rules.authoring.mutants import mutants
from rules.loader import load_texts


@pytest.mark.parametrize(
    ("expression", "left"),
    [
        ("plain", []),
        ("a|b|c", ["b|c", "a|c", "a|b"]),
        ("^a(b|c[|)])$", ["a(b|c[|)])$", "^a(c[|)])$", "^a(b)$", "^a(b|c[|)])"]),
        ("(?i)a|b", ["a|b", "(?i)b", "(?i)a"]),
        (r"\ba\b", [r"a\b", r"\ba"]),
        (r"a\|b\^\$\(|[|^$(]", [r"[|^$(]", r"a\|b\^\$\("]),
        (r"\Qa|b^\E|c", ["c", r"\Qa|b^\E"]),
        ("(?P<n>a|b)x", ["(?P<n>b)x", "(?P<n>a)x"]),
        ("[]|]x|[^]|]y", ["[^]|]y", "[]|]x"]),
        ("^*a", []),
        ("^", []),
    ],
)
def test_alternatives_anchors_and_flags_are_taken_away_one_by_one(
    expression: str, left: list[str]
) -> None:
    assert [one for _, one in expression_changes(expression)] == left


def test_what_makes_no_difference_is_known() -> None:
    note = '[[fact]]\nname = "wheel.note"\ntype = "text"\nscope = "wheel"\nsource = "gauge"\n'
    rules = rule("noted", 'wheel.note = { matches = "storage|storagevirtual" }')
    texts = {"mill.toml": (CATALOGUE + note + rules).encode()}
    said = [
        one.change
        for group in mutants(load_texts(texts))
        for one in group
        if "alternative" in one.change
    ]
    assert [one.partition("alternative ")[2] for one in said] == ["'storage' taken away"]
