"""``direct:`` names are read in one way everywhere, and what they hold that is secret is kept out of every record."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.providers import direct_name, provider_name, qualified
from tool_sandbox.llm.transports.address import DirectName, Endpoint, direct_base, located, url_secrets
from tool_sandbox.redaction import MASK


@pytest.mark.parametrize(
    ("text", "model", "base"),
    [
        ("direct:http://h/v1/m", "m", "http://h/v1"),
        ("direct:http://h:8000/m", "m", "http://h:8000"),
        ("direct:https://h/v1/org/m:20b@x", "org/m:20b@x", "https://h/v1"),
        ("direct:https://h/v4/accounts/1/ai/v1/@cf/meta/llama", "@cf/meta/llama", "https://h/v4/accounts/1/ai/v1"),
        ("direct:HTTP://h/v1/m", "m", "HTTP://h/v1"),
        ("direct:http://[::1]:80/v1/m", "m", "http://[::1]:80/v1"),
        ("direct:http://h/v1/m?key=abcdefgh", "m", "http://h/v1?key=abcdefgh"),
        ("direct:http://u:p@h/v1/m", "m", "http://u:p@h/v1"),
        ("direct:m@http://h/v1", "m", "http://h/v1"),
        ("direct:org/claude@2025:1@http://u:p@h/v1", "org/claude@2025:1", "http://u:p@h/v1"),
        ("direct:org/m:7b", "org/m:7b", None),
        ("direct:claude@20250101", "claude@20250101", None),
        ("direct:hf.co/org/m:Q4", "hf.co/org/m:Q4", None),
    ],
)
def test_every_form_is_read(text: str, model: str, base: str | None) -> None:
    named = DirectName.parse(text)
    assert (named.model, named.base) == (model, base)
    assert (direct_name(text), provider_name(text), qualified(text)) == (model, "direct", text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("direct:http://h", "no model"),
        ("direct:http://h/", "no model"),
        ("direct:http://h/v1", "no model"),
        ("direct:http://h/v1/", "no model"),
        ("direct:http://h/v1/chat/completions", "no model"),
        ("direct:@http://h/v1", "no model"),
        ("direct:", "no model"),
        ("direct:localhost:8000/v1/m", "no scheme"),
        ("direct:127.0.0.1/m", "no scheme"),
        ("direct:gpu-box:8000/m", "no scheme"),
        ("direct:models.example.com/v1/m", "no scheme"),
        ("direct:m@localhost:8000/v1", "no scheme"),
        ("direct:m@", "after the @"),
        ("direct:ftp://h/m", "http or https"),
        ("direct:m@ftp://h/v1", "http or https"),
        ("direct:http:///v1/m", "http or https"),
        ("direct:http://h:99999/v1/m", "http or https"),
        ("direct:http://h /m", "http or https"),
    ],
)
def test_what_names_no_server_or_no_model_is_refused(text: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why) as caught:
        DirectName.parse(text)
    assert repr(text) in str(caught.value)
    assert "direct:http://HOST:PORT/v1/MODEL" in str(caught.value)


@given(
    model=st.text("abz09.-_:@/", min_size=1).filter(lambda name: "/v1/" not in f"/{name}/" and name.strip("/") == name),
    host=st.sampled_from(["h", "127.0.0.1", "models.example.com", "[::1]"]),
    port=st.sampled_from(["", ":1", ":8000"]),
    root=st.sampled_from(["", "/api", "/a/b"]),
)
def test_both_forms_say_the_same(model: str, host: str, port: str, root: str) -> None:
    base = f"http://{host}{port}{root}/v1"
    assert DirectName.parse(f"direct:{base}/{model}") == DirectName.parse(f"direct:{model}@{base}")


def test_a_server_is_asked_at_its_address_without_user_password_and_query() -> None:
    endpoint = Endpoint.parse("https://me:p%40ss@h:8/v1/?key=k-123")
    assert endpoint.url == "https://h:8/v1/chat/completions?key=k-123"
    assert endpoint.shown == "https://h:8/v1"
    assert endpoint.authorization == "Basic bWU6cEBzcw=="
    assert "k-123" not in repr(endpoint)


@pytest.mark.parametrize("base", ["localhost:8000/v1", "h/v1", "ftp://h", "http://", "http://h:0/v1", "http://h:x/v1"])
def test_an_address_that_is_none_is_refused(base: str) -> None:
    with pytest.raises(SettingsError, match=r"http://127\.0\.0\.1:8000/v1"):
        Endpoint.parse(base)


def test_a_password_moves_from_the_name_to_the_settings() -> None:
    name, config = located("direct:http://me:hunter2@h/v1/m", {"temperature": 1})
    assert name == f"direct:http://me:{MASK}@h/v1/m"
    assert config == {"temperature": 1, "api_base": "http://me:hunter2@h/v1"}
    assert direct_base(name, config["api_base"]) == "http://me:hunter2@h/v1"
    assert direct_name(name) == "m"
    assert located("direct:http://h/v1/m", {}) == ("direct:http://h/v1/m", {})
    assert located("openai/x", {"api_key": "k"}) == ("openai/x", {"api_key": "k"})


def test_a_masked_password_has_to_be_given_again() -> None:
    with pytest.raises(SettingsError, match="not kept in a run directory"):
        Endpoint.parse(str(direct_base(f"direct:http://me:{MASK}@h/v1/m", None)))


def test_two_servers_for_one_model_are_refused() -> None:
    assert direct_base("direct:http://h/v1/m", "http://h/v1/") == "http://h/v1/"
    with pytest.raises(SettingsError, match="another"):
        direct_base("direct:http://h/v1/m", "http://elsewhere/v1")


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("http://h/v1", ()),
        ("http://me:p%40ss@h/v1", ("p%40ss", "p@ss")),
        ("https://ghp-token@h", ("ghp-token",)),
        ("redis://:hunter2@h:1/0", ("hunter2",)),
        ("http://h/v1?alt=json&key=k-1&sig=s-2", ("k-1", "s-2")),
        ("no url", ()),
    ],
)
def test_what_an_address_hides_is_known(url: str, secrets: tuple[str, ...]) -> None:
    assert url_secrets(url) == secrets
