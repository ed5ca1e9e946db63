"""What the Image Streamer rules tell people: complete, honest about its source, and never a
command that only support may run."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sample_logs import RULES

from rules.loader import load_rule_base
from rules.rule_base import Rule

SHIPPED = [rule for rule in load_rule_base(RULES).rules if rule.place.file.endswith(".toml")]
FOR_SUPPORT_ALONE = re.compile(
    r"\b(root|shell|sudo|ssh|curl|psql|sql|openssl|keytool|e-?fuse|systemctl|reboot)\b",
    re.IGNORECASE,
)


def texts(rule: Rule) -> Iterator[str]:
    yield rule.title
    yield rule.impact
    for prohibition in rule.forbid:
        yield prohibition.text
    for step in rule.steps:
        yield step.do


@pytest.mark.parametrize("rule", SHIPPED, ids=lambda rule: rule.id)
def test_rule_says_what_it_means_for_people_and_what_to_do(rule: Rule) -> None:
    assert rule.cases
    assert rule.impact
    assert rule.steps


@pytest.mark.parametrize("rule", SHIPPED, ids=lambda rule: rule.id)
def test_rule_tells_nobody_to_do_what_only_support_may(rule: Rule) -> None:
    for text in texts(rule):
        assert not FOR_SUPPORT_ALONE.search(text), text


@pytest.mark.parametrize("rule", SHIPPED, ids=lambda rule: rule.id)
def test_advice_that_claims_the_guide_names_its_page(rule: Rule) -> None:
    sources = [rule.source, *(step.source for step in rule.steps)]
    sources += [prohibition.source for prohibition in rule.forbid]
    sources += [rule.support] if rule.support else []
    for source in sources:
        if source.grade == "guide":
            assert source.document == "HPE Synergy Image Streamer 5.2 User Guide"
            assert source.page in (10, 33, 35, 52, 53)


@pytest.mark.parametrize("rule", SHIPPED, ids=lambda rule: rule.id)
def test_only_inferred_advice_speaks_of_inference(rule: Rule) -> None:
    """A text that says that it was inferred must not stand there as the vendor's word."""
    for prohibition in rule.forbid:
        if prohibition.text.startswith("Inferred"):
            assert prohibition.source.grade == "inferred"
        if "The guide" in prohibition.text:
            assert prohibition.source.grade == "guide"
