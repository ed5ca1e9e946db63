"""Reading a rule base from its folders: every fault is found before one is reported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import tomli

from rules.built_in import built_in_facts, built_in_rules
from rules.faults import Fault, RuleBaseError
from rules.overrides import Overrides
from rules.pattern import facts_named
from rules.read_catalogue import read_fact, read_operation, read_scope, read_source_kind
from rules.read_rules import Catalogue, RuleReader, read_derivation
from rules.rule_base import Derivation, Fact, Operation, Rule, RuleBase, Scope, SourceKind
from rules.tables import Faults, Table

LARGEST_FILE: Final = 32 * 1024 * 1024
_HEADER: Final = re.compile(rb"^[ \t]*\[{1,2}[^\]\n]+\]", re.MULTILINE)
_OVERRIDES: Final = "(overrides) "
_TABLES: Final = ("rule_base", "scope", "source", "operation", "fact", "derive", "rule")


def load_rule_base(*folders: Path | str, overrides: Path | str | None = None) -> RuleBase:
    """Read every `*.toml` below the folders, and a site's override file.

    Raises:
        RuleBaseError: with every fault of every file.
    """
    texts: dict[str, bytes] = {}
    faults: list[Fault] = []
    for folder in map(Path, folders):
        if not folder.is_dir():
            faults.append(Fault(str(folder), 0, 0, "is no folder of rule files"))
            continue
        for path in sorted(folder.rglob("*.toml")):
            name = str(path.relative_to(folder))
            name = str(path) if name in texts else name
            _read_file(path, name, texts, faults)
    site: dict[str, bytes] = {}
    if overrides is not None:
        _read_file(Path(overrides), str(overrides), site, faults)
    if faults:
        raise RuleBaseError(faults)
    return load_texts(texts, next(iter(site.values()), None), str(overrides or ""))


def _read_file(path: Path, name: str, texts: dict[str, bytes], faults: list[Fault]) -> None:
    try:
        if path.stat().st_size > LARGEST_FILE:
            faults.append(Fault(name, 0, 0, f"is larger than {LARGEST_FILE} bytes"))
            return
        texts[name] = path.read_bytes()
    except OSError as error:
        faults.append(Fault(name, 0, 0, f"cannot be read: {error.strerror or error}"))


def load_texts(
    texts: Mapping[str, bytes], overrides: bytes | None = None, overrides_name: str = ""
) -> RuleBase:
    """The same from texts in memory, by file name.

    Raises:
        RuleBaseError: with every fault of every text.
    """
    return _Loader(dict(texts), overrides, overrides_name or "overrides.toml").load()


class _Loader:
    def __init__(
        self, texts: dict[str, bytes], overrides: bytes | None, overrides_name: str
    ) -> None:
        self._texts = texts
        self._all_texts = dict(texts)
        if overrides is not None:
            self._all_texts[_OVERRIDES + overrides_name] = overrides
        self._faults = Faults(self._all_texts)
        self._overrides_text = overrides
        self._overrides_name = _OVERRIDES + overrides_name

    def load(self) -> RuleBase:
        documents = {
            file: document
            for file, text in self._texts.items()
            if (document := self._parse(file, text)) is not None
        }
        overrides = Overrides(None)
        if self._overrides_text is not None:
            site = self._parse(self._overrides_name, self._overrides_text)
            overrides = Overrides(Table(site or {}, self._overrides_name, (), self._faults))
        files = [Table(document, file, (), self._faults) for file, document in documents.items()]
        rule_base_id, title = self._heading(files)
        scopes = self._named(files, "scope", read_scope)
        sources = self._named(files, "source", read_source_kind)
        operations: dict[str, Operation] = {}
        for file in files:
            for table in file.tables("operation"):
                operation = read_operation(table)
                self._unique(operation.name, operations, table, "operation")
                operations[operation.name] = operation
        facts = self._facts(files, scopes, sources)
        self._scopes_fit(scopes, facts, files)
        if self._faults:
            self._stop_before_rules(files)
        catalogue = Catalogue(scopes, facts, operations)
        derivations = self._derivations(files, catalogue)
        order = self._derived_order(derivations, facts)
        rules = self._rules(files, catalogue, overrides)
        for file in files:
            for key in _TABLES:
                file.get(key)
            file.finish()
        overrides.finish({rule.id for rule in rules})
        if self._faults:
            raise RuleBaseError(self._faults.all())
        built_in = [rule for scope in scopes for rule in built_in_rules(scope)]
        return RuleBase(
            id=rule_base_id,
            title=title,
            hash=hash_of_texts(self._all_texts),
            scopes=scopes,
            sources=sources,
            facts=facts,
            operations=operations,
            derivations=tuple(derivations),
            derived_order=order,
            rules=(*rules, *built_in),
            texts=self._all_texts,
        )

    def _parse(self, file: str, text: bytes) -> dict[str, Any] | None:
        try:
            return tomli.loads(text.decode("utf-8"))
        except UnicodeDecodeError as error:
            line = text.count(b"\n", 0, error.start) + 1
            column = error.start - text.rfind(b"\n", 0, error.start)
            self._faults.add_placed(
                Fault(file, line, column, f"is not UTF-8 (byte 0x{text[error.start]:02x})")
            )
        except tomli.TOMLDecodeError as error:
            message = f"is not TOML: {error.msg[:1].lower()}{error.msg[1:]}"
            self._faults.add_placed(Fault(file, error.lineno, error.colno, message))
        except RecursionError:
            self._faults.add_placed(Fault(file, 1, 1, "is nested too deeply"))
        except ValueError as error:
            self._faults.add_placed(Fault(file, 1, 1, f"cannot be read: {error}"))
        return None

    def _heading(self, files: list[Table]) -> tuple[str, str]:
        found = [table for file in files if (table := file.table("rule_base"))]
        if not found:
            if not self._faults:
                name = next(iter(self._texts), "(no files)")
                self._faults.add_placed(
                    Fault(name, 1, 1, "no file has the table [rule_base] with id and title")
                )
            return "", ""
        heading = found[0]
        rule_base_id, title = heading.text("id", required=True), heading.text("title")
        heading.finish()
        return rule_base_id, title

    def _named(self, files: list[Table], key: str, read: Any) -> dict[str, Any]:
        """Tables such as `[scope.NAME]`."""
        found: dict[str, Any] = {}
        for file in files:
            group = file.table(key)
            for name in group.content if group else ():
                table = group.table(name) if group else None
                if table is not None:
                    self._unique(name, found, table, key)
                    found[name] = read(name, table)
        return found

    def _unique(self, name: str, found: Mapping[str, Any], table: Table, what: str) -> None:
        if name in found:
            table.fault(f"the {what} {name!r} is declared a second time")

    def _facts(
        self, files: list[Table], scopes: dict[str, Scope], sources: dict[str, SourceKind]
    ) -> dict[str, Fact]:
        facts: dict[str, Fact] = {}
        for file in files:
            for table in file.tables("fact"):
                fact = read_fact(table, scopes, sources)
                if fact is not None:
                    self._unique(fact.name, facts, table, "fact")
                    facts[fact.name] = fact
        for name in facts:
            parts = name.split(".")
            for length in range(1, len(parts)):
                if (shorter := ".".join(parts[:length])) in facts:
                    for file in files:
                        for table in file.tables("fact"):
                            if table.content.get("name") == name:
                                table.fault(f"{shorter} is a fact, so {name} cannot be one", "name")
        for scope in scopes:
            facts.update({fact.name: fact for fact in built_in_facts(scope)})
        return facts

    def _scopes_fit(
        self, scopes: dict[str, Scope], facts: dict[str, Fact], files: list[Table]
    ) -> None:
        def fault(name: str, message: str) -> None:
            for file in files:
                if name in (file.content.get("scope") or {}):
                    self._faults.add(file.file, ("scope", name), message)

        for scope in scopes.values():
            chain = [scope.name]
            while (within := scopes[chain[-1]].within) in scopes and within not in chain:
                chain.append(within)
            if within in chain:
                fault(scope.name, "lies within itself")
            elif within and within not in scopes:
                fault(scope.name, f"within names {within!r}, which is no scope")
            member_by = facts.get(scope.member_by)
            if scope.member_by and (
                member_by is None or member_by.type != "text" or member_by.scope != scope.name
            ):
                fault(scope.name, f"member_by must name a text fact of scope {scope.name}")

    def _stop_before_rules(self, files: list[Table]) -> None:
        """Without a sound catalogue every rule would seem wrong."""
        raise RuleBaseError(self._faults.all())

    def _derivations(self, files: list[Table], catalogue: Catalogue) -> list[Derivation]:
        derivations = []
        for file in files:
            lines = self._header_lines(file.file, b"derive")
            for position, table in enumerate(file.tables("derive")):
                line, _ = lines[position] if position < len(lines) else (0, "")
                derivation = read_derivation(table, catalogue, line)
                if derivation is not None:
                    derivations.append(derivation)
        return derivations

    def _derived_order(
        self, derivations: list[Derivation], facts: dict[str, Fact]
    ) -> tuple[str, ...]:
        needs: dict[str, set[str]] = {fact.name: set() for fact in facts.values() if fact.derived}
        for derivation in derivations:
            needs[derivation.fact] |= {
                name for name in facts_named(derivation.when) if facts[name].derived
            }
        order: list[str] = []
        while needs:
            ready = [name for name, others in needs.items() if not others & needs.keys()]
            if not ready:
                cycle = ", ".join(sorted(needs))
                for derivation in derivations:
                    if derivation.fact in needs:
                        place = derivation.place
                        message = f"derived facts that are concluded from one another: {cycle}"
                        self._faults.add_placed(Fault(place.file, place.line, 1, message))
                break
            order += ready
            for name in ready:
                del needs[name]
        return tuple(order)

    def _rules(
        self, files: list[Table], catalogue: Catalogue, overrides: Overrides
    ) -> tuple[Rule, ...]:
        reader = RuleReader(catalogue)
        rules: dict[str, Rule] = {}
        ids: dict[str, str] = {}
        for file in files:
            lines = self._header_lines(file.file, b"rule")
            for position, table in enumerate(file.tables("rule")):
                line, text = lines[position] if position < len(lines) else (0, "")
                changed = overrides.apply(table)
                if changed is None:
                    continue
                rule = reader.read(table, line, text, changed)
                rule_id = str(table.content.get("id"))
                if rule_id in ids:
                    table.fault(f"the id {rule_id!r} stands in {ids[rule_id]} already", "id")
                ids[rule_id] = f"{file.file}:{line}"
                if rule is not None:
                    rules[rule.id] = rule
        for rule in rules.values():
            for other in rule.suppresses:
                if other not in ids and other not in overrides.disabled:
                    message = f"{rule.id}: suppresses {other!r}, which is no rule"
                    self._faults.add_placed(Fault(rule.place.file, rule.place.line, 1, message))
        return tuple(rules.values())

    def _header_lines(self, file: str, name: bytes) -> list[tuple[int, str]]:
        """The line of each `[[NAME]]` and its text up to the next table of another."""
        text = self._texts[file]
        starts = [match.start() for match in _HEADER.finditer(text)] + [len(text)]
        inner = re.compile(rb"[ \t]*\[{1,2}[ \t]*" + name + rb"[ \t]*\.")
        own = re.compile(rb"[ \t]*\[\[[ \t]*" + name + rb"[ \t]*\]")
        found: list[list[int]] = []
        for start, end in pairwise(starts):
            if own.match(text, start):
                found.append([start, end])
            elif inner.match(text, start) and found and found[-1][1] == start:
                found[-1][1] = end
        lines, line, before = [], 1, 0
        for start, end in found:
            line += text.count(b"\n", before, start)
            before = start
            lines.append((line, text[start:end].decode("utf-8", "replace").rstrip() + "\n"))
        return lines


def hash_of_texts(texts: Mapping[str, bytes]) -> str:
    """What the journal calls a rule base by: sixteen hexadecimal digits over names and texts."""
    digest = sha256()
    for name, text in sorted(texts.items()):
        digest.update(b"%d %d " % (len(name.encode()), len(text)) + name.encode() + text)
    return digest.hexdigest()[:16]
