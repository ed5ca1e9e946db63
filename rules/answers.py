"""What a watch answers about the present: facts, findings, steps, prohibitions, blind spots."""

from __future__ import annotations

from collections import Counter

from rules.finding import Finding
from rules.judge import Judge
from rules.situation import (
    BlindSpot,
    Forbidden,
    Permission,
    StepNow,
    blind_spots,
    by_severity,
    forbidden_now,
    permission,
    steps_now,
    value_now,
)
from rules.values import Value
from rules.vocabulary import Truth
from rules.words import Words


class Answers:
    """The questions that can be put to a watch; none of them changes anything."""

    _words: Words
    _judge: Judge
    orphans: dict[tuple[str, str], Finding]
    """Open findings whose rule is gone; only closing by hand ends them (law 13)."""

    @property
    def words(self) -> Words:
        """All facts of all subjects now."""
        return self._words

    @property
    def counts(self) -> Counter[str]:
        """How many events and facts were refused, by what was wrong with them."""
        return self._words.refused.counts

    @property
    def names(self) -> dict[str, Counter[str]]:
        """What the counts are about, at most 200 names for each."""
        return self._words.refused.names

    def findings(self) -> list[Finding]:
        """The open findings: the worst first, then the oldest."""
        return by_severity([*self._judge.open.values(), *self.orphans.values()])

    def steps(self, finding: Finding) -> list[StepNow]:
        """The steps of a finding as they stand now."""
        return steps_now(self._words, finding)

    def forbidden(self) -> list[Forbidden]:
        """Every operation that open findings forbid now, the worst finding first."""
        return forbidden_now(self._words, self.findings())

    def permission(self, operation: str, subject: str) -> Permission:
        """Whether an operation may be started on a subject now (law 17)."""
        return permission(self._words, self.findings(), operation, subject)

    def blind_spots(self) -> list[BlindSpot]:
        """Every rule that cannot be judged for want of facts."""
        return blind_spots(self._words)

    def value(self, subject: str, fact: str) -> Value | None:
        """A fact's value as a subject sees it now; None where it is unknown."""
        return value_now(self._words, subject, fact)

    def verdict(self, rule_id: str, subject_name: str) -> Truth:
        """The truth of a rule's pattern on a subject now; unknown where there is neither."""
        subject = self._words.subjects.get(subject_name)
        if subject is not None:
            for rule in subject.scope.rules:
                if rule.rule.id == rule_id:
                    return Truth(subject.verdicts[rule.when])
        return Truth.UNKNOWN

    @property
    def statistics(self) -> dict[str, int]:
        """How often durable_rules was asked, and how many situations are remembered."""
        return {
            "questions": self._words.programs.matcher.questions,
            "remembered": self._words.programs.verdicts.remembered,
            "subjects": len(self._words.subjects),
        }
