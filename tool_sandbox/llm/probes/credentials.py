"""Whether a model can be called at all: found out before anybody is asked."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from tool_sandbox.errors import UsageError
from tool_sandbox.llm.config import NO_KEY
from tool_sandbox.llm.probes.finding import Finding, note, ok, problem
from tool_sandbox.llm.probes.subject import Evidence
from tool_sandbox.llm.providers import Provider, provider_of
from tool_sandbox.redaction import is_secret_name, redact_text


async def credentials(evidence: Evidence) -> Finding:
    """Where the key of a model was found, and where the model is. Names are told, and never a key."""
    subject = evidence.subject
    try:
        connection = subject.connection
    except UsageError as error:
        evidence.hopeless = True
        return problem(str(error))
    base = connection.get("api_base")
    at = f"; asked at {redact_text(str(base))}" if base else ""
    key = connection.get("api_key")
    environ = os.environ if subject.environ is None else subject.environ
    if any(is_secret_name(name) for name in (*subject.settings.connection(), *(connection.get("extra_headers") or ()))):
        return ok(f"its key is in the configuration{at}")
    provider = provider_of(subject.model)
    names = sorted(_variables(provider, environ, None if key == NO_KEY else key)) if provider else []
    if names:
        return ok(f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} set{at}")
    if provider and provider.others and not provider.keys:
        return note(f"{provider.name} is asked with the credentials of this machine, if it has any{at}")
    return ok(f"no key is sent{at}")


def _variables(provider: Provider, environ: Mapping[str, str], key: str | None) -> Iterator[str]:
    """The variables with the credentials that are used."""
    if key:
        yield next((name for name in provider.keys if environ.get(name) == key), provider.keys[0])
        return
    yield from (name for name in provider.tokens if environ.get(name))
    for names in provider.others.values():
        if (found := next((name for name in names if environ.get(name)), None)) is not None:
            yield found
