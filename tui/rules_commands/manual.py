"""A whole rule base as a manual to read and to print."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from rules.built_in import own_facts, own_rules
from rules.read_catalogue import ENGINE
from rules.rule_base import Fact, RuleBase
from rules.wording import say_value
from tui.phrases import say_count
from tui.rules_commands.manual_parts import Conclusion, Section, conclusions, sections
from tui.safe_text import harmless

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>#|~])")
_CODE: Final = re.compile(r"\{([a-z0-9_.]+)\}")
_HOW_CONCLUDED: Final = (
    "No source says these facts: they are concluded from others. Each has the value whose "
    "conditions hold; it is unknown where conditions of different values hold, and where none hold "
    "and those of one are not known."
)


def sizes(rule_base: RuleBase) -> str:
    """How much stands in the files."""
    facts, rules = own_facts(rule_base), own_rules(rule_base)
    return f"{say_count(len(facts), 'fact')}, {say_count(len(rules), 'rule')}"


def as_markdown(rule_base: RuleBase) -> str:
    """The manual as one Markdown file."""
    return "".join(f"{line}\n" for line in _markdown(rule_base))


def _markdown(rule_base: RuleBase) -> Iterator[str]:
    families = sections(rule_base)
    yield f"# {_plain(rule_base.title or rule_base.id)}: every case and what it requires"
    yield ""
    yield (
        f"Made by `watchkeeper rules docs` from the rules; {sizes(rule_base)}. "
        "Words in `code` are facts; in texts they stand for what they say at the time."
    )
    for family, own in families.items():
        yield ""
        yield f"## {_plain(family.capitalize())}"
        yield ""
        for one in own:
            yield f"- [{_plain(one.title)}](#{_anchor(one.id)}) ({one.rule.severity})"
        for one in own:
            yield from _markdown_section(one)
    if concluded := conclusions(rule_base):
        yield ""
        yield "## Conclusions"
        yield ""
        yield _HOW_CONCLUDED
        for conclusion in concluded:
            yield from _markdown_conclusion(conclusion)
    yield ""
    yield "## Facts"
    yield ""
    yield "| Fact | Type | About | Said by | Meaning |"
    yield "|---|---|---|---|---|"
    for fact in rule_base.facts.values():
        if fact.meaning or fact.source != ENGINE:
            said_by = _plain(_said_by(fact))
            if fact.derived:
                said_by = f"[{said_by}](#{_anchor(fact.name)})"
            before = f"| `{fact.name}` | {_plain(_type(fact))} | {_plain(fact.scope)}"
            yield f"{before} | {said_by} | {_plain(fact.meaning)} |"


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
            yield from _markdown_pattern(lines)
    if one.concluded:
        yield ""
        yield _markdown_concluded(one.concluded)
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


def _markdown_conclusion(one: Conclusion) -> Iterator[str]:
    yield ""
    yield f"### {_plain(one.name)}"
    if one.meaning:
        yield ""
        yield _with_facts(one.meaning)
    for value, lines in one.cases:
        yield ""
        yield f"`{value.replace('`', chr(39))}` where:"
        yield ""
        yield from _markdown_pattern(lines)
    if one.otherwise:
        yield ""
        yield f"`{one.otherwise.replace('`', chr(39))}` where nothing of that is so."
    if one.concluded:
        yield ""
        yield _markdown_concluded(one.concluded)


def _markdown_pattern(lines: list[str]) -> Iterator[str]:
    for line in lines:
        indent = len(line) - len(line.lstrip())
        yield f"{' ' * indent}- `{line.strip().replace('`', chr(39))}`"


def _markdown_concluded(names: list[str]) -> str:
    return "Concluded: " + ", ".join(f"[`{name}`](#{_anchor(name)})" for name in names)


def _anchor(heading: str) -> str:
    """What readers of Markdown make of a heading that is a name."""
    return heading.replace(".", "")


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
a{color:inherit}.not{font-weight:bold}table{border-collapse:collapse;width:100%}
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
    if(!part.hidden&&part.matches('section:not(.conclusion)'))shown++;
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
    if concluded := conclusions(rule_base):
        body.append(f"<h2>Conclusions</h2><p>{_HOW_CONCLUDED}</p>")
        body += [line for conclusion in concluded for line in _html_conclusion(conclusion)]
    body.append("<h2>Facts</h2><table><thead><tr><th>Fact<th>Type<th>About<th>Said by<th>Meaning")
    body.append("</tr></thead><tbody>")
    for fact in rule_base.facts.values():
        said_by = _html(_said_by(fact))
        if fact.derived:
            said_by = f'<a href="#{_html(fact.name)}">{said_by}</a>'
        body.append(
            f"<tr><td><code>{_html(fact.name)}</code><td>{_html(_type(fact))}"
            f"<td>{_html(fact.scope)}<td>{said_by}<td>{_html(fact.meaning)}</tr>"
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
            yield f"<p>{_html(head)}:</p>{_html_lines(lines)}"
    if one.concluded:
        yield _html_concluded(one.concluded)
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


def _html_conclusion(one: Conclusion) -> Iterator[str]:
    yield f'<section id="{_html(one.name)}" class="conclusion"><h3>{_html(one.name)}</h3>'
    if one.meaning:
        yield f"<p>{_html_facts(one.meaning)}</p>"
    for value, lines in one.cases:
        yield f"<p><code>{_html(value)}</code> where:</p>"
        yield _html_lines(lines)
    if one.otherwise:
        yield f"<p><code>{_html(one.otherwise)}</code> where nothing of that is so.</p>"
    if one.concluded:
        yield _html_concluded(one.concluded)
    yield "</section>"


def _html_concluded(names: list[str]) -> str:
    linked = (f'<a href="#{_html(name)}"><code>{_html(name)}</code></a>' for name in names)
    return f"<p>Concluded: {', '.join(linked)}</p>"


def _html(text: str) -> str:
    """A text on one line in which nothing is HTML."""
    return html.escape(harmless(text))


def _html_lines(lines: list[str]) -> str:
    return f"<pre>{chr(10).join(map(_html, lines))}</pre>"


def _html_facts(text: str) -> str:
    parts = _CODE.split(text)
    return "".join(
        f"<code>{_html(part)}</code>" if at % 2 else _html(part) for at, part in enumerate(parts)
    )
