"""What ``--tag`` understands: a tag, or several with ``and``, ``or``, ``not`` and parentheses."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from attrs import frozen

from tool_sandbox.errors import ScenarioError
from tool_sandbox.nearest import hint

Labels = Collection[str]
_Test = Callable[[Labels], bool]
_TOKEN = re.compile(r"[()]|[^\s()]+")
_OPERATORS = frozenset({"and", "or", "not", "(", ")"})


@frozen
class TagExpression:
    """A condition on the tags and categories of a scenario.

    Args:
        holds: Whether labels, in lower case, fulfil it.
    """

    holds: _Test

    @classmethod
    def parse(cls, text: str, known: Labels) -> TagExpression:
        """The condition that a text means. Tags and words count in any case.

        Args:
            text: Such as ``smoke and not (slow or coreference)``; the whole of it may be a tag, too.
            known: Every tag and category there is, in lower case.

        Raises:
            ScenarioError: A tag is not known, or something is missing between two of them.
        """
        if text.strip().casefold() in known:
            return cls(_has(text.strip().casefold()))
        return cls(_Parser(text, known).whole())


class _Parser:
    """Reads one expression from left to right; ``not`` binds more closely than ``and``, that more than ``or``."""

    def __init__(self, text: str, known: Labels) -> None:
        self._text, self._known = text, known
        self._tokens = [token.casefold() for token in _TOKEN.findall(text)]

    def whole(self) -> _Test:
        test = self._any()
        if self._tokens:
            raise self._error(f"'and' or 'or' is missing before {self._tokens[0]!r}")
        return test

    def _any(self) -> _Test:
        tests = [self._all()]
        while self._take("or"):
            tests.append(self._all())
        return lambda labels: any(test(labels) for test in tests)

    def _all(self) -> _Test:
        tests = [self._single()]
        while self._take("and"):
            tests.append(self._single())
        return lambda labels: all(test(labels) for test in tests)

    def _single(self) -> _Test:
        if self._take("not"):
            test = self._single()
            return lambda labels: not test(labels)
        if self._take("("):
            test = self._any()
            if not self._take(")"):
                raise self._error("a ')' is missing")
            return test
        if not self._tokens or self._tokens[0] in _OPERATORS:
            where = f"before {self._tokens[0]!r}" if self._tokens else "at its end"
            raise self._error(f"a tag is missing {where}")
        tag = self._tokens.pop(0)
        if tag not in self._known:
            message = f"no scenario has the tag {tag!r}; {hint(tag, sorted(self._known))}"
            raise ScenarioError(message)
        return _has(tag)

    def _take(self, token: str) -> bool:
        """Whether this comes next; if so, it is read."""
        if self._tokens[:1] != [token]:
            return False
        del self._tokens[0]
        return True

    def _error(self, problem: str) -> ScenarioError:
        return ScenarioError(f"--tag {self._text!r}: {problem}; write it like 'smoke and not (slow or coreference)'.")


def _has(tag: str) -> _Test:
    return lambda labels: tag in labels
