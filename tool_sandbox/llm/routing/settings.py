"""What a router is given: deployments, and how to choose among them, in LiteLLM's words."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import Factory, frozen

from tool_sandbox.errors import SettingsError
from tool_sandbox.llm.routing.deployments import Deployment, read_deployments
from tool_sandbox.llm.routing.option_kinds import RouterOptions
from tool_sandbox.llm.routing.options import split_options
from tool_sandbox.llm.settings import ModelSettings
from tool_sandbox.llm.transports.address import is_direct
from tool_sandbox.nearest import hint
from tool_sandbox.redaction import redact_text

_IN_ENTRIES = "give it in the litellm_params of the deployments that it belongs to."


@frozen(kw_only=True)
class RouterSettings:
    """Deployments and how to choose among them."""

    deployments: tuple[Deployment, ...]
    main_group: str
    """The group that is asked first; an answer from any other is a fallback's."""
    options: RouterOptions
    """How deployments are chosen, how often they are tried, and when they are left alone."""
    litellm_options: Mapping[str, Any] = Factory(dict)
    """What LiteLLM's router is given as it is written: the strategy, cooldowns, and whatever it alone knows."""
    ready: Any = None
    """A ``litellm.Router`` of the user's that chooses in place of one of ours."""
    fallbacks: Mapping[str, tuple[str, ...]] = Factory(dict)
    context_window_fallbacks: Mapping[str, tuple[str, ...]] = Factory(dict)
    content_policy_fallbacks: Mapping[str, tuple[str, ...]] = Factory(dict)
    tries_by_group: Mapping[str, Mapping[str, int]] = Factory(dict)
    """Tries for single groups, in place of those for all."""

    @classmethod
    def from_config(
        cls,
        model_list: Sequence[Mapping[str, Any]],
        options: Mapping[str, Any] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> RouterSettings:
        """Settings as a person writes them.

        Args:
            model_list: Deployments, in LiteLLM's form or the short one (``{"model": …, "api_key": …}``). Short entries
                with the same model share its load; those with further models stand by as fallbacks, in order.
            options: LiteLLM's router options.
            environ: Where ``os.environ/NAME`` is looked for; the process's environment when not given.

        Raises:
            SettingsError: An entry or option is unknown, incomplete or contradictory.
        """
        used, litellms = split_options(options or {})
        deployments = read_deployments(model_list, used, os.environ if environ is None else environ)
        groups = _Groups(tuple(dict.fromkeys(each.group for each in deployments)), used.model_group_alias)
        (main,) = groups.known("model_group", [used.model_group or groups.names[0]])
        chains = {
            name: groups.chains(name, getattr(used, name))
            for name in ("fallbacks", "context_window_fallbacks", "content_policy_fallbacks")
        }
        for group in groups.names if used.default_fallbacks else ():
            others = [name for name in used.default_fallbacks if name != group]
            chains["fallbacks"].setdefault(group, groups.known("default_fallbacks", others))
        if all("litellm_params" not in entry and "model_name" not in entry for entry in model_list):
            chains["fallbacks"].setdefault(groups.names[0], groups.names[1:])
        by_group = used.model_group_retry_policy
        return cls(
            deployments=deployments,
            main_group=main,
            options=used,
            litellm_options=litellms,
            tries_by_group=dict(
                zip(groups.known("model_group_retry_policy", by_group), by_group.values(), strict=True)
            ),
            **chains,
        )

    @property
    def only_model(self) -> str | None:
        """The one model that all deployments of the main group serve, if it is one."""
        models = {each.model for each in self.group(self.main_group)}
        return models.pop() if len(models) == 1 else None

    @property
    def identity(self) -> str:
        """Text that two routers share exactly when the same models in the same places answer."""
        places = ((each, redact_text(each.settings.api_base or "")) for each in self.deployments)
        return "|".join(f"{each.group}={each.model}@{place}" for each, place in places)

    @property
    def prices(self) -> dict[str, Mapping[str, Any]]:
        """Prices given with single deployments, by model."""
        return {each.model: each.settings.prices for each in self.deployments if each.settings.prices}

    def check_shared(self, shared: ModelSettings) -> None:
        """Make sure that a key which was given for all deployments goes to one server only.

        Raises:
            SettingsError: It would go to several.
        """
        for name in ("api_key", "extra_headers"):
            taking: dict[Any, str] = {}
            for each in self.deployments:
                if getattr(each.settings, name) is None:
                    taking.setdefault(each.place, each.model)
            if getattr(shared, name) is not None and len(taking) > 1:
                one, other, *_ = taking.values()
                message = f"{name} would go to every server of the router, to {one!r} as to {other!r}; {_IN_ENTRIES}"
                raise SettingsError(message)

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups, in the order in which they are first named."""
        return tuple(dict.fromkeys(each.group for each in self.deployments))

    @property
    def balanced(self) -> tuple[Deployment, ...]:
        """The deployments among which LiteLLM's router has to choose."""
        return tuple(each for each in self.deployments if self.is_balanced(each.group))

    def is_balanced(self, group: str) -> bool:
        """Whether LiteLLM's router can choose in a group: all its deployments are LiteLLM's, and it has several."""
        members = self.group(group)
        return len(members) > 1 and not any(is_direct(each.model) for each in members)

    def group(self, name: str) -> tuple[Deployment, ...]:
        """The deployments of a group."""
        return tuple(each for each in self.deployments if each.group == name)


@frozen
class _Groups:
    """The names by which groups are called."""

    names: tuple[str, ...]
    aliases: Mapping[str, str]

    def known(self, option: str, names: Iterable[str]) -> tuple[str, ...]:
        """Groups by name or alias.

        Raises:
            SettingsError: One has no deployment.
        """
        known = tuple(self.aliases.get(name, name) for name in names)
        for name in known:
            if name not in self.names:
                message = f"{option} names the group {name!r}, which has no deployment; {hint(name, self.names)}"
                raise SettingsError(message)
        return known

    def chains(self, option: str, written: Iterable[Mapping[str, Iterable[str]]]) -> dict[str, tuple[str, ...]]:
        """Fallbacks by group, from LiteLLM's list of one-entry mappings.

        Raises:
            SettingsError: A group has no deployment.
        """
        pairs = [pair for entry in written for pair in entry.items()]
        return {self.known(option, [group])[0]: self.known(option, others) for group, others in pairs}
