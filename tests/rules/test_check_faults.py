"""Every fault of a rule base is told at once: with its kind, its place, and what would be right."""

from __future__ import annotations

from typing import Final

import pytest
from rule_texts import CATALOGUE, RULE, check, codes, rule

from rules.authoring.checking import check_texts
from rules.fault_codes import MEANINGS, Code
from rules.loader import OVERRIDES


def test_a_rule_base_without_faults_has_none() -> None:
    assert check(CATALOGUE, RULE).faults == []


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ('title = "A mill"', 'titel = "A mill"', "WK010", "did you mean title?"),
        ('id = "mill"\n', "\n", "WK011", "id is missing"),
        ('id = "wheel-bad"', "id = 7", "WK012", "must be a text, not a whole number"),
        ('"critical"', '"critcal"', "WK013", "did you mean critical?"),
        ('title = "Start to grind"', 'title = ""', "WK014", "must not be empty"),
        ('heartbeat = "1m"', 'heartbeat = "1 minute"', "WK015", '"90s"'),
        ('id = "wheel-bad"', 'id = "Wheel bad"', "WK016", "lower case"),
        ('member_by = "wheel.mill"', 'member_by = "wheel.state"', "WK020", "text fact"),
        ('values = ["good", "bad"]', 'values = ["good", "bad", "bad"]', "WK019", "twice"),
        ('name = "wheel.speed"', 'name = "wheel.heat.rate"', "WK023", "wheel.heat is a fact"),
        ('fact = "wheel.verdict"', 'fact = "wheel.state"', "WK024", "not declared as a derived"),
        ('wheel.verdict = "bad" }', 'wheel.verdit = "bad" }', "WK030", "mean wheel.verdict"),
        ('wheel.verdict = "bad" }', 'wheel.verdict = "worse" }', "WK031", "one of good, bad"),
        ('wheel.verdict = "bad" }', 'mill.open = "yes" }', "WK032", "true or false"),
        ('wheel.verdict = "bad" }', "wheel.heat = { abov = 1 } }", "WK033", "did you mean above"),
        ('wheel.verdict = "bad" }', "wheel.state = { above = 1 } }", "WK034", "no order"),
        (
            'wheel.verdict = "bad" }',
            'wheel.heat = { same_as = "wheel.speed" } }',
            "WK035",
            "float in rpm",
        ),
        ('wheel.verdict = "bad" }', 'wheel.mill = { matches = "(" } }', "WK036", "no regular"),
        ('wheel.verdict = "bad" }', 'wheel.mill = { matches = "a(?!b)" } }', "WK036", "looking"),
        (
            'wheel.verdict = "bad" }',
            r"wheel.mill = { matches = '(a)\1' } }",
            "WK036",
            "back-references are not",
        ),
        (
            'wheel.verdict = "bad" }',
            'wheel.mill = { matches = "([ab]c){1000}" } }',
            "WK036",
            "at most 2,000",
        ),
        ('wheel.verdict = "bad" }', 'wheel.mill = { matches = "" } }', "WK036", "at most 1000"),
        ('{ wheel.verdict = "bad" }', "{}", "WK037", "must not be empty"),
        ("{wheel.state}", "{wheel.stat}", "WK030", "did you mean wheel.state"),
        ("{wheel.state}", "{wheel state}", "WK043", "{update.id}"),
        ('confirm = "called"', "done_when = { confirm.call = true }", "WK042", "whose steps"),
        ('confirm = "called"', 'wait = { from = "wheel.oiled_at" }', "WK045", "at_least"),
        ('confirm = "called"', 'starts = "grnd"', "WK013", "did you mean grind?"),
        ("page = 3, ", 'page = "three", ', "WK012", "whole number"),
    ],
)
def test_a_fault_has_its_kind_and_says_what_would_be_right(
    old: str, new: str, code: str, said: str
) -> None:
    text = CATALOGUE + RULE
    assert old in text
    changed = text.replace(old, new, 1)
    faults = check(changed).faults
    assert [str(fault.code) for fault in faults] == [code]
    assert said in faults[0].message
    line = changed.splitlines()[faults[0].line - 1]
    assert 1 <= faults[0].column <= len(line) + 1


def test_a_place_counts_characters_and_not_bytes() -> None:
    text = RULE.replace('{ document = "The miller\'s book"', '{ section = "Öl", documen = "Ö"')
    (unknown,) = check(CATALOGUE, text).faults
    line = text.splitlines()[unknown.line - 1 - CATALOGUE.count("\n")]
    assert line[unknown.column - 1 :][: unknown.length] == "documen"


def test_a_hundred_faults_are_a_hundred_messages() -> None:
    rules = "".join(rule(f"r{n}", f"wheel.stat{n} = 1") for n in range(100))
    assert codes(CATALOGUE, rules) == ["WK030"] * 100


def test_a_faulty_fact_is_one_fault_however_many_rules_name_it() -> None:
    rules = "".join(rule(f"r{n}", "wheel.heat = { above = 1 }") for n in range(9))
    text = CATALOGUE.replace('type = "float"\nunit = "celsius"', 'type = "flot"\nunit = "celsius"')
    assert codes(text, rules, RULE.replace("verdict", "verdikt")) == ["WK013", "WK030"]


def test_a_table_that_is_no_toml_hides_nothing_of_the_others() -> None:
    broken = CATALOGUE.replace('name = "wheel.heat"', 'name = "wheel.heat"\nunit = celsius')
    first = rule("one", "wheel.heat = { above = 1 }").replace('"one"', '"one')
    found = check(broken, first, rule("two", "wheel.hot = 1, wheel.heat = { below = 1 }")).faults
    assert [str(fault.code) for fault in found] == ["WK003", "WK003", "WK030"]


def test_every_syntax_error_of_a_file_is_told() -> None:
    rules = "".join(rule(f"r{n}", "wheel.state = stuck") for n in range(20))
    assert codes(CATALOGUE, rules) == ["WK003"] * 20


def test_facts_that_follow_from_one_another_are_told_as_a_circle() -> None:
    derived = "".join(
        f'[[fact]]\nname = "{name}"\ntype = "bool"\nscope = "wheel"\nderived = true\n'
        f'[[derive]]\nfact = "{name}"\nvalue = true\nwhen = {{ {other} = true }}\n'
        for name, other in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"))
    )
    (fault,) = check(CATALOGUE, derived).faults
    assert fault.code == Code.DERIVED_CYCLE
    assert "a from b from c from a" in fault.message


def test_what_a_good_rule_lacks_is_a_warning() -> None:
    bare = '[[rule]]\nid = "bare"\ntitle = "B"\nseverity = "notice"\nwhen = { mill.open = true }\n'
    checked = check(CATALOGUE, bare)
    assert not checked.errors
    assert [str(fault.code) for fault in checked.warnings] == ["WK070", "WK072", "WK073"]
    ungraded = RULE.replace(', grade = "guide"', "")
    assert codes(CATALOGUE, ungraded) == ["WK071"]


@pytest.mark.parametrize(
    ("rules", "code", "said"),
    [
        (
            rule("r", 'wheel.state = "stuck", all = [{ wheel.state = { not = "stuck" } }]'),
            "WK050",
            'wheel.state = "stuck" excludes wheel.state is not "stuck"',
        ),
        (rule("r", "wheel.heat = { above = 5, at_most = 5 }"), "WK050", "excludes"),
        (rule("r", 'wheel.verdict = "bad", wheel.state = "turning"'), "WK050", "excludes"),
        (
            rule("r", 'wheel.oiled_at = { older_than = "2h", newer_than = "1h" }'),
            "WK050",
            "excludes",
        ),
        (
            rule("r", "mill.open = true", "until = { wheel.heat = { above = 9, below = 9 } }"),
            "WK051",
            "excludes",
        ),
        (
            rule(
                "r",
                "mill.open = true",
                then='impact = "x"\n[[rule.then.step]]\ndo = "x"\n'
                "done_when = { none = [{ mill.open = true }, { mill.open = false }] }",
            ),
            "WK053",
            "is never so",
        ),
        (
            '[[derive]]\nfact = "wheel.verdict"\nvalue = "good"\n'
            'when = { wheel.state = "stuck" }\n',
            "WK054",
            'wheel.state = "stuck"',
        ),
        (
            rule("r", 'mill.open = true, any = [{ mill.open = false }, { wheel.state = "stuck" }]'),
            "WK056",
            "mill.open = false",
        ),
        (
            rule("r", 'wheel.state = "stuck"')
            + rule("s", 'wheel.verdict = "bad"', 'suppresses = ["r"]'),
            "WK057",
            "s holds, which suppresses it",
        ),
        (
            rule("r", 'wheel.state = ["stuck", "broken"]') + rule("s", 'wheel.verdict = "bad"'),
            "WK058",
            "same situations as r",
        ),
        (rule("r", "mill.open = true", "until = { mill.open = true }"), "WK059", "resolved"),
        (
            rule("r", "mill.open = true", then='impact = "x"\nforbid = [{ operation = "grind" }]')
            + rule(
                "s",
                'wheel.state = "turning"',
                then='impact = "x"\n[[rule.then.step]]\ndo = "Grind"\nstarts = "grind"',
            ),
            "WK055",
            "can be forbidden at the same time by r",
        ),
    ],
)
def test_conditions_are_looked_at_together(rules: str, code: str, said: str) -> None:
    (fault,) = check(CATALOGUE, rules).faults
    assert str(fault.code) == code
    assert said in fault.message


@pytest.mark.parametrize(
    "rules",
    [
        rule("r", "wheel.heat = { above = 5, at_most = 5.1 }"),
        rule(
            "r",
            "mill.open = true",
            "until = { confirm.seen = true }",
            then='impact = "x"\n[[rule.then.step]]\ndo = "x"\nconfirm = "seen"',
        ),
        rule("r", 'wheel.state = "stuck"', 'for = "1m"')
        + rule("s", 'wheel.verdict = "bad"', 'suppresses = ["r"]', 'for = "2m"'),
        rule("r", 'wheel.state = "stuck"') + rule("s", 'wheel.state = "stuck"', 'for = "2m"'),
        rule("r", 'wheel.mill = { matches = "^a" }, all = [{ wheel.mill = { matches = "b$" } }]'),
        rule("r", "mill.open = true", then='impact = "x"\nforbid = [{ operation = "grind" }]')
        + rule(
            "s",
            "mill.open = false",
            then='impact = "x"\n[[rule.then.step]]\ndo = "Grind"\nstarts = "grind"',
        ),
    ],
)
def test_nothing_is_told_that_is_not_surely_so(rules: str) -> None:
    assert codes(CATALOGUE, rules) == []


def test_a_value_that_no_derivation_gives_is_told() -> None:
    text = CATALOGUE.replace('values = ["good", "bad"]', 'values = ["good", "bad", "odd"]')
    (fault,) = check(text).faults
    assert fault.code == Code.VALUE_NEVER_CONCLUDED
    assert "odd" in fault.message


def test_every_code_has_its_meaning() -> None:
    assert set(MEANINGS) == set(Code)
    assert len({heading for heading, _ in MEANINGS.values()}) == len(MEANINGS)


def test_a_warning_can_be_allowed_where_it_stands_for_a_reason() -> None:
    bare = '[[rule]]\nid = "bare"\ntitle = "B"\nseverity = "notice"\nwhen = { mill.open = true }\n'

    def warned(comment: str, rest: str = "") -> list[str]:
        return [str(fault.code) for fault in check(CATALOGUE, comment + rest + bare).faults]

    every = ["WK070", "WK072", "WK073"]
    assert warned("# allow WK070, WK073: a draft of ours\n") == ["WK072"]
    assert warned("# allow WK070, WK073:\n") == every
    assert warned("# allow WK070: a draft\n", "\n") == every
    assert warned("# allow WK030: no error can be allowed\n", rule("r", "wheel.stat = 1")) == [
        "WK030",
        *every,
    ]
    beside = bare.replace("[[rule]]", "[[rule]] # allow WK072: it goes without saying")
    checked = check(CATALOGUE, beside)
    assert [str(fault.code) for fault in checked.faults] == ["WK070", "WK073"]
    assert [str(fault.code) for fault in checked.allowed] == ["WK072"]


BROKEN: Final = (
    "a = { b = 1, b = 2 }",
    "a = ",
    'a = "never closed',
    "[rule.then]\n[rule.then]",
    "\u00e9 = 1",
)


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("place", range(3))
def test_faults_beside_one_of_form_stand_at_their_own_lines(broken: str, place: int) -> None:
    """A table that cannot be read is still counted when lines are looked up."""
    rules = [
        rule("one", "wheel.state = 'stucc'"),
        rule("two", "mill.open = true", then='impact = "{wheel.staat}"'),
        rule("three", "mill.open = 5", "hold = 1"),
    ]
    rules.insert(place, rule("broken", "mill.open = true", broken))
    text = CATALOGUE + "\n".join(rules)
    lines = text.split("\n")
    found = [fault for fault in check(text).faults if fault.code not in ("WK003", "WK002")]
    said = {(lines[fault.line - 1].partition(" ")[0], str(fault.code)) for fault in found}
    assert {("when", "WK031"), ("impact", "WK030"), ("when", "WK032"), ("hold", "WK010")} <= said
    where = {fault.message.partition(":")[0]: fault.line for fault in found}
    assert lines[where["wheel.state"] - 1] == "when = { wheel.state = 'stucc' }"
    assert lines[where["mill.open"] - 1] == "when = { mill.open = 5 }"
    assert lines[where["hold"] - 1] == "hold = 1"


def test_what_is_too_deep_to_be_looked_into_is_told_and_nothing_else() -> None:
    """A derived fact that is concluded from more facts than can be taken together."""
    count = 1100
    facts = "".join(
        f'[[fact]]\nname = "wheel.n{n}"\ntype = "bool"\nscope = "wheel"\nsource = "gauge"\n'
        for n in range(count)
    )
    derived = "".join(
        f'[[derive]]\nfact = "wheel.verdict"\nvalue = "bad"\nwhen = {{ wheel.n{n} = true }}\n'
        for n in range(count)
    )
    assert set(codes(CATALOGUE, facts, derived, RULE)) == {"WK075"}


@pytest.mark.parametrize(
    ("override", "code", "line"),
    [
        ('severity = "warn"', "WK013", 2),
        ("severity = 5", "WK012", 2),
        ('for = "1 h"', "WK015", 2),
        ('enabled = "no"', "WK012", 2),
        ('when = { wheel.verdict = "worse" }', "WK031", 2),
        ('[override."wheel-bad".when]\nwheel.verdict = 7', "WK032", 3),
        ('for = "1 h"\nenabled = false', "WK015", 2),
        ('when = { wheel.verdict = "worse" }\nenabled = false', "WK031", 2),
        ("when = { wheel.turns = 1 }\nenabled = false", "WK018", 2),
        ('enabled = false\nsevrity = "notice"', "WK010", 3),
    ],
)
def test_a_fault_of_an_override_stands_in_the_override(override: str, code: str, line: int) -> None:
    site = f'[override."wheel-bad"]\n{override}\n'.encode()
    base = {"mill.toml": (CATALOGUE + RULE).encode()}
    found = check_texts(base, site, "site.toml").faults
    assert [
        (fault.file.removeprefix(OVERRIDES), str(fault.code), fault.line) for fault in found
    ] == [("site.toml", code, line)]


@pytest.mark.parametrize(
    ("version", "sound"),
    [("2", True), ("v5.20.01-0312345", True), ("2.x", False), ("16.4-rc1", True), ("2.1b", False)],
)
def test_a_version_to_compare_with_has_numbers_between_dots(version: str, sound: bool) -> None:
    fact = '[[fact]]\nname = "wheel.make"\ntype = "version"\nscope = "wheel"\nsource = "gauge"\n'
    compared = rule("made", f'wheel.make = {{ at_least = "{version}" }}')
    assert codes(CATALOGUE, fact, compared) == ([] if sound else ["WK032"])


@pytest.mark.parametrize(
    ("version", "form"),
    [
        ("2.x", '{ at_least = "2", below = "3" }'),
        ("2.1.x", '{ at_least = "2.1", below = "2.2" }'),
        ("2.1b", 'such as "5.20.01"'),
    ],
)
def test_what_is_no_version_is_told_with_what_to_write(version: str, form: str) -> None:
    fact = '[[fact]]\nname = "wheel.make"\ntype = "version"\nscope = "wheel"\nsource = "gauge"\n'
    (fault,) = check(CATALOGUE, fact, rule("made", f'wheel.make = "{version}"')).faults
    assert form in fault.message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('values = ["good", "bad"]\n', "", "wheel.verdict is an enum"),
        ('severity = "critical"', "severity = 1", "one of critical, warning"),
        ('severity = "critical"', 'severity = "critical"\nfor = 30', '"30s"'),
        ('member_by = "wheel.mill"', 'member_by = "wheel.mil"', "not 'wheel.mil'; did you mean wh"),
        ('title = "A mill"', 'title = "A mill"\nzzz = 1', "there are id, title"),
        ('name = "wheel.speed"', 'name = "wheel.heat.rate"', "(mill.toml:27)"),
        ('wheel.verdict = "bad" }', 'wheel.heat = { same_as = "wheel.heat" } }', "with itself"),
        ('wheel.verdict = "bad" }', 'wheel.heat = { known = "yes" } }', "without quotes"),
        ('title = "A mill"', 'title = "A mill', "a text is not closed"),
        ('id = "mill"', 'id = "mill"\nid = "mill"', "each key stands once"),
    ],
)
def test_a_message_says_which_and_what_would_be_right(old: str, new: str, said: str) -> None:
    text = CATALOGUE + RULE
    assert old in text
    messages = [fault.message for fault in check(text.replace(old, new, 1)).faults]
    assert any(said in message for message in messages), messages


def test_a_rule_that_suppresses_itself_is_told_in_so_many_words() -> None:
    (fault,) = check(CATALOGUE, rule("self", "mill.open = true", 'suppresses = ["self"]')).faults
    assert str(fault.code) == "WK048"
    assert "self suppresses itself" in fault.message


def test_rules_that_suppress_one_another_are_told_once_for_each_circle() -> None:
    rules = (
        rule("above", "wheel.speed = 1", 'suppresses = ["a"]')
        + rule("a", "wheel.speed = 2", 'suppresses = ["below", "b"]')
        + rule("b", "wheel.speed = 3", 'suppresses = ["c"]')
        + rule("c", "wheel.speed = 4", 'suppresses = ["a"]')
        + rule("below", "wheel.speed = 5")
        + rule("d", "mill.open = true", 'suppresses = ["e"]')
        + rule("e", "wheel.speed = 6", 'suppresses = ["d"]')
    )
    found = check(CATALOGUE, rules).faults
    lines = (CATALOGUE + rules).splitlines()
    assert [(str(fault.code), lines[fault.line - 1][fault.column - 1 :]) for fault in found] == [
        ("WK048", '"b"]'),
        ("WK048", '"e"]'),
    ]
    assert "a suppresses b suppresses c suppresses a" in found[0].message
    assert "d suppresses e suppresses d" in found[1].message


def test_many_rules_in_one_circle_are_looked_at_in_little_time() -> None:
    rules = [
        rule(f"r{n}", f"wheel.speed = {n}", f'suppresses = ["r{(n + 1) % 1000}"]')
        for n in range(1000)
    ]
    assert codes(CATALOGUE, *rules) == ["WK048"]


def test_a_former_name_of_a_rule_suppresses_nothing_and_the_new_one_is_named() -> None:
    rules = rule("new", "mill.open = true", 'aliases = ["old"]')
    (fault,) = check(CATALOGUE, rules, rule("r", "wheel.speed = 1", 'suppresses = ["old"]')).faults
    assert str(fault.code) == "WK046"
    assert fault.message == "suppresses: 'old' is no rule; it is called new now"


@pytest.mark.parametrize(
    ("override", "place", "said"),
    [
        ("when = { wheel.heat = { below = 3 } }", (2, "3 } }"), "excludes wheel.heat below 3"),
        ("[override.hot.when]\nwheel.heat.above = 200", (3, "200"), "(the rule is in mill.toml)"),
        ("until = { wheel.heat = { below = 300 } }", (2, "300 } }"), "resolved whenever"),
        ("when.wheel.heat = 5", (2, "5"), "the rule has a table with above, below here"),
        ("when.wheel.het.above = 5", (2, "when.wheel.het"), "did you mean heat?"),
        ("when.any = [{ mill.open = false }]", (2, "[{ mill"), "a list of 2 patterns"),
        ("sevrity = 'notice'", (2, "sevrity"), "there are enabled, for, severity, until, when"),
        ("when = 7", (2, "7"), "the rule has a table with wheel, any here"),
    ],
)
def test_what_an_override_does_wrong_is_told_at_its_line(
    override: str, place: tuple[int, str], said: str
) -> None:
    when = (
        "wheel.heat = { above = 5, below = 100 }, any = [{ mill.open = true }, { wheel.speed = 1 }]"
    )
    hot = rule("hot", when, "until = { wheel.heat = { below = 4 } }")
    site = f"[override.hot]\n{override}\n"
    (fault,) = check_texts({"mill.toml": (CATALOGUE + hot).encode()}, site.encode()).faults
    line, marked = place
    assert (fault.file.removeprefix(OVERRIDES), fault.line) == ("overrides.toml", line)
    assert site.split("\n")[line - 1][fault.column - 1 :].startswith(marked)
    assert said in fault.message


def test_an_override_changes_one_of_several_patterns() -> None:
    hot = rule("hot", "any = [{ mill.open = true }, { wheel.heat = { above = 5 } }]")
    site = b"[override.hot]\nwhen.any = [{}, { wheel.heat = { above = 7 } }]\n"
    checked = check_texts({"mill.toml": (CATALOGUE + hot).encode()}, site)
    assert checked.faults == []
    (found,) = (one for one in checked.rule_base.rules if one.id == "hot")
    assert "7" in str(found.when)
    assert "mill.open" in str(found.when)


@pytest.mark.parametrize("odd", ["{wheel.staat}", "{wheel state}", "{"])
def test_the_caret_stands_under_what_a_text_names_wrongly(odd: str) -> None:
    text = CATALOGUE + RULE.replace("No flour", f"Öl, no flour {odd}")
    (fault,) = check(text).faults
    assert text.split("\n")[fault.line - 1][fault.column - 1 :][: fault.length] == odd


def test_two_words_that_no_catalogue_knows_count_as_the_same_and_that_is_warned_of() -> None:
    other = (
        '[[fact]]\nname = "wheel.wanted"\ntype = "enum"\nvalues = ["turning", "stuck"]\n'
        'scope = "wheel"\nsource = "gauge"\n'
    )
    same = '{ same_as = "wheel.wanted" }'
    known = '{ same_as = "wheel.wanted", not = "unrecognised" }'
    differs = '{ differs_from = "wheel.wanted" }'
    (fault,) = check(CATALOGUE, other, rule("r", f"wheel.state = {same}")).faults
    assert (str(fault.code), fault.is_warning) == ("WK077", True)
    until = rule("r", "mill.open = true, wheel.heat = 1", f"until = {{ wheel.state = {same} }}")
    assert codes(CATALOGUE, other, until) == ["WK077"]
    assert codes(CATALOGUE, other, rule("r", f"wheel.state = {known}")) == []
    assert codes(CATALOGUE, other, rule("r", f"wheel.state = {differs}")) == []
