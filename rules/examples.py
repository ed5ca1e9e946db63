"""How each key of a rule base's files is written: an example for whoever wrote it wrongly."""

from __future__ import annotations

from typing import Final

from rules.positions import Path

_NAMED: Final = ("scope", "source", "override")
"""Tables whose second word is a name that the author gives."""

_BY_RULE: Final = ("steps", "waits")
"""Tables whose keys are ids of rules."""

_SOURCE: Final = '{ document = "User Guide", section = "Updates", page = 53, grade = "guide" }'
_RULE_IDS: Final = '["standby-lost"]'
_OPERATIONS: Final = '["update"]'
_FACTS: Final = '{ pair.lost = "standby" }'
_PATTERN: Final = '{ pair.lost = "standby" }'

EXAMPLES: Final = {
    "/rule_base": '{ id = "pumps", title = "Pumps" }',
    "rule_base.id": '"pumps"',
    "rule_base.title": '"Pumps"',
    "/scope": '{ pair = { meaning = "Two appliances" } }',
    "scope.meaning": '"Two appliances"',
    "scope.within": '"deployment"',
    "scope.member_by": '"pair.deployment"',
    "/source": '{ oneview = { heartbeat = "1m" } }',
    "source.heartbeat": '"1m"',
    "source.meaning": '"What a OneView says"',
    "/operation": '[{ name = "update", title = "Start an update" }]',
    "operation.name": '"update"',
    "operation.title": '"Start an update"',
    "/fact": '[{ name = "pair.lost", type = "text", scope = "pair", source = "oneview" }]',
    "fact.name": '"pair.lost"',
    "fact.type": '"enum"',
    "fact.values": '["none", "standby"]',
    "fact.scope": '"pair"',
    "fact.source": '"oneview"',
    "fact.memory": "true",
    "fact.planned": "true",
    "fact.derived": "true",
    "fact.unit": '"percent"',
    "fact.meaning": '"Which of the two cannot be reached"',
    "/derive": '[{ fact = "pair.state", value = "bad", when = { pair.lost = "standby" } }]',
    "derive.fact": '"pair.state"',
    "derive.when": _PATTERN,
    "/rule": '[{ id = "standby-lost", title = "Lost", severity = "notice", when = { ... } }]',
    "rule.id": '"standby-lost"',
    "rule.title": '"The standby is lost"',
    "rule.severity": '"critical"',
    "rule.cases": '["U6"]',
    "rule.occurrence": '"update.id"',
    "rule.for": '"3m"',
    "rule.suppresses": '["another-rule"]',
    "rule.aliases": '["the-id-it-had"]',
    "rule.deprecated": '"since 2.0: another rule says it"',
    "rule.when": _PATTERN,
    "rule.until": '{ pair.lost = "none" }',
    "rule.then": '{ impact = "Nothing takes over", step = [{ do = "Look at the cables" }] }',
    "then.impact": '"Nothing takes over"',
    "then.contact_support": "true",
    "then.forbid": '[{ operation = "update" }]',
    "then.step": '[{ do = "Look at the cables" }]',
    "forbid.operation": '"update"',
    "forbid.text": '"It would end with no appliance at all"',
    "forbid.scope": '"deployment"',
    "step.do": '"Look at the cables"',
    "step.confirm": '"cables_checked"',
    "step.starts": '"update"',
    "step.once_allowed": "true",
    "step.done_when": '{ pair.lost = "none" }',
    "step.wait": '{ from = "update.ended_at", at_least = "45m" }',
    "wait.from": '"update.ended_at"',
    "wait.at_least": '"45m"',
    "wait.at_most": '"60m"',
    "rule.source": _SOURCE,
    "contact_support.source": _SOURCE,
    "forbid.source": _SOURCE,
    "step.source": _SOURCE,
    "source.document": '"User Guide"',
    "source.section": '"Updates"',
    "source.page": "53",
    "source.url": '"https://example.com/guide"',
    "grade": '"guide"',
    "/board": '{ scope = "pair", line = [{ label = "lost", text = "{pair.lost}" }] }',
    "board.scope": '"pair"',
    "board.title": '"Pairs"',
    "board.badge": '"pair.role"',
    "board.first": '"primary"',
    "board.operation": '"update"',
    "board.note_heading": '"update"',
    "board.line": '[{ label = "lost", text = "{pair.lost}" }]',
    "board.note": '[{ when = { pair.lost = "standby" }, text = "no standby" }]',
    "line.label": '"lost"',
    "line.text": '"{pair.lost}"',
    "line.together": "true",
    "line.member": '{ scope = "appliance", named_by = "pair.active" }',
    "line.signs": '[{ sign = "critical", when = { pair.lost = "standby" } }]',
    "member.scope": '"appliance"',
    "member.named_by": '"pair.active"',
    "signs.sign": '"critical"',
    "signs.show": '"lost"',
    "signs.when": _PATTERN,
    "note.when": _PATTERN,
    "note.text": '"no standby"',
    "note.wide": '"none"',
    "/override": '{ standby-lost = { severity = "warning" } }',
    "override.severity": '"warning"',
    "override.enabled": "false",
    "override.for": '"10m"',
    "override.when": '{ backup.created_at = { older_than = "48h" } }',
    "override.until": '{ backup.created_at = { newer_than = "48h" } }',
    "test.name": '"A standby that is lost for an hour"',
    "test.rules": _RULE_IDS,
    "test.never": _RULE_IDS,
    "test.open": _RULE_IDS,
    "test.exact": "true",
    "test.todo": '"why it does not pass yet"',
    "test.begin": "2026-11-22T02:00:00Z",
    "test.log": '"night.jsonl"',
    "test.event": '[{ at = "65m", facts = { pair.lost = "none" } }]',
    "test.finding": '[{ rule = "standby-lost", raised = "0s" }]',
    "test.expect": '[{ at = "10m", open = ["standby-lost"] }]',
    "facts": _FACTS,
    "unknown": '["pair.lost"]',
    "subject": '"pair/a"',
    "at": '"65m"',
    "rule": '"standby-lost"',
    "event.source": '"oneview/a"',
    "event.snapshot": '["pair"]',
    "event.lost": '"oneview"',
    "event.silent": '"oneview"',
    "event.heard": '"oneview"',
    "event.confirm": '"cables_checked"',
    "event.acknowledge": '"seen"',
    "event.close": '"the pair is gone"',
    "/finding": '[{ rule = "standby-lost", subject = "pair/a", raised = "0s" }]',
    "finding.forbids": _OPERATIONS,
    "finding.title": '"The standby is lost"',
    "finding.impact": '"Nothing takes over"',
    "finding.recurred": '["65m"]',
    "finding.why": '"for people"',
    "expect.open": _RULE_IDS,
    "suppresses": '["another-rule"]',
    "severity": '"critical"',
    "contact_support": "true",
    "starts": _OPERATIONS,
    "starts_once_allowed": _OPERATIONS,
    "finding.occurrence": '"a"',
    "table.occurrence": '"a"',
    "expect.waits": '{ standby-lost = [{ step = 2, from = "45m", to = "60m" }] }',
    "waits.step": "2",
    "waits.from": '"45m"',
    "waits.to": '"60m"',
    "title": '"The standby is lost"',
    "impact": '"Nothing takes over"',
    "forbids": _OPERATIONS,
    "expect.steps.*": '["done", "open"]',
    "expect.waits.*": '[{ step = 2, from = "45m", to = "60m" }]',
    "expect.steps": '{ standby-lost = ["done", "open"] }',
    "steps": '["done", "open"]',
    "unconfirmed": _RULE_IDS,
    "expect.forbidden": _OPERATIONS,
    "expect.allowed": _OPERATIONS,
    "expect.uncertain": _OPERATIONS,
    "expect.blind": _RULE_IDS,
    "expect.judged": _RULE_IDS,
    "/table": '[{ rule = "standby-lost", rows = [{ facts = { ... }, open = false }] }]',
    "table.fact": '"pair.state"',
    "table.given": _FACTS,
    "table.rows": '[{ facts = { pair.lost = "none" }, open = false }]',
    "rows.name": '"nothing is lost"',
    "rows.first": _FACTS,
    "rows.confirm": '["cables_checked"]',
    "rows.open": "true",
    "rows.unconfirmed": "true",
    "/logs": '[{ logs = "logs/*.jsonl", expected = "expected/{name}.expected.toml" }]',
    "logs.logs": '"logs/*.jsonl"',
    "logs.expected": '"expected/{name}.expected.toml"',
    "/proof": '[{ facts = ["update.*"] }]',
    "proof.facts": '["update.*"]',
    "proof.classification": '"update.outcome"',
    "proof.quiet": '["none"]',
    "proof.may_be_unknown": "true",
    "proof.may_be_blind": "true",
    "/test": '[{ name = "Nothing is lost", facts = { ... }, never = ["standby-lost"] }]',
}
"""By key, and by as many of the tables around it as tell it from others of that name, what stands
behind the `=`; those of a file's own keys begin with a slash."""


def example_of(path: Path) -> str:
    """How the key at the end of a way is written, as TOML; empty where there is no example."""
    words = [word for word in path if isinstance(word, str)]
    if not words:
        return ""
    if words[0] in _NAMED and len(words) > 1:
        del words[1]
    names = [f"/{words[0]}"] if len(words) == 1 else []
    names += [".".join(words[begin:]) for begin in range(len(words))]
    if len(words) > 1 and words[-2] in _BY_RULE:
        names.append(f"expect.{words[-2]}.*")
    for name in names:
        example = EXAMPLES.get(name)
        if example:
            return f"{words[-1]} = {example}"
    return ""
