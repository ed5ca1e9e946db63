"""Reading a rule base from its folders: every fault is found before one is reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any, Final, NamedTuple

from rules.board import Board
from rules.built_in import built_in_facts, built_in_rules
from rules.circles import circles
from rules.documents import header_lines, read_document
from rules.fault_codes import Code
from rules.faults import Fault, RuleBaseError, nearest
from rules.overrides import Overrides
from rules.pattern import facts_named
from rules.positions import Path
from rules.read_board import read_board
from rules.read_catalogue import FACT_NAME, read_fact, read_operation, read_scope, read_source_kind
from rules.read_rules import RULE_ID, Catalogue, RuleReader, read_derivation
from rules.rule_base import Derivation, Fact, Operation, Rule, RuleBase, Scope, SourceKind
from rules.rule_files import EXPECTED, TESTS, hash_of_texts, read_file, rule_files
from rules.tables import Faults, Table

OVERRIDES: Final = "(overrides) "
"""What stands before the name of a site's file among the texts of a rule base."""
_TABLES: Final = ("rule_base", "scope", "source", "operation", "fact", "derive", "rule", "board")
_NAMED_BY: Final = {"fact": "name", "operation": "name", "derive": "fact", "rule": "id"}
"""Lists of tables, and what each table of them is called by."""
_ELSEWHERE: Final = {
    **dict.fromkeys(("test", "table", "logs", "proof"), TESTS),
    "finding": EXPECTED,
}
"""Tables of other files, and what their names end in."""


class Reading(NamedTuple):
    """What was read of a rule base: all that is sound of it, and everything that is wrong.

    `rule_paths`, `derivation_paths` and `fact_paths` say where each stands: its file, and the way
    to it within the document; `rule_tables` are the places of all that are judged, by what they
    are called, sound or not. The derived facts in `unsettled` lack derivations that are faulty."""

    rule_base: RuleBase
    faults: Faults
    rule_paths: Mapping[str, tuple[str, Path]]
    derivation_paths: Sequence[tuple[str, Path]]
    fact_paths: Mapping[str, tuple[str, Path]]
    unsettled: frozenset[str]
    rule_tables: Sequence[tuple[str, Path, frozenset[str]]] = ()


def load_rule_base(*folders: FilePath | str, overrides: FilePath | str | None = None) -> RuleBase:
    """Read every `*.toml` below the folders but tests, and a site's override file.

    Raises:
        RuleBaseError: with every fault of every file.
    """
    texts: dict[str, bytes] = {}
    faults: list[Fault] = []
    for folder in map(FilePath, folders):
        if not folder.is_dir():
            message = "is no folder of rule files"
            faults.append(Fault(str(folder), 0, 0, message, Code.FILE_UNREADABLE))
            continue
        for path in rule_files(folder):
            name = str(path.relative_to(folder))
            name = str(path) if name in texts else name
            read_file(path, name, texts, faults)
    site: dict[str, bytes] = {}
    if overrides is not None:
        read_file(FilePath(overrides), str(overrides), site, faults)
    if faults:
        raise RuleBaseError(faults)
    return load_texts(texts, next(iter(site.values()), None), str(overrides or ""))


def load_texts(
    texts: Mapping[str, bytes], overrides: bytes | None = None, overrides_name: str = ""
) -> RuleBase:
    """The same from texts in memory, by file name.

    Raises:
        RuleBaseError: with every fault of every text.
    """
    reading = read_texts(texts, overrides, overrides_name)
    if reading.faults.unusable:
        raise RuleBaseError([fault for fault in reading.faults.all() if not fault.is_warning])
    return reading.rule_base


def _all_named(tables: Any, naming: str) -> bool:
    """Whether something is a list of tables that all have a name."""
    return isinstance(tables, list) and all(
        isinstance(one, dict) and isinstance(name := one.get(naming), str) and name.strip()
        for one in tables
    )


def read_texts(
    texts: Mapping[str, bytes],
    overrides: bytes | None = None,
    overrides_name: str = "",
    *,
    incomplete: bool = False,
) -> Reading:
    """All that is sound of some texts, and everything that is wrong with them; `incomplete` where
    there are more texts, which nobody could read."""
    name = overrides_name or "overrides.toml"
    return _Loader(dict(texts), overrides, name, incomplete=incomplete).read()


class _Loader:
    def __init__(
        self,
        texts: dict[str, bytes],
        overrides: bytes | None,
        overrides_name: str,
        *,
        incomplete: bool,
    ) -> None:
        self._texts = texts
        self._all_texts = dict(texts)
        if overrides is not None:
            self._all_texts[OVERRIDES + overrides_name] = overrides
        self._faults = Faults(self._all_texts)
        self._overrides_text = overrides
        self._overrides_name = OVERRIDES + overrides_name
        self._lost: set[tuple[str, str]] = set()
        self._incomplete = incomplete
        self._faulty: set[str] = set()
        self._rule_paths: dict[str, tuple[str, Path]] = {}
        self._rule_tables: list[tuple[str, Path, frozenset[str]]] = []
        self._derivation_paths: list[tuple[str, Path]] = []
        self._fact_paths: dict[str, tuple[str, Path]] = {}
        self._unsettled: set[str] = set()

    def read(self) -> Reading:
        files = [
            Table(self._document(file, text), file, (), self._faults)
            for file, text in self._texts.items()
        ]
        self._note_what_is_lost(files)
        overrides = Overrides(None)
        if self._overrides_text is not None:
            site = read_document(self._overrides_name, self._overrides_text, self._faults)
            overrides = Overrides(Table(site.content, self._overrides_name, (), self._faults))
        rule_base_id, title = self._heading(files)
        scopes = self._named(files, "scope", read_scope)
        sources = self._named(files, "source", read_source_kind)
        operations = self._operations(files)
        facts = self._facts(files, scopes, sources)
        scopes_are_sound = self._scopes_fit(scopes, facts, files)
        catalogue = Catalogue(
            scopes,
            facts,
            operations,
            frozenset(self._faulty),
            self._incomplete,
            scopes_are_sound and not self._incomplete,
            frozenset(name[:end] for name in facts for end, sign in enumerate(name) if sign == "."),
        )
        derivations = self._derivations(files, catalogue)
        order = self._derived_order(derivations, facts)
        rules = self._rules(files, catalogue, overrides)
        board = self._board(files, catalogue)
        for file in files:
            for key in _TABLES:
                file.get(key)
            for key, ending in _ELSEWHERE.items():
                if key in file.content:
                    file.pass_over(key)
                    message = f"stands in files that end in {ending}"
                    file.fault(Code.UNKNOWN_KEY, message, key, of_key=True)
            file.finish()
        overrides.finish({rule.id for rule in rules})
        judged = tuple(rule for rule in rules if not rule.deprecated)
        built_in = [rule for scope in scopes for rule in built_in_rules(scope)]
        rule_base = RuleBase(
            id=rule_base_id,
            title=title,
            hash=hash_of_texts(self._all_texts),
            scopes=scopes,
            sources=sources,
            facts=facts,
            operations=operations,
            derivations=tuple(derivations),
            derived_order=order,
            rules=(*judged, *built_in),
            texts=self._all_texts,
            deprecated=tuple(rule for rule in rules if rule.deprecated),
            board=board,
        )
        return Reading(
            rule_base,
            self._faults,
            self._rule_paths,
            self._derivation_paths,
            self._fact_paths,
            frozenset(self._unsettled),
            self._rule_tables,
        )

    def _document(self, file: str, text: bytes) -> dict[str, Any]:
        document = read_document(file, text, self._faults)
        self._lost |= document.lost
        # Tables that stand before any header, or that nobody can name, could have been anything.
        nameless = {kind for kind, name in document.lost if not name or not kind}
        if document.incomplete or nameless - {"rule", "derive"}:
            self._incomplete = True
        return document.content

    def _note_what_is_lost(self, files: list[Table]) -> None:
        """Of what has not the form of its tables, nobody knows what it would have declared."""
        for file in files:
            for kind, naming in _NAMED_BY.items():
                if not _all_named(file.content.get(kind, []), naming):
                    self._lost.add((kind, ""))
                    self._incomplete = self._incomplete or kind in ("fact", "operation")
            misspelt = any(nearest(key, _TABLES) for key in file.content if key not in _TABLES)
            self._incomplete = self._incomplete or misspelt
            for kind in ("rule_base", "scope", "source"):
                if not isinstance(file.content.get(kind, {}), dict):
                    self._lost.add((kind, ""))
                    self._incomplete = self._incomplete or kind != "rule_base"

    def _lost_names(self, kind: str) -> set[str]:
        return {name for lost, name in self._lost if lost == kind and name}

    def _heading(self, files: list[Table]) -> tuple[str, str]:
        found = [table for file in files if (table := file.table("rule_base"))]
        if not found:
            if not self._incomplete and not any(kind == "rule_base" for kind, _ in self._lost):
                name = next(iter(self._texts), "(no files)")
                message = "no file has the table [rule_base] with id and title"
                self._faults.add_placed(Fault(name, 1, 1, message, Code.NO_HEADING))
            return "", ""
        heading = found[0]
        rule_base_id, title = heading.text("id", required=True), heading.text("title")
        heading.finish()
        for other in found[1:]:
            other.fault(Code.DECLARED_TWICE, f"[rule_base] stands in {heading.file} already")
        return rule_base_id, title

    def _named(self, files: list[Table], key: str, read: Any) -> dict[str, Any]:
        """Tables such as `[scope.NAME]`; of one that could not be read, its name alone."""
        found: dict[str, Any] = {}
        for file in files:
            group = file.table(key)
            for name in group.content if group else ():
                table = group.table(name) if group else None
                if table is not None:
                    self._unique(name, found, table, key)
                    found.setdefault(name, read(name, table))
                else:
                    self._lost.add((key, name))
        for name in sorted(self._lost_names(key) - found.keys()):
            found[name] = Scope(name=name) if key == "scope" else SourceKind(name=name)
        return found

    def _unique(self, name: str, found: Mapping[str, Any], table: Table, what: str) -> None:
        if name in found:
            message = f"the {what} {name!r} is declared a second time"
            table.fault(Code.DECLARED_TWICE, message, *(("name",) if table.has("name") else ()))

    def _operations(self, files: list[Table]) -> dict[str, Operation]:
        operations: dict[str, Operation] = {}
        for file in files:
            for table in file.tables("operation"):
                operation = read_operation(table)
                self._unique(operation.name, operations, table, "operation")
                operations.setdefault(operation.name, operation)
        self._faulty |= {f"operation {name}" for name in self._lost_names("operation")}
        return operations

    def _board(self, files: list[Table], catalogue: Catalogue) -> Board:
        found = [table for file in files if (table := file.table("board"))]
        for other in found[1:]:
            other.fault(Code.DECLARED_TWICE, f"[board] stands in {found[0].file} already")
        return read_board(found[0], catalogue) if found else Board()

    def _facts(
        self, files: list[Table], scopes: dict[str, Scope], sources: dict[str, SourceKind]
    ) -> dict[str, Fact]:
        facts: dict[str, Fact] = {}
        places: dict[str, Table] = {}
        self._faulty |= self._lost_names("fact")
        for file in files:
            for table in file.tables("fact"):
                fact = read_fact(table, scopes, sources, undecided=self._incomplete)
                if fact is None:
                    self._faulty.add(str(table.content.get("name")))
                    continue
                if table.has("otherwise") and fact.otherwise is None:
                    self._unsettled.add(fact.name)
                # Whoever misspells a name has spelt it rightly in other places.
                self._incomplete = self._incomplete or not FACT_NAME.fullmatch(fact.name)
                self._unique(fact.name, facts, table, "fact")
                facts.setdefault(fact.name, fact)
                places.setdefault(fact.name, table)
                self._fact_paths.setdefault(fact.name, (file.file, table.path))
        within = [
            (name, shorter)
            for name in facts
            for length in range(1, name.count(".") + 1)
            if (shorter := ".".join(name.split(".")[:length])) in facts
        ]
        lines = self._faults.lines_of({self._fact_paths[shorter] for _, shorter in within})
        for name, shorter in within:
            where = self._fact_paths[shorter]
            message = f"{shorter} is a fact ({where[0]}:{lines[where]}), so {name} cannot be one"
            places[name].fault(Code.NAME_WITHIN_NAME, message, "name")
        for scope in scopes:
            facts.update({fact.name: fact for fact in built_in_facts(scope)})
        return facts

    def _scopes_fit(
        self, scopes: dict[str, Scope], facts: dict[str, Fact], files: list[Table]
    ) -> bool:
        sound = not self._lost_names("scope")
        for file in files:
            said = file.content.get("scope")
            for name, one in said.items() if isinstance(said, dict) else ():
                if not isinstance(one, dict) or ("within" in one and not scopes[name].within):
                    sound = False

        def fault(name: str, message: str, *keys: str) -> None:
            nonlocal sound
            sound = False
            for file in files:
                said = file.content.get("scope")
                if isinstance(said, dict) and name in said:
                    self._faults.add(file.file, ("scope", name, *keys), Code.BAD_SCOPE, message)

        for scope in scopes.values():
            chain = [scope.name]
            while (within := scopes[chain[-1]].within) in scopes and within not in chain:
                chain.append(within)
            if within in chain:
                fault(scope.name, f"{scope.name} lies within itself", "within")
            elif within and within not in scopes and not self._incomplete:
                hint = nearest(within, scopes)
                fault(scope.name, f"within names {within!r}, which is no scope{hint}", "within")
            member_by = facts.get(scope.member_by)
            if member_by is None and (self._incomplete or scope.member_by in self._faulty):
                continue
            if scope.member_by and (
                member_by is None
                or member_by.derived
                or member_by.type != "text"
                or member_by.scope != scope.name
            ):
                fitting = [
                    fact.name
                    for fact in facts.values()
                    if fact.type == "text" and fact.scope == scope.name and not fact.derived
                ]
                hint = nearest(scope.member_by, fitting)
                message = (
                    f"member_by must name a text fact of scope {scope.name} that is not derived, "
                    f"not {scope.member_by!r}{hint}"
                )
                fault(scope.name, message, "member_by")
        return sound

    def _derivations(self, files: list[Table], catalogue: Catalogue) -> list[Derivation]:
        derivations = []
        self._unsettled |= self._lost_names("fact")
        if self._incomplete or any(kind == "derive" for kind, _ in self._lost):
            self._unsettled |= {fact.name for fact in catalogue.facts.values() if fact.derived}
        for file in files:
            lines = header_lines(self._faults.text_read(file.file), b"derive")
            for table in file.tables("derive"):
                position = int(table.path[-1])
                line, _ = lines[position] if position < len(lines) else (0, "")
                derivation = read_derivation(table, catalogue, line)
                if derivation is None:
                    fact = catalogue.facts.get(str(table.content.get("fact")))
                    derived = [one.name for one in catalogue.facts.values() if one.derived]
                    # What names no derived fact may have been meant for any.
                    self._unsettled.update([fact.name] if fact and fact.derived else derived)
                else:
                    derivations.append(derivation)
                    self._derivation_paths.append((file.file, table.path))
        return derivations

    def _derived_order(
        self, derivations: list[Derivation], facts: dict[str, Fact]
    ) -> tuple[str, ...]:
        """Each derived fact after those that it is concluded from; those of a circle come last."""
        needs: dict[str, set[str]] = {fact.name: set() for fact in facts.values() if fact.derived}
        for derivation in derivations:
            needs[derivation.fact] |= {
                name for name in facts_named(derivation.when) if facts[name].derived
            }
        order: list[str] = []
        left = dict(needs)
        while left:
            ready = [name for name, others in left.items() if not others & left.keys()]
            if not ready:
                break
            order += ready
            for name in ready:
                del left[name]
        for circle in circles(left):
            where = next(
                place
                for derivation, place in zip(derivations, self._derivation_paths, strict=True)
                if derivation.fact == circle[0] and circle[1] in set(facts_named(derivation.when))
            )
            message = f"derived facts that are concluded from one another: {' from '.join(circle)}"
            self._faults.add(*where, Code.DERIVED_CYCLE, message)
        self._unsettled |= left.keys()
        return (*order, *left)

    def _rules(
        self, files: list[Table], catalogue: Catalogue, overrides: Overrides
    ) -> tuple[Rule, ...]:
        reader = RuleReader(catalogue)
        rules: dict[str, Rule] = {}
        ids: dict[str, str] = {}
        renamed: dict[str, str] = {}
        for file in files:
            lines = header_lines(self._faults.text_read(file.file), b"rule")
            for table in file.tables("rule"):
                position = int(table.path[-1])
                line, text = lines[position] if position < len(lines) else (0, "")
                changed = overrides.apply(table)
                if changed.is_off:
                    if changed.keys:
                        # For its faults alone: once it is switched on again, they would count.
                        reader.read(table, line, text, changed.keys)
                    continue
                if not table.content.get("deprecated"):
                    aliases = table.content.get("aliases")
                    names = [
                        table.content.get("id"),
                        *(aliases if isinstance(aliases, list) else ()),
                    ]
                    called = frozenset(name for name in names if isinstance(name, str))
                    self._rule_tables.append((file.file, table.path, called))
                rule = reader.read(table, line, text, changed.keys)
                rule_id = str(table.content.get("id"))
                if rule_id in ids and table.has("id"):
                    message = f"the id {rule_id!r} stands in {ids[rule_id]} already"
                    table.fault(Code.DECLARED_TWICE, message, "id")
                ids.setdefault(rule_id, f"{file.file}:{line}")
                for number, alias in enumerate(rule.aliases if rule is not None else ()):
                    if alias in ids:
                        message = f"{alias!r} is the id of a rule in {ids[alias]}"
                        table.fault(Code.DECLARED_TWICE, message, "aliases", number)
                    ids.setdefault(alias, f"{file.file}:{line}")
                    renamed.setdefault(alias, rule_id)
                if rule is not None and rule.id not in rules:
                    rules[rule.id] = rule
                    self._rule_paths[rule.id] = file.file, table.path
        own = {str(table.content.get("id")) for file in files for table in file.tables("rule")}
        known = own | overrides.disabled | self._lost_names("rule")
        hidden = self._incomplete or any(kind == "rule" and not name for kind, name in self._lost)
        hidden = hidden or not all(map(RULE_ID.fullmatch, ids))
        for rule in rules.values():
            for place, other in enumerate(rule.suppresses):
                if other in renamed and other not in known:
                    hint = f"; it is called {renamed[other]} now"
                elif other not in known and not hidden:
                    hint = nearest(other, own)
                else:
                    continue
                name, path = self._rule_paths[rule.id]
                message = f"suppresses: {other!r} is no rule{hint}"
                self._faults.add(name, (*path, "suppresses", place), Code.UNKNOWN_RULE, message)
        self._suppressed_in_circles(rules)
        return tuple(rules.values())

    def _suppressed_in_circles(self, rules: Mapping[str, Rule]) -> None:
        suppressing = {rule.id: set(rule.suppresses) for rule in rules.values()}
        for circle in circles(suppressing):
            file, path = self._rule_paths[circle[0]]
            where = (*path, "suppresses", rules[circle[0]].suppresses.index(circle[1]))
            message = (
                f"rules that suppress one another: {' suppresses '.join(circle)}; where all of "
                "them are open, none would be shown before the others"
                if len(circle) > 2
                else f"{circle[0]} suppresses itself: nothing would be shown before it"
            )
            self._faults.add(file, where, Code.SUPPRESSED_IN_CIRCLE, message)
