"""A whole rule base as a manual to read and to print."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from rules.authoring.patterns_in_words import pattern_in_a_line, pattern_lines
from rules.built_in import BUILT_IN
from rules.rule_base import Fact, Rule, RuleBase, Source, Step
from rules.values import show_duration
from rules.vocabulary import SEVERITIES
from rules.wording import say_value
from tui.phrases import operation_title, say_grade, say_source
from tui.safe_text import harmless

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>#|~])")
_CODE: Final = re.compile(r"\{([a-z0-9_.]+)\}")


class Section:
    """A rule as parts that both forms of the manual are made of."""

    def __init__(self, rule: Rule, rule_base: RuleBase) -> None:
        self.rule = rule
        self.id = rule.id
        self.title = harmless(rule.title)
        self.about = [
            ("Severity", rule.severity),
            ("About", rule.scope),
            ("Source", say_source(rule.source)),
        ]
        if rule.cases:
            self.about.append(("Cases", ", ".join(harmless(case) for case in rule.cases)))
        if rule.occurrence:
            self.about.append(("Anew with each", rule.occurrence))
        if rule.suppresses:
            self.about.append(("Stands before", ", ".join(rule.suppresses)))
        if rule.aliases:
            self.about.append(("Was called", ", ".join(rule.aliases)))
        if rule.deprecated:
            self.about.append(("Not judged any more", harmless(rule.deprecated)))
        held = f", for {show_duration(rule.hold)}" if rule.hold else ""
        self.signals_head = f"Signals{held}"
        self.signals = [harmless(line) for line in pattern_lines(rule.when, rule_base)]
        self.until = (
            [harmless(line) for line in pattern_lines(rule.until, rule_base)]
            if rule.until is not None
            else []
        )
        self.impact = harmless(rule.impact)
        self.forbidden = [
            f"{operation_title(rule_base.operations, part.operation)}"
            + (f" on the {part.scope}" if part.scope else "")
            + (f": {harmless(part.text)}" if part.text else "")
            + f" ({say_grade(part.source)})"
            for part in rule.forbid
        ]
        self.support = f"Contact support ({say_grade(rule.support)})" if rule.support else ""
        self.steps = [_step(step, rule.source, rule_base) for step in rule.steps]


def _step(step: Step, around: Source, rule_base: RuleBase) -> str:
    said = [harmless(step.do)]
    if step.wait is not None:
        bounds = [
            f"{word} {show_duration(span)}"
            for word, span in (("at least", step.wait.at_least), ("at most", step.wait.at_most))
            if span is not None
        ]
        said.append(f"[wait {' and '.join(bounds)} from {step.wait.start}]")
    if step.confirm:
        said.append("[to be confirmed]")
    if step.done_when is not None:
        said.append(f"[done when {harmless(pattern_in_a_line(step.done_when, rule_base))}]")
    if step.starts and step.once_allowed:
        said.append("[once nothing forbids it]")
    if step.source != around:
        said.append(f"({say_grade(step.source)})")
    return " ".join(said)


def sections(rule_base: RuleBase) -> dict[str, list[Section]]:
    """Every rule by the file that it stands in, the worst first."""
    found: dict[str, list[Section]] = {}
    rules = [rule for rule in (*rule_base.rules, *rule_base.deprecated) if rule.hash != BUILT_IN]
    for rule in rules:
        family = rule.place.file.rpartition("/")[2].removesuffix(".toml")
        found.setdefault(harmless(family), []).append(Section(rule, rule_base))
    for own in found.values():
        own.sort(key=lambda one: SEVERITIES.index(one.rule.severity))
    return found


def as_markdown(rule_base: RuleBase) -> str:
    """The manual as one Markdown file."""
    return "".join(f"{line}\n" for line in _markdown(rule_base))


def _markdown(rule_base: RuleBase) -> Iterator[str]:
    families = sections(rule_base)
    yield f"# {_plain(rule_base.title or rule_base.id)}: every case and what it requires"
    yield ""
    yield (
        f"Made by `watchkeeper rules docs` from the rules; {len(rule_base.facts)} facts, "
        f"{sum(map(len, families.values()))} rules. Words in `code` are facts; in texts they stand "
        "for what they say at the time."
    )
    for family, own in families.items():
        yield ""
        yield f"## {_plain(family.capitalize())}"
        yield ""
        for one in own:
            yield f"- [{_plain(one.title)}](#{one.id.replace('.', '')}) ({one.rule.severity})"
        for one in own:
            yield from _markdown_section(one)
    yield ""
    yield "## Facts"
    yield ""
    yield "| Fact | Type | About | Said by | Meaning |"
    yield "|---|---|---|---|---|"
    for fact in rule_base.facts.values():
        if fact.meaning or fact.source != "engine":
            cells = (f"`{fact.name}`", _type(fact), fact.scope, _said_by(fact), fact.meaning)
            yield "| " + " | ".join([cells[0], *map(_plain, cells[1:])]) + " |"


def _markdown_section(one: Section) -> Iterator[str]:
    yield ""
    yield f"### {one.id}"
    yield ""
    yield f"**{_plain(one.title)}**"
    yield ""
    for word, said in one.about:
        yield f"- {word}: {_plain(said)}"
    if one.impact:
        yield ""
        yield _with_facts(one.impact)
    for head, lines in ((one.signals_head, one.signals), ("Until", one.until)):
        if lines:
            yield ""
            yield f"{head}:"
            yield ""
            for line in lines:
                indent = len(line) - len(line.lstrip())
                yield f"{' ' * indent}- `{line.strip().replace('`', chr(39))}`"
    if one.forbidden or one.support:
        yield ""
        for said in one.forbidden:
            yield f"- **Do not** {_with_facts(said)}"
        if one.support:
            yield f"- **{_plain(one.support)}**"
    if one.steps:
        yield ""
        for number, said in enumerate(one.steps, 1):
            yield f"{number}. {_with_facts(said)}"


def _plain(text: str) -> str:
    """A text in which nothing is Markdown."""
    return _SPECIAL.sub(r"\\\1", harmless(text))


def _with_facts(text: str) -> str:
    """A text whose facts in braces are code and in which nothing else is Markdown."""
    parts = _CODE.split(text)
    return "".join(f"`{part}`" if at % 2 else _plain(part) for at, part in enumerate(parts))


def _type(fact: Fact) -> str:
    if fact.values:
        return ", ".join(fact.values)
    return f"{fact.type} ({fact.unit})" if fact.unit else fact.type


def _said_by(fact: Fact) -> str:
    default = f", else {say_value(fact.default, fact)}" if fact.default is not None else ""
    return f"{fact.source or 'derived'}{default}"


_STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem;color:#111}
code,pre{font:14px/1.45 ui-monospace,monospace}
pre{white-space:pre-wrap;background:#f4f4f4;padding:.5rem}
#find{position:sticky;top:0;background:#fff;padding:.5rem 0;display:block}
#find input{font:inherit;width:100%;box-sizing:border-box;padding:.4rem}
section{border-top:1px solid #bbb;margin-top:1.5rem}h3{margin-bottom:0}
.critical h3:before{content:"\\2716 "}.warning h3:before{content:"\\25b2 "}
.not{font-weight:bold}table{border-collapse:collapse;width:100%}
td,th{border:1px solid #bbb;padding:.2rem .4rem;text-align:left;vertical-align:top}
[hidden]{display:none}
@media print{#find{display:none}section{break-inside:avoid}}
@media (prefers-color-scheme:dark){body,#find{background:#111;color:#eee}pre{background:#222}}
"""

_SCRIPT: Final = """
const box=document.querySelector('#find input'),count=document.querySelector('#count');
const parts=[...document.querySelectorAll('section,tbody tr')];
const texts=parts.map(part=>part.textContent.toLowerCase());
box.addEventListener('input',()=>{
  const words=box.value.toLowerCase().split(/\\s+/).filter(word=>word);
  let shown=0;
  parts.forEach((part,at)=>{
    part.hidden=!words.every(word=>texts[at].includes(word));
    if(!part.hidden&&part.tagName==='SECTION')shown++;
  });
  count.textContent=words.length?shown+' rules':'';
});
"""


def as_html(rule_base: RuleBase) -> str:
    """The manual as one page that needs nothing else, with search."""
    families = sections(rule_base)
    title = _html(rule_base.title or rule_base.id)
    body = [f"<h1>{title}: every case and what it requires</h1>"]
    body.append(
        '<label id="find">Find <input type="search" placeholder="words, facts, pages">'
        '<span id="count" role="status"></span></label>'
    )
    for family, own in families.items():
        body.append(f"<h2>{_html(family.capitalize())}</h2>")
        body += [line for one in own for line in _html_section(one)]
    body.append("<h2>Facts</h2><table><thead><tr><th>Fact<th>Type<th>About<th>Said by<th>Meaning")
    body.append("</tr></thead><tbody>")
    for fact in rule_base.facts.values():
        cells = (_type(fact), fact.scope, _said_by(fact), fact.meaning)
        body.append(
            f"<tr><td><code>{_html(fact.name)}</code>"
            + "".join(f"<td>{_html(cell)}" for cell in cells)
            + "</tr>"
        )
    body.append("</tbody></table>")
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body>\n"
        + "\n".join(body)
        + f"\n<script>{_SCRIPT}</script></body></html>\n"
    )


def _html_section(one: Section) -> Iterator[str]:
    yield f'<section id="{_html(one.id)}" class="{one.rule.severity}">'
    yield f"<h3>{_html(one.title)}</h3><p><code>{_html(one.id)}</code></p><ul>"
    for word, said in one.about:
        yield f"<li>{word}: {_html(said)}"
    yield "</ul>"
    if one.impact:
        yield f"<p>{_html_facts(one.impact)}</p>"
    for head, lines in ((one.signals_head, one.signals), ("Until", one.until)):
        if lines:
            yield f"<p>{_html(head)}:</p><pre>{_html(chr(10).join(lines))}</pre>"
    if one.forbidden or one.support:
        yield "<ul>"
        for said in one.forbidden:
            yield f'<li><span class="not">Do not</span> {_html_facts(said)}'
        if one.support:
            yield f'<li class="not">{_html(one.support)}'
        yield "</ul>"
    if one.steps:
        yield "<ol>"
        for said in one.steps:
            yield f"<li>{_html_facts(said)}"
        yield "</ol>"
    yield "</section>"


def _html(text: str) -> str:
    return html.escape("\n".join(harmless(line) for line in text.split("\n")))


def _html_facts(text: str) -> str:
    parts = _CODE.split(text)
    return "".join(
        f"<code>{_html(part)}</code>" if at % 2 else _html(part) for at, part in enumerate(parts)
    )
