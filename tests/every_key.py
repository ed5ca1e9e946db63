"""A rule base without faults in which every key of rule files stands, most of them alone in a line,
and tables both with headers and within others."""

from __future__ import annotations

from typing import Final

EVERY_KEY: Final = """\
[rule_base]
id = "mill"
title = "A mill"
[scope.mill]
meaning = "All wheels"
[scope.wheel]
within = "mill"
member_by = "wheel.mill"
meaning = "One wheel"
[source.gauge]
heartbeat = "1m"
meaning = "Gauges"
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
meaning = "Which"
memory = true
grade = "inferred"
[[fact]]
name = "wheel.state"
type = "enum"
values = ["turning", "stuck", "broken"]
scope = "wheel"
source = "gauge"
default = "turning"
[[fact]]
name = "wheel.heat"
type = "float"
unit = "celsius"
scope = "wheel"
source = "gauge"
default = 1.5
[[fact]]
name = "wheel.oiled_at"
type = "instant"
scope = "wheel"
source = "gauge"
planned = true
[[fact]]
name = "wheel.made_at"
type = "instant"
scope = "wheel"
source = "gauge"
default = 2026-01-01T00:00:00Z
[[fact]]
name = "wheel.stones"
type = "int"
scope = "wheel"
source = "gauge"
default = 2
[[fact]]
name = "wheel.make"
type = "version"
scope = "wheel"
source = "gauge"
default = "2.1"
[[fact]]
name = "wheel.run"
type = "duration"
scope = "wheel"
source = "gauge"
default = "5m"
[[fact]]
name = "mill.open"
type = "bool"
scope = "mill"
source = "gauge"
default = true
[[fact]]
name = "wheel.verdict"
type = "enum"
values = ["good", "bad", "odd"]
scope = "wheel"
derived = true
otherwise = "good"
[[derive]]
fact = "wheel.verdict"
value = "bad"
[derive.when]
wheel.state = ["stuck", "broken"]
[[derive]]
fact = "wheel.verdict"
value = "odd"
when = { wheel.state = "turning", wheel.heat = { above = 900 } }
[board]
scope = "wheel"
title = "Wheels"
badge = "wheel.state"
first = "turning"
operation = "grind"
note_heading = "run"
[[board.line]]
label = "heat"
text = "{wheel.heat}"
together = true
signs = [{ sign = "good", when = { mill.open = true } }]
[[board.line]]
label = "mill"
text = "{wheel.mill}"
member = { scope = "wheel", named_by = "wheel.mill" }
[[board.line.signs]]
sign = "warning"
show = "open"
when = { mill.open = true }
[[board.line]]
label = "mill"
text = "{wheel.mill}"
[board.line.member]
scope = "wheel"
named_by = "wheel.mill"
[[board.note]]
text = "run"
wide = "run {wheel.heat}"
when = { mill.open = true }
[[rule]]
id = "wheel-bad"
title = "The wheel is {wheel.state}"
severity = "critical"
source = { document = "The miller's book", page = 3, grade = "guide" }
cases = ["U6"]
occurrence = "wheel.mill"
for = "3m"
suppresses = ["other"]
aliases = ["old-id"]
when = { wheel.verdict = "bad" }
until = { wheel.verdict = "good" }
[rule.then]
impact = "No flour"
contact_support = true
forbid = [{ operation = "grind" }]
step = [{ do = "x", wait = { from = "wheel.made_at", at_most = "45m" } }, { do = "y" }]
[[rule]]
id = "other"
title = "The wheel is {wheel.state}"
severity = "notice"
grade = "inferred"
deprecated = "not now"
[rule.source]
document = "The book"
section = "One"
page = 3
url = "https://example.com"
grade = "guide"
[rule.when]
wheel.state = ["stuck", "broken"]
wheel.heat = { above = 5, at_most = 60.5 }
wheel.mill = { matches = "a" }
mill.open = { known = true }
wheel.made_at = { older_than = "24h" }
wheel.oiled_at = { later_than = "wheel.made_at" }
wheel.stones = { not = [1, 2] }
wheel.make = { at_least = "2.1" }
wheel.run = { below = "5m" }
any = [{ wheel.state = "stuck" }, { wheel.state = "broken" }]
[rule.until]
wheel.state = "turning"
confirm.called = true
[rule.then]
impact = "No flour"
[rule.then.contact_support]
grade = "help"
source = { document = "x", grade = "help" }
[[rule.then.forbid]]
operation = "grind"
grade = "guide"
text = "no {wheel.heat}"
scope = "mill"
source = { document = "x", grade = "help" }
[[rule.then.step]]
do = "Call the millwright"
grade = "help"
source = { document = "x", grade = "help" }
confirm = "called"
starts = "grind"
once_allowed = true
[[rule.then.step]]
do = "Wait"
[rule.then.step.done_when]
wheel.state = "turning"
[rule.then.step.wait]
from = "wheel.made_at"
at_least = "45m"
at_most = "60m"
"""

EVERY_KEY_OF_TESTS: Final = """\
[[test]]
name = "one"
rules = ["other"]
subject = "wheel/a"
begin = 2026-11-22T02:00:00Z
facts = { wheel.state = "stuck", wheel.oiled_at = "-65m" }
never = ["wheel-bad"]
open = ["other"]
end = "3h"
exact = true
todo = "why"
[[test.event]]
at = "65m"
subject = "wheel/a"
source = "gauge/a"
facts = { mill.open = true }
unknown = ["wheel.heat"]
snapshot = ["wheel"]
[[test.event]]
at = "66m"
lost = "gauge"
[[test.event]]
at = "67m"
heard = "gauge"
[[test.event]]
at = "67m"
silent = "gauge"
[[test.event]]
at = "68m"
rule = "other"
confirm = "called"
[[test.event]]
at = "69m"
rule = "other"
acknowledge = "x"
[[test.event]]
at = "70m"
rule = "other"
close = "x"
[[test.finding]]
rule = "other"
subject = "wheel/a"
raised = "0s"
resolved = "65m"
recurred = ["20m"]
severity = "critical"
forbids = ["grind", { operation = "grind", scope = "mill" }]
contact_support = false
title = "x"
impact = "x"
suppresses = ["wheel-bad"]
starts = ["grind"]
starts_once_allowed = ["grind"]
why = "x"
[[test.finding]]
rule = "other"
raised = "70m"
[[test.expect]]
at = "10m"
subject = "wheel/a"
open = ["other"]
steps.other = ["done", "open"]
waits.other = [{ step = 2, from = "45m", to = "60m" }]
unknown = ["wheel.heat"]
forbidden = ["grind"]
allowed = ["grind"]
uncertain = ["grind"]
blind = ["other"]
unconfirmed = ["other"]
judged = ["other"]
signs = { heat = "good" }
[test.expect.facts]
wheel.verdict = "bad"
[[table]]
rule = "other"
subject = "wheel/a"
given = { wheel.state = "stuck" }
severity = "notice"
[[table.rows]]
name = "r1"
facts = { wheel.heat = 5 }
first = { wheel.heat = 6 }
unknown = ["wheel.mill"]
confirm = ["called"]
open = true
unconfirmed = true
steps = ["open", "open"]
[[table]]
fact = "wheel.verdict"
rows = [{ facts = { wheel.state = "stuck" }, value = "bad" }]
[[table]]
fact = "wheel.verdict"
[[table.rows]]
name = "v"
value = "bad"
facts = { wheel.state = "stuck" }
[[proof]]
facts = ["wheel.*"]
classification = "wheel.verdict"
quiet = ["good"]
may_be_unknown = true
may_be_blind = true
[[logs]]
logs = "logs/*.jsonl"
expected = "e/{name}.expected.toml"
"""
"""A file of tests without slips in which every key of such files stands; most tests would fail."""

WRONG_FORMS: Final = (
    '"two words"',
    '""',
    '"  "',
    "7",
    "-1.5",
    "nan",
    "false",
    "2026-01-01T00:00:00Z",
    "07:00:00",
    "[]",
    '["a"]',
    "[{ a = 1 }]",
    '[["a"]]',
    "{ a = 1 }",
    "{}",
    "100000000000000000000",
)
"""Values of every kind, as TOML; hardly any key can have more than a few of them."""
