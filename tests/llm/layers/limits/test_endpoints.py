from __future__ import annotations

import pytest

from tests.llm.fakes import layers_of
from tool_sandbox.llm import stack
from tool_sandbox.llm.layers.limits.endpoint import Endpoint
from tool_sandbox.llm.layers.limits.endpoints import Endpoints
from tool_sandbox.llm.layers.limits.layer import Limited
from tool_sandbox.llm.layers.limits.rate import RateSource, SlidingWindow
from tool_sandbox.llm.settings import ModelSettings

HERE = {"api_key": "sk-one", "api_base": "http://127.0.0.1:1/v1"}


def endpoint_of(endpoints: Endpoints, model: str, **config: object) -> Endpoint:
    built = stack.build_model(model, ModelSettings.from_config(config), endpoints=endpoints, environ={})
    return next(layer.endpoint for layer in layers_of(built) if isinstance(layer, Limited))


def test_models_at_one_address_with_one_key_share_an_endpoint() -> None:
    endpoints = Endpoints()
    agent = endpoint_of(endpoints, "openai/gpt-4o", **HERE)
    assert endpoint_of(endpoints, "openai/gpt-5", **HERE, temperature=1.0, timeout=5.0) is agent
    assert endpoint_of(endpoints, "openai/gpt-4o", **{**HERE, "api_key": "sk-two"}) is not agent
    assert endpoint_of(endpoints, "openai/gpt-4o", **{**HERE, "api_base": "http://127.0.0.1:2/v1"}) is not agent
    assert endpoint_of(endpoints, "hosted_vllm/gpt-4o", **HERE) is not agent
    assert endpoint_of(Endpoints(), "openai/gpt-4o", **HERE) is not agent


def test_what_a_direct_model_says_of_its_place_counts() -> None:
    endpoints = Endpoints()
    places = ("1/v1/a", "1/v1/b", "2/v1/a")
    one, other, elsewhere = (endpoint_of(endpoints, f"direct:http://127.0.0.1:{place}") for place in places)
    assert one is other
    assert one is not elsewhere


def test_of_several_caps_for_one_endpoint_the_lowest_holds() -> None:
    endpoints = Endpoints()
    endpoint = endpoint_of(endpoints, "openai/gpt-4o", **HERE, rpm=5)
    endpoint_of(endpoints, "openai/gpt-5", **HERE, rpm=3)
    endpoint_of(endpoints, "openai/gpt-5", **HERE, rpm=9, tpm=1000)
    assert endpoint.requests is not None
    assert endpoint.tokens is not None
    assert (endpoint.requests.take(9, 1).granted, endpoint.tokens.take(2000, 1).granted) == (3, 1000)


def test_the_name_of_a_cap_is_the_same_in_every_process_and_holds_no_secret() -> None:
    named: list[tuple[str, int]] = []

    def source(name: str, per_minute: int) -> RateSource:
        named.append((name, per_minute))
        return SlidingWindow(per_minute)

    for _ in range(2):
        endpoint_of(Endpoints(source), "openai/gpt-4o", **HERE, rpm=5)
    assert named[0] == named[1]
    assert "sk-one" not in str(named)


def test_of_several_endpoints_that_are_waited_for_the_one_told_of_last_is_told() -> None:
    endpoints, told = Endpoints(), list[str]()
    endpoints.told = told.append
    first, second = (endpoints.at("openai/gpt-4o", {"api_key": key}) for key in "ab")
    first.told("waiting for a")
    second.told("waiting for b")
    second.told("")
    first.told("")
    assert told == ["waiting for a", "waiting for b", "waiting for a", ""]


@pytest.mark.parametrize(("key", "value"), [("rpm", 0), ("tpm", -1), ("rpm", "many"), ("rpm", 1.5)])
def test_a_cap_that_means_nothing_is_refused(key: str, value: object) -> None:
    with pytest.raises(Exception, match=key):
        ModelSettings.from_config({key: value})
