from __future__ import annotations

import pydantic
import pytest

from tool_sandbox.common.compatibility import use_original_rules
from tool_sandbox.common.execution.exception_text import LIMIT, exception_text


class MuteError(Exception):
    def __str__(self) -> str:
        raise SystemExit


class Order(pydantic.BaseModel):
    item: str
    count: int


def with_notes(error: BaseException, *notes: str) -> BaseException:
    for note in notes:
        error.add_note(note)
    return error


def raised(source: str) -> BaseException:
    try:
        exec(source, {})  # noqa: S102 -- a fixed text of this test
    except BaseException as error:  # noqa: BLE001 -- it is what is tested
        return error
    raise AssertionError(source)


def validation_error() -> BaseException:
    with pytest.raises(pydantic.ValidationError) as caught:
        Order.model_validate({"count": "a"})
    return caught.value


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("wrong"), "ValueError: wrong"),
        (ValueError(), "ValueError"),
        (KeyError("a"), "KeyError: 'a'"),
        (SystemExit(3), "SystemExit: 3"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (RuntimeError("Refused\n\nHint: switch it on.\n"), "RuntimeError: Refused\n\nHint: switch it on."),
        (with_notes(ValueError("a"), "first\nnote", "second"), "ValueError: a\nfirst\nnote\nsecond"),
        (ExceptionGroup("both", [ValueError("a\nb"), ExceptionGroup("inner", [KeyError("c")])]),
         ("ExceptionGroup: both (2 sub-exceptions)\n  - ValueError: a\n    b\n"
          "  - ExceptionGroup: inner (1 sub-exception)\n      - KeyError: 'c'")),
    ],
)  # fmt: skip
def test_a_model_is_told_type_and_whole_message(error: BaseException, text: str) -> None:
    assert exception_text(error) == text


def test_the_message_of_a_validation_error_is_told_with_every_field() -> None:
    lines = exception_text(validation_error()).splitlines()
    assert lines[0].endswith("ValidationError: 2 validation errors for Order")
    assert {"item", "count"} <= set(lines)


def test_a_syntax_error_begins_with_what_is_wrong() -> None:
    text = exception_text(raised("eval('(1')"))
    assert text.startswith("SyntaxError: '(' was never closed\n")
    assert "(1" in text


def test_an_exception_that_cannot_be_shown_is_told_by_its_type() -> None:
    assert "MuteError" in exception_text(MuteError())
    odd = ValueError("a")
    odd.__notes__ = 3  # type: ignore[assignment]
    assert "ValueError" in exception_text(odd)


def test_a_class_of_a_users_own_file_is_called_what_its_author_calls_it() -> None:
    kind = type("Closed", (Exception,), {"__module__": "_tool_sandbox_user_7.shop"})
    assert exception_text(kind("until nine")) == "shop.Closed: until nine"


def test_what_is_too_long_is_cut_and_the_cut_is_told() -> None:
    text = exception_text(ValueError("x" * (LIMIT + 100)))
    assert text.endswith("x… (112 more characters)")
    assert text.startswith("ValueError: xxx")


@pytest.mark.parametrize("error", [RuntimeError("a\n\nb\n"), with_notes(RuntimeError("a"), "b"), validation_error()])
def test_by_the_originals_rules_it_is_the_last_line(error: BaseException) -> None:
    whole = exception_text(error).splitlines()
    with use_original_rules():
        assert exception_text(error) == whole[-1]
