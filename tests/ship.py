"""An invented ship with boilers, rules for them and logs of them, and the command run on these."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

RULES = """
[rule_base]
id = "boilers"
title = "Boilers of a ship"

[scope.ship]
meaning = "Everything aboard"
[scope.boiler]
within = "ship"
member_by = "boiler.ship"
meaning = "One boiler"

[source.gauge]
heartbeat = "1m"
meaning = "A boiler's gauges"
[source.operator]
meaning = "People on watch"

[[operation]]
name = "light"
title = "Light the boiler"
[[operation]]
name = "blow-down"
title = "Blow the boiler down"

[[fact]]
name = "boiler.ship"
type = "text"
scope = "boiler"
source = "gauge"
memory = true
meaning = "The ship that it is in"
[[fact]]
name = "water.level"
type = "int"
scope = "boiler"
source = "gauge"
unit = "percent"
meaning = "How full the boiler is"
[[fact]]
name = "water.trend"
type = "enum"
values = ["rising", "falling", "steady"]
scope = "boiler"
source = "gauge"
meaning = "Where the level goes"
[[fact]]
name = "water.low_since"
type = "instant"
scope = "boiler"
source = "gauge"
meaning = "Since when it has been low"
[[fact]]
name = "leak.id"
type = "text"
scope = "boiler"
source = "gauge"
memory = true
meaning = "The leak that was seen last"

[[rule]]
id = "water-low"
title = "The water is low"
severity = "warning"
source = { document = "Boiler manual", section = "Water", page = 7, grade = "guide" }
when = { water.level = { below = 30 } }
[rule.then]
impact = "At {water.level} percent the tubes are still covered."
[[rule.then.step]]
do = "Open the feed valve"
done_when = { water.trend = "rising" }

[[rule]]
id = "water-gone"
title = "The water is gone: the tubes burn"
severity = "critical"
source = { document = "Boiler manual", section = "Water", page = 8, grade = "guide" }
suppresses = ["water-low"]
when = { water.level = { below = 10 } }
until = { water.level = { at_least = 50 }, confirm.inspected = true }
[rule.then]
impact = "A dry boiler that is fed bursts."
contact_support = { grade = "inferred" }
forbid = [
    { operation = "light" },
    { operation = "blow-down", grade = "inferred", text = "Inferred: there is nothing left" },
]
[[rule.then.step]]
do = "Draw the fires"
[[rule.then.step]]
do = "Let the boiler cool before it is opened"
wait = { from = "water.low_since", at_least = "45m", at_most = "60m" }
done_when = { water.trend = "steady" }
[[rule.then.step]]
do = "Inspect the tubes"
grade = "inferred"
confirm = "inspected"

[[rule]]
id = "leak"
title = "There is a leak"
severity = "notice"
source = { document = "Boiler manual", section = "Leaks", grade = "support" }
occurrence = "leak.id"
when = { leak.id = { known = true } }
until = { confirm.mended = true }
[rule.then]
impact = "Seen: {leak.id}"
[[rule.then.step]]
do = "Mend it"
confirm = "mended"
"""

Line = dict[str, Any]


class Ended(NamedTuple):
    """What a run of the command left behind."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The objects of JSON Lines."""
        return [json.loads(line) for line in self.lines]


class Ship:
    """A folder with the boilers' rules, in which logs are written and commands run."""

    def __init__(self, folder: Path, run: Callable[[list[str]], Ended]) -> None:
        self.folder = folder
        self.rules = folder / "boilers"
        self.rules.mkdir()
        (self.rules / "boilers.toml").write_text(RULES, encoding="utf-8")
        self._run = run
        self._events = 0

    def event(self, time: str, kind: str = "facts.changed", **members: Any) -> Line:
        """A line of a log: `time` is the time of day; other members are the event's or its
        data's."""
        self._events += 1
        line = {
            "specversion": "1.0",
            "id": f"e{self._events}",
            "source": "gauge/1",
            "type": f"watchkeeper.{kind}",
            "subject": "boiler/port",
            "time": f"2026-03-01T{time}Z",
        }
        line |= {name: members.pop(name) for name in ("id", "source", "subject") if name in members}
        return line | {"data": members}

    def facts(
        self, time: str, message: str = "", /, *, subject: str = "boiler/port", **facts: Any
    ) -> Line:
        """An event that says facts; `__` stands for the dot in their names."""
        said = {name.replace("__", "."): value for name, value in facts.items()}
        return self.event(time, facts=said, message=message, subject=subject)

    def confirm(self, time: str, rule: str, name: str) -> Line:
        """An operator confirms a step."""
        return self.event(time, "step.confirmed", source="operator/ann", rule=rule, confirm=name)

    def log(self, *lines: Line | bytes, name: str = "log.jsonl") -> Path:
        """Write a log."""
        path = self.folder / name
        whole = [
            line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode()
            for line in lines
        ]
        path.write_bytes(b"".join(line + b"\n" for line in whole))
        return path

    def replay(self, *words: str | Path) -> Ended:
        """Replay by the boilers' rules."""
        return self.run("replay", "--headless", "--rules", "boilers", *words)

    def run(self, *words: str | Path) -> Ended:
        """Run a command in the ship's folder."""
        return self._run([str(word) for word in words])
