"""A small rule base in which tests change a line or two."""

from __future__ import annotations

from typing import Final

from rules.authoring.checking import Checked, check_texts

CATALOGUE: Final = """\
[rule_base]
id = "mill"
title = "A mill"
[scope.mill]
meaning = "All wheels"
[scope.wheel]
within = "mill"
member_by = "wheel.mill"
[source.gauge]
heartbeat = "1m"
[source.operator]
meaning = "The millers"
[[operation]]
name = "grind"
title = "Start to grind"
[[fact]]
name = "wheel.mill"
type = "text"
scope = "wheel"
source = "gauge"
[[fact]]
name = "wheel.state"
type = "enum"
values = ["turning", "stuck", "broken"]
scope = "wheel"
source = "gauge"
[[fact]]
name = "wheel.heat"
type = "float"
unit = "celsius"
scope = "wheel"
source = "gauge"
[[fact]]
name = "wheel.speed"
type = "float"
unit = "rpm"
scope = "wheel"
source = "gauge"
[[fact]]
name = "wheel.oiled_at"
type = "instant"
scope = "wheel"
source = "gauge"
[[fact]]
name = "mill.open"
type = "bool"
scope = "mill"
source = "gauge"
[[fact]]
name = "wheel.verdict"
type = "enum"
values = ["good", "bad"]
scope = "wheel"
derived = true
otherwise = "good"
[[derive]]
fact = "wheel.verdict"
value = "bad"
when = { wheel.state = ["stuck", "broken"] }
"""

RULE: Final = """\
[[rule]]
id = "wheel-bad"
title = "The wheel is {wheel.state}"
severity = "critical"
source = { document = "The miller's book", page = 3, grade = "guide" }
when = { wheel.verdict = "bad" }
[rule.then]
impact = "No flour"
[[rule.then.step]]
do = "Call the millwright"
confirm = "called"
"""


def rule(rule_id: str, when: str, *more: str, then: str = 'impact = "Less flour"') -> str:
    """One more rule, without faults of its own."""
    steps = "" if "step" in then else '[[rule.then.step]]\ndo = "Look"\n'
    return (
        f'[[rule]]\nid = "{rule_id}"\ntitle = "{rule_id}"\nseverity = "warning"\n'
        'source = { document = "The miller\'s book", grade = "inferred" }\n'
        f"when = {{ {when} }}\n"
        + "".join(f"{line}\n" for line in more)
        + f"[rule.then]\n{then}\n{steps}"
    )


def check(*texts: str) -> Checked:
    """What is wrong with a catalogue and some rules."""
    return check_texts({"mill.toml": "".join(texts).encode()})


def codes(*texts: str) -> list[str]:
    """The codes of what is wrong, by line."""
    return [str(fault.code) for fault in check(*texts).faults]
