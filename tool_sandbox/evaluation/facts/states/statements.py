"""Which switches an answer says are on or off: every state bound to what it is said of."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import pairwise

from attrs import define, frozen

from tool_sandbox.evaluation.facts.clauses import Clause, Sentence
from tool_sandbox.evaluation.facts.reading import Reading
from tool_sandbox.evaluation.facts.states import forms
from tool_sandbox.evaluation.facts.states.settings import ON, SAME, subject_named, subject_pattern
from tool_sandbox.evaluation.facts.states.spoken import is_only_spoken_of, is_real, speaks_of_another, verb_of, was_so


@frozen
class Statement:
    """What an answer says about a switch: ``on``, ``off``, or None for "left as it was"; no subject is "it" alone."""

    subject: str | None
    on: bool | None
    past: bool


@define
class _Group:
    """Switches named together: "Wi-Fi and cellular"."""

    start: int
    end: int
    subjects: list[tuple[str, int]]
    bound: tuple[bool | None, bool] | None = None
    by_verb: bool = False


@lru_cache(maxsize=1 << 10)
def statements_in(reading: Reading, *others: str) -> tuple[Statement, ...]:
    """What an answer says about the switches of a phone, and about these other subjects."""
    found: list[Statement] = []
    last: list[str] = []
    for sentence in reading.sentences:
        part = _Part(sentence, subject_pattern(*others), last)
        found.extend(part.statements())
        last = part.last
    return tuple(found)


class _Part:
    """One sentence, in which states are bound to what they are said of."""

    def __init__(self, sentence: Sentence, subjects: re.Pattern[str], last: list[str]) -> None:
        self._words: list[tuple[str, Clause | None, int]] = []
        for clause in sentence.clauses:
            if clause.lead:
                self._words.append((clause.lead, None, 0))
            column = 0
            for word in clause.words:
                self._words.append((word, clause, column))
                column += len(word) + 1
        self.text = " ".join(word for word, _, _ in self._words)
        self.last = last
        self._groups = self._grouped(subjects)

    @cached_property
    def _starts(self) -> list[int]:
        starts, at = [], 0
        for word, _, _ in self._words:
            starts.append(at)
            at += len(word) + 1
        return starts

    def _place(self, at: int) -> tuple[Clause, int]:
        number = bisect_right(self._starts, at) - 1
        _, clause, column = self._words[number]
        assert clause is not None  # only words are looked for
        return clause, column

    def _grouped(self, subjects: re.Pattern[str]) -> list[_Group]:
        groups: list[_Group] = []
        for match in subjects.finditer(self.text):
            subject = (subject_named(match.group()), match.start())
            apart = groups and self._is_apart(groups[-1], match)
            if groups and not apart and forms.JOINED.fullmatch(self.text, groups[-1].end, match.start()):
                groups[-1].subjects.append(subject)
                groups[-1].end = match.end()
            else:
                groups.append(_Group(match.start(), match.end(), [subject]))
        return groups

    def _is_apart(self, group: _Group, subject: re.Match[str]) -> bool:
        """Whether a comma ends a list of switches: "no more Wi-Fi or cellular, GPS keeps running"."""
        before = self.text[: group.start]
        if forms.IS_IN.search(before) and forms.PREDICATE.match(self.text, subject.end()):
            return True  # "is in low battery mode and Wi-Fi is off"
        if "," not in self.text[group.end : subject.start()]:
            return False
        if forms.NOT_ANY.search(before):
            return not forms.LIST_ENDS.match(subject.re.sub("", self.text[subject.end() :]))
        return forms.IN_OR_FROM.search(before) is not None

    def statements(self) -> Iterator[Statement]:
        """What the sentence states."""
        loose: list[Statement] = []
        for match in forms.STATE.finditer(self.text):
            loose.extend(self._read(match))
        self._inherit()
        said = [each.on for each in loose if each.on is not None]
        for group in self._groups:
            if group.bound is None and (is_in := forms.IS_IN.search(self.text[: group.start])):
                group.bound = not is_in["not"], False  # "your phone is in low battery mode"
            if group.bound is None and loose and forms.ALSO_AFTER.match(self.text, group.end):
                group.bound = loose[-1].on, loose[-1].past  # "everything is off, GPS too"
            if group.bound is None and said and forms.IS_NOT.match(self.text, group.end):
                group.bound = not said[-1], False
            if group.bound and group.bound[1] and forms.NO_LONGER.search(self.text, group.end):
                group.bound = not group.bound[0], False
            if group.bound is None and forms.ENDS.match(self.text, group.end):
                group.bound = self._had(group)
            if group.bound:
                on, past = group.bound
                said += [] if on is None else [on]
                yield from (Statement(subject, on, past) for subject, _ in group.subjects)
        yield from loose
        if self._groups:
            self.last = [subject for subject, _ in self._groups[-1].subjects]

    def _had(self, group: _Group) -> tuple[bool, bool] | None:
        """What "no Wi-Fi" says, and "you've got Wi-Fi"."""
        before = self.text[: group.start]
        if forms.NO.search(before):
            return False, forms.WAS.search(before) is not None
        has = forms.HAS.search(before)
        if not has or forms.SWITCHING.search(before[: has.start()]):
            return None
        clause, column = self._place(has.start())
        if clause.wished(column):
            return None
        return not (clause.negated(column) or forms.WITHOUT.search(before)), False

    def _read(self, match: re.Match[str]) -> list[Statement]:
        word = match["state"]
        if any(group.start <= match.start("state") < group.end for group in self._groups):
            return []
        before = forms.FROM_TO.sub("", self.text[: match.start()])
        group, active = self._target(match, before)
        elsewhere = word == "on" and forms.NO_STATE_AFTER_ON.match(self.text, match.end()) and not active
        taken = word == "off" and forms.TAKEN.search(before)  # "I've taken the location off the reminder"
        looked = (
            word in ("up", "out", "down") and not match["verb"] and (match["object"] or forms.LOOKED.search(before))
        )
        if (
            elsewhere
            or forms.FROM_BEING.search(before)
            or looked
            or taken
            or forms.COUNTED.search(before)
            or (word in forms.WEAK and forms.OF_A_MEANS.search(before))
        ):
            return []
        needs_subject = group is None and (word in forms.WEAK or word in SAME) and not match["object"]
        if needs_subject and not forms.OF_IT.search(before):
            return []
        truth = self._truth(match, group)
        if truth is None:
            return []
        value = None if word in SAME else ((word in ON) if truth else (word not in ON))
        since = before[group.end :] if group else ""
        if group and group.bound and (goes_on := forms.GOES_ON.search(since)):
            before = since = goes_on.group()
        past = was_so(before, self.text[match.end() :], since)
        if group is not None:
            again = forms.AGAIN.match(self.text, match.end()) is not None
            self._bind(group, value, past, active=active, again=again)
            return []
        return self._of_it(match, before, value, past)

    def _target(self, match: re.Match[str], before: str) -> tuple[_Group | None, bool]:
        """The switches that a state is said of, and whether they are the object of a verb before them."""
        verb = verb_of(match)
        following = next((group for group in self._groups if group.start >= match.end()), None)
        listed = following is not None and forms.LISTED.fullmatch(self.text, match.end(), following.start)
        if listed and not self._follows_group(before):
            return following, True
        reachable = following is not None and forms.OBJECT.fullmatch(self.text, match.end(), following.start)
        if following is not None and reachable and not match["object"]:
            passive = forms.PASSIVE.search(before) or (not verb and self._follows_group(before))
            away = "from" in self.text[match.end() : following.start]
            heads_list = ":" in self.text[match.end() : following.start] and not self._follows_group(before)
            off_it = forms.OFF_IT.search(self.text[: match.end()]) is not None
            if heads_list or off_it or (verb and (away or not passive)):
                return following, True
        earlier = [group for group in self._groups if group.end <= match.start()]
        if not earlier or match["object"]:
            return None, False
        gap = self.text[earlier[-1].end : match.start()]
        was_other = earlier[-1].bound is not None and earlier[-1].bound[1] and forms.GOES_ON.search(gap)
        replaced = gap.endswith(" became ") or forms.AGAIN.match(self.text, match.end()) or was_other
        if forms.BEFORE.fullmatch(gap.strip()) or earlier[-1].bound is None or replaced:
            return earlier[-1], False
        return None, False

    def _follows_group(self, before: str) -> bool:
        return any(
            forms.BEFORE.fullmatch(before[group.end :].strip()) for group in self._groups if group.end <= len(before)
        )

    def _truth(self, match: re.Match[str], group: _Group | None) -> bool | None:
        """Whether the state is stated or denied; None where it is only asked, wished or ordered."""
        clause, column = self._place(match.start("state"))
        if not clause.asserts or is_only_spoken_of(match, clause, column):
            return None
        if forms.WHILE_IT_IS.match(clause.plain) or self._continues_a_wish(clause):
            return None  # "Wi-Fi can't be enabled while it's active" may be of any switch before
        if clause.negated(column):
            # "I can't text with low battery mode on" denies the deed, not the state.
            # "Low battery mode blocks Wi-Fi and I can't disable it" may be of either.
            with_it = group is not None and forms.WITH.search(self.text[: group.start]) is not None
            of_it = match["object"] or self.text.startswith(" it", match.end())
            return None if of_it and forms.UNABLE.search(clause.plain[:column]) else with_it
        verb = verb_of(match)
        start = match.start()
        if verb is None and group is not None and group.end <= start:
            governing = re.search(rf"\b({forms.MOVERS}) (?:the |your |my |both )*$", self.text[: group.start])
            linked = re.search(r"\b(?:is|are|was|were|'s|be|remains?|stays?)\b", self.text[group.end : start])
            if governing and not linked:
                verb, start = governing[1], governing.start()
        if forms.TO_BE.search(self.text[: match.start()]) or (
            clause.wished(column) and not forms.STAYS.search(self.text[: match.start("state")])
        ):
            return None
        if verb in forms.BARE and not is_real(self.text, verb, start):
            return None
        return True

    def _continues_a_wish(self, clause: Clause) -> bool:
        """Whether it has no verb of its own, behind one that only may be: "I can turn one off and the other on"."""
        clauses = [each for _, each, _ in self._words if each is not None]
        before = next((each for each in reversed(clauses[: clauses.index(clause)]) if each is not clause), None)
        wished = before is not None and before.modals and clause.words[0] in ("and", "or")
        return bool(wished) and not forms.HAS_VERB.search(clause.plain)

    def _bind(self, group: _Group, value: bool | None, past: bool, *, active: bool, again: bool) -> None:
        if group.bound is not None and group.by_verb and not active and len(group.subjects) > 1:
            # "I turned off Wi-Fi and location is still on": the object ends before the last one.
            subject = group.subjects.pop()
            self._groups.append(_Group(subject[1], group.end, [subject], (value, past)))
        elif group.bound is None or again or (group.bound[1] and not past):
            group.bound, group.by_verb = (value, past), active

    def _of_it(self, match: re.Match[str], before: str, value: bool | None, past: bool) -> list[Statement]:
        is_done_to_it = verb_of(match) and self.text.startswith(" it", match.end())
        if not match["object"] and not is_done_to_it and speaks_of_another(before, match["verb"]):
            return []
        groups = [group for group in self._groups if group.end <= match.start()]
        several = match["object"] in ("them", "both") or re.search(r"\b(?:they|both)\b", before)
        meant = groups if several else groups[-1:]
        names: list[str | None] = [subject for group in meant for subject, _ in group.subjects]
        return [Statement(subject, value, past) for subject in names or [*self.last] or [None]]

    def _inherit(self) -> None:
        """Give "and so is cellular" the state before it."""
        for before, group in pairwise(self._groups):
            if group.bound is None and before.bound is not None:
                also = forms.ALSO_BEFORE.search(self.text[: group.start]) or forms.ALSO_AFTER.match(
                    self.text, group.end
                )
                group.bound = before.bound if also else None
