"""The kinds of fault that a rule base can have. A code never changes its meaning and is never used
again for another."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """The code of a kind of fault; the name says what it is."""

    FILE_UNREADABLE = "WK001"
    NOT_UTF8 = "WK002"
    NOT_TOML = "WK003"
    TOO_LARGE = "WK004"
    NO_HEADING = "WK005"

    UNKNOWN_KEY = "WK010"
    MISSING_KEY = "WK011"
    WRONG_TYPE = "WK012"
    UNKNOWN_WORD = "WK013"
    EMPTY = "WK014"
    BAD_DURATION = "WK015"
    BAD_NAME = "WK016"
    DECLARED_TWICE = "WK017"
    BAD_OVERRIDE = "WK018"
    SAID_TWICE = "WK019"

    BAD_SCOPE = "WK020"
    BAD_SOURCE_KIND = "WK021"
    BAD_FACT = "WK022"
    NAME_WITHIN_NAME = "WK023"
    BAD_DERIVED_FACT = "WK024"
    DERIVED_CYCLE = "WK025"
    BAD_BOARD = "WK026"

    UNKNOWN_FACT = "WK030"
    NEVER_THIS_VALUE = "WK031"
    WRONG_VALUE_TYPE = "WK032"
    UNKNOWN_OPERATOR = "WK033"
    OPERATOR_OF_OTHER_TYPE = "WK034"
    BAD_RELATION = "WK035"
    BAD_EXPRESSION = "WK036"
    BAD_PATTERN = "WK037"
    TOO_DEEP = "WK038"
    TOO_MANY_CONDITIONS = "WK039"

    UNRELATED_SCOPES = "WK040"
    FACT_NOT_VISIBLE = "WK041"
    UNKNOWN_CONFIRMATION = "WK042"
    BAD_PLACEHOLDER = "WK043"
    BAD_STEP = "WK044"
    BAD_WAIT = "WK045"
    UNKNOWN_RULE = "WK046"
    BAD_SOURCE = "WK047"
    SUPPRESSED_IN_CIRCLE = "WK048"

    NEVER_HOLDS = "WK050"
    UNTIL_NEVER_HOLDS = "WK051"
    DERIVATION_NEVER_HOLDS = "WK052"
    STEP_NEVER_DONE = "WK053"
    CONTRADICTING_DERIVATIONS = "WK054"
    CONTRADICTING_ADVICE = "WK055"
    ALTERNATIVE_NEVER_HOLDS = "WK056"
    HIDDEN_RULE = "WK057"
    SAME_AS_OTHER_RULE = "WK058"
    ENDS_AT_ONCE = "WK059"
    CONTRADICTING_WHILE_OPEN = "WK060"
    ALWAYS_HOLDS = "WK061"
    STEP_DONE_AT_ONCE = "WK062"
    STEP_LEFT_BEHIND = "WK063"

    NO_SOURCE = "WK070"
    NO_GRADE = "WK071"
    NO_IMPACT = "WK072"
    NO_STEPS = "WK073"
    VALUE_NEVER_CONCLUDED = "WK074"
    CANNOT_BE_PROVED = "WK075"
    EVERY_VALUE = "WK076"
    UNRECOGNISED_ALIKE = "WK077"

    BAD_TEST = "WK080"

    @property
    def heading(self) -> str:
        """What the code stands for, in a few words."""
        return MEANINGS[self][0]

    @property
    def meaning(self) -> str:
        """What is wrong and what would be right, in a sentence or two."""
        return MEANINGS[self][1]


MEANINGS: dict[Code, tuple[str, str]] = {
    Code.FILE_UNREADABLE: (
        "a file cannot be read",
        "The file is missing, or its permissions do not let it be read.",
    ),
    Code.NOT_UTF8: ("not UTF-8", "TOML is UTF-8. Save the file in that encoding."),
    Code.NOT_TOML: ("not TOML", "The text is no TOML at this place."),
    Code.TOO_LARGE: (
        "too large or nested too deeply",
        "The file is beyond what is read. Divide it.",
    ),
    Code.NO_HEADING: (
        "no rule base",
        "One file of a rule base has the table [rule_base] with id and title.",
    ),
    Code.UNKNOWN_KEY: ("unknown key", "No such key is read here. Often it is a misspelt one."),
    Code.MISSING_KEY: ("missing key", "The table cannot do without this key."),
    Code.WRONG_TYPE: ("wrong type", "The key wants a value of another type."),
    Code.UNKNOWN_WORD: ("unknown word", "The value is none of the words that the key can have."),
    Code.EMPTY: ("empty", "The text must say something."),
    Code.BAD_DURATION: (
        "no duration",
        'A duration is written "45m", "1h30m" or "900ms"; its units are ms, s, m, h, d and w.',
    ),
    Code.BAD_NAME: ("bad name", "Names are lower case; the message says which characters."),
    Code.DECLARED_TWICE: ("declared twice", "A name or an id stands for one thing."),
    Code.BAD_OVERRIDE: (
        "bad override",
        "An override gives new constants to conditions that a rule has.",
    ),
    Code.SAID_TWICE: ("said twice", "A list names each of its values once."),
    Code.BAD_SCOPE: ("bad scope", "Scopes lie within one another, named by a text fact."),
    Code.BAD_SOURCE_KIND: ("bad source", "A source's name or heartbeat is not possible."),
    Code.BAD_FACT: ("bad fact", "Type, values and default of a fact do not fit together."),
    Code.NAME_WITHIN_NAME: (
        "a fact's name begins another's",
        "a.b and a.b.c cannot both be facts, since TOML tables could not tell them apart.",
    ),
    Code.BAD_DERIVED_FACT: (
        "bad derivation",
        "Only facts declared with derived = true are concluded, from facts that their scope sees.",
    ),
    Code.DERIVED_CYCLE: (
        "derived facts in a circle",
        "A fact cannot be concluded from itself, not even through others.",
    ),
    Code.BAD_BOARD: (
        "board",
        "A [board] says which scope's subjects a screen shows, at most eight lines of each, and "
        "which fact is the badge beside their names.",
    ),
    Code.UNKNOWN_FACT: ("unknown fact", "The catalogue does not declare such a fact."),
    Code.NEVER_THIS_VALUE: (
        "a value that the fact never has",
        "The enumeration does not have this value.",
    ),
    Code.WRONG_VALUE_TYPE: (
        "a value of another type",
        "The fact is of another type than the value that it is compared with.",
    ),
    Code.UNKNOWN_OPERATOR: ("unknown operator", "The rule language has no such operator."),
    Code.OPERATOR_OF_OTHER_TYPE: (
        "an operator for other types",
        "Thresholds want numbers, durations or versions, ages want instants, expressions texts.",
    ),
    Code.BAD_RELATION: (
        "facts that cannot be compared",
        "Both facts of a relation are of one type and one unit.",
    ),
    Code.BAD_EXPRESSION: ("no regular expression", "The expression cannot be compiled."),
    Code.BAD_PATTERN: ("no pattern", "A pattern is a table of facts that is not empty."),
    Code.TOO_DEEP: ("nested too deeply", "Patterns have a deepest level."),
    Code.TOO_MANY_CONDITIONS: ("too many conditions", "Patterns have a largest size."),
    Code.UNRELATED_SCOPES: (
        "facts of unrelated scopes",
        "A rule's facts are of scopes that lie within one another.",
    ),
    Code.FACT_NOT_VISIBLE: (
        "a fact that cannot be seen",
        "A subject sees its own facts and those of the subjects that it is within.",
    ),
    Code.UNKNOWN_CONFIRMATION: (
        "unknown confirmation",
        "confirm.NAME stands in until and done_when, and a step of the rule has that name.",
    ),
    Code.BAD_PLACEHOLDER: (
        "bad placeholder",
        "{a.fact} in a text names a fact of the catalogue, and nothing else stands in braces.",
    ),
    Code.BAD_STEP: ("bad step", "A step is ticked by confirm, by done_when, or by nothing."),
    Code.BAD_WAIT: ("bad wait", "A wait starts at an instant and lasts at_least, at_most or both."),
    Code.BAD_SOURCE: (
        "no address",
        "A document's url begins with https:// or http://; nothing else is a link in a manual.",
    ),
    Code.UNKNOWN_RULE: ("unknown rule", "No rule has this id."),
    Code.SUPPRESSED_IN_CIRCLE: (
        "rules that suppress one another",
        "What suppresses a rule stands before it; in a circle none could stand before the others.",
    ),
    Code.NEVER_HOLDS: (
        "a pattern that can never hold",
        "Its conditions exclude one another, so the rule can never be raised.",
    ),
    Code.UNTIL_NEVER_HOLDS: (
        "an until that can never hold",
        "Its conditions exclude one another, so a finding could only be closed by hand.",
    ),
    Code.DERIVATION_NEVER_HOLDS: (
        "a derivation that can never hold",
        "Its conditions exclude one another, so it never concludes anything.",
    ),
    Code.STEP_NEVER_DONE: (
        "a step that can never be ticked",
        "The conditions of its done_when exclude one another.",
    ),
    Code.CONTRADICTING_DERIVATIONS: (
        "contradicting derivations",
        "Two derivations conclude different values from the same facts; the fact is unknown then.",
    ),
    Code.CONTRADICTING_ADVICE: (
        "contradicting advice",
        "A step starts what a finding that can be open at the same time forbids.",
    ),
    Code.ALTERNATIVE_NEVER_HOLDS: (
        "an alternative that can never hold",
        "One part of an any can never hold where it stands, and could be left out.",
    ),
    Code.HIDDEN_RULE: (
        "a rule that is always hidden",
        "Whenever the rule is open, one that suppresses it is open too: nobody will see it.",
    ),
    Code.SAME_AS_OTHER_RULE: (
        "two rules with one meaning",
        "Both rules hold in exactly the same situations. Say it in one.",
    ),
    Code.ENDS_AT_ONCE: (
        "a finding that ends as it begins",
        "Whenever the rule holds its until holds too, so it is resolved when it is raised.",
    ),
    Code.CONTRADICTING_WHILE_OPEN: (
        "advice against a finding that stays open",
        "A step starts what a finding forbids that stays open when what raised it is over. With "
        "once_allowed the step waits.",
    ),
    Code.ALWAYS_HOLDS: (
        "a pattern that always holds",
        "It holds whatever its facts are, or as soon as they are known: known = true says that.",
    ),
    Code.STEP_DONE_AT_ONCE: (
        "a step that is done from the first",
        "Its done_when holds wherever the rule does, so it is ticked when the finding is raised.",
    ),
    Code.STEP_LEFT_BEHIND: (
        "steps behind one that ends the finding",
        "Wherever the done_when of a step holds the finding is over, and nobody is told of the "
        "steps behind it.",
    ),
    Code.NO_SOURCE: ("no source", "A rule says which document it comes from."),
    Code.NO_GRADE: ("no grade", "A source says how well it is known; without, it is inferred."),
    Code.NO_IMPACT: ("no impact", "A rule says what its finding means for those on watch."),
    Code.NO_STEPS: ("no steps", "A rule says what to do."),
    Code.VALUE_NEVER_CONCLUDED: (
        "a value that is never concluded",
        "The derived fact declares a value that no derivation gives.",
    ),
    Code.CANNOT_BE_PROVED: (
        "beyond what is looked into",
        "So many facts are compared with one another that not all their combinations are tried.",
    ),
    Code.EVERY_VALUE: (
        "a list of every value",
        "A condition that names all values of a fact asks only whether it is known.",
    ),
    Code.UNRECOGNISED_ALIKE: (
        "words that nobody knows count as the same",
        'Two words outside an enumeration are both "unrecognised", though they may differ.',
    ),
    Code.BAD_TEST: ("bad test", "The test cannot be run as it is written."),
}

WARNINGS: frozenset[Code] = frozenset(
    {
        Code.ALTERNATIVE_NEVER_HOLDS,
        Code.HIDDEN_RULE,
        Code.SAME_AS_OTHER_RULE,
        Code.ENDS_AT_ONCE,
        Code.ALWAYS_HOLDS,
        Code.STEP_DONE_AT_ONCE,
        Code.STEP_LEFT_BEHIND,
        Code.NO_SOURCE,
        Code.NO_GRADE,
        Code.NO_IMPACT,
        Code.NO_STEPS,
        Code.VALUE_NEVER_CONCLUDED,
        Code.CANNOT_BE_PROVED,
        Code.EVERY_VALUE,
        Code.UNRECOGNISED_ALIKE,
        Code.SAID_TWICE,
    }
)
"""Kinds that do not keep a rule base from being used."""
