"""Void samples by their reason."""

from __future__ import annotations

import pytest

from tests.runs.samples import scored, void
from tool_sandbox import errors
from tool_sandbox.runs.outcomes import Failure, SampleResult
from tool_sandbox.runs.reasons import provider_words, reason_of, void_groups


def _failed(name: str, error: BaseException) -> SampleResult:
    failure = Failure.of(error)
    return void(name, cause=failure.cause, error=failure.error, exception_type=failure.exception_type)


def _unavailable(words: str, model: str = "m", status: int = 503) -> errors.ProviderError:
    return errors.ProviderUnavailableError(f"'{model}' failed (HTTP {status}): {words}", model=model, status=status)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (
            "'m' failed (HTTP 503): ServiceUnavailableError: Hosted_vllmException - "  # noqa: ISC004 -- one message
            '{"error": {"message": "model is \\"loading\\"", "type": "server_error"}}',
            'model is "loading"',
        ),
        (
            "'m' failed (HTTP 400): BadRequestError: XException - {'error': {'message': 'no\\ntools'}}",
            "no tools",
        ),
        ("'m' failed: Cannot connect to host 127.0.0.1:9", "Cannot connect to host 127.0.0.1:9"),
        ("division by zero", "division by zero"),
        ("", ""),
    ],
)
def test_the_words_are_the_providers_own(message: str, words: str) -> None:
    assert provider_words(message) == words


def test_words_are_one_line_that_ends() -> None:
    words = provider_words("a\n" * 1000)

    assert "\n" not in words
    assert len(words) == 200


def test_samples_with_one_reason_are_one_group_and_the_largest_comes_first() -> None:
    results = [
        _failed("a", _unavailable("disk full")),
        scored("b"),
        _failed("c", _unavailable("overloaded, try again in 3.2 s (request 9f8e7d6c5b4a3210)")),
        _failed("d", _unavailable("overloaded, try again in 12 s (request 0123456789abcdef)")),
    ]

    groups = void_groups(results)

    assert [(group.samples, group.first) for group in groups] == [(2, "c"), (1, "a")]
    assert groups[0].reason.words.startswith("overloaded, try again in 3.2 s")


def test_a_samples_own_name_does_not_make_its_reason_another_one() -> None:
    stalled = [_failed(name, errors.StalledConversationError(f"AGENT wrote nothing in {name!r}.")) for name in "ab"]

    assert reason_of(stalled[0]) == reason_of(stalled[1])


@pytest.mark.parametrize(
    "other",
    [_unavailable("busy", model="n"), _unavailable("busy", status=502), errors.RateLimitError("busy"), OSError("busy")],
)
def test_another_model_status_or_error_is_another_reason(other: Exception) -> None:
    assert reason_of(_failed("a", _unavailable("busy"))) != reason_of(_failed("a", other))


def test_a_scored_sample_has_no_reason() -> None:
    assert reason_of(scored()) is None


def test_a_result_that_says_nothing_of_its_error_is_a_group_as_well() -> None:
    (group,) = void_groups([void("a"), void("b")])

    assert (group.reason.cause, group.reason.words, group.samples) == ("provider", "", 2)
