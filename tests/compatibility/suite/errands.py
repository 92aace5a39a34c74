"""Scenarios that use every feature scenario modules of the original use."""

import json
from functools import partial

import polars as pl

from tool_sandbox.common.evaluation import (
    Milestone,
    Minefield,
    SnapshotConstraint,
    addition_similarity,
    column_close_similarity,
    column_contains_similarity,
    column_exact_match_similarity,
    column_tool_trace_exact_match_similarity,
    removal_similarity,
    snapshot_similarity,
    tool_trace_dependant_similarity,
    update_similarity,
)
from tool_sandbox.common.execution_context import DatabaseNamespace, RoleType, ScenarioCategories
from tool_sandbox.common.scenario import Scenario, ScenarioExtension
from tool_sandbox.common.tool_discovery import ToolBackend
from tool_sandbox.common.tool_trace_extractors import result_to_timestamp0_extractor
from tool_sandbox.common.utils import deterministic_uuid, get_tomorrow_datetime
from tool_sandbox.scenarios.base_scenarios import named_base_scenarios
from tool_sandbox.scenarios.examples import INSTRUCTION

OLA = deterministic_uuid("Ola Berg")


def messages(task: str, opening: str) -> list[dict[str, object]]:
    return [
        {"sender": RoleType.SYSTEM, "recipient": RoleType.USER, "content": INSTRUCTION + task},
        {"sender": RoleType.USER, "recipient": RoleType.AGENT, "content": opening},
    ]


def trace(name: str, arguments: dict[str, object], **measures: object) -> SnapshotConstraint:
    return SnapshotConstraint(
        database_namespace=DatabaseNamespace.SANDBOX,
        snapshot_constraint=snapshot_similarity,
        target_dataframe=pl.DataFrame(
            {
                "sender": RoleType.EXECUTION_ENVIRONMENT,
                "recipient": RoleType.AGENT,
                "tool_trace": json.dumps({"tool_name": name, "arguments": arguments}),
            }
        ),
        column_similarity_measure=dict(measures) or None,
    )


def told(text: str, **measures: object) -> SnapshotConstraint:
    return SnapshotConstraint(
        database_namespace=DatabaseNamespace.SANDBOX,
        snapshot_constraint=snapshot_similarity,
        target_dataframe=pl.DataFrame({"sender": RoleType.AGENT, "recipient": RoleType.USER, "content": text}),
        column_similarity_measure=dict(measures) or None,
    )


def get_extensions(base_scenarios: dict[str, Scenario]) -> list[ScenarioExtension]:
    tomorrow = get_tomorrow_datetime().replace(hour=17, minute=0, second=0, microsecond=0).timestamp()
    return [
        ScenarioExtension(
            name="text_ola_cellular_off",
            base_scenario=base_scenarios["base_cellular_off"],
            messages=messages("tell Ola hello", "Say hello to Ola"),
            tool_allow_list=["search_contacts", "send_message_with_phone_number", "set_cellular_service_status"],
            milestones=[
                Milestone(
                    snapshot_constraints=[
                        SnapshotConstraint(
                            database_namespace=DatabaseNamespace.SETTING,
                            snapshot_constraint=snapshot_similarity,
                            target_dataframe=pl.DataFrame({"cellular": True}),
                        )
                    ]
                ),
                Milestone(
                    snapshot_constraints=[trace("search_contacts", {"name": "Ola"})],
                    guardrail_database_exclusion_list=[DatabaseNamespace.SETTING],
                ),
                Milestone(
                    snapshot_constraints=[
                        SnapshotConstraint(
                            database_namespace=DatabaseNamespace.MESSAGING,
                            snapshot_constraint=addition_similarity,
                            reference_milestone_node_index=0,
                            target_dataframe=pl.DataFrame(
                                {"recipient_phone_number": "+12065550101", "content": "Hello Ola"}
                            ),
                        )
                    ],
                    guardrail_database_exclusion_list=[DatabaseNamespace.SETTING],
                ),
                Milestone(
                    snapshot_constraints=[
                        told("Your hello is on its way"),
                        told("hello", content=column_contains_similarity),
                    ]
                ),
            ],
            milestone_edge_list=[(0, 2), (1, 2), (2, 3)],
            categories=[ScenarioCategories.STATE_DEPENDENCY],
        ),
        ScenarioExtension(
            name="rename_ola",
            base_scenario=base_scenarios["base"],
            messages=messages("Ola is your colleague now", "Ola is a colleague now"),
            tool_allow_list=["search_contacts", "modify_contact"],
            milestones=[
                Milestone(
                    snapshot_constraints=[
                        SnapshotConstraint(
                            database_namespace=DatabaseNamespace.CONTACT,
                            snapshot_constraint=update_similarity,
                            reference_milestone_node_index=-1,
                            target_dataframe=pl.DataFrame({"person_id": OLA, "relationship": "colleague"}),
                            column_similarity_measure={"relationship": column_exact_match_similarity},
                        )
                    ]
                ),
                Milestone(snapshot_constraints=[told("Ola is listed as a colleague")]),
            ],
        ),
        ScenarioExtension(
            name="remove_ola",
            base_scenario=base_scenarios["base"],
            messages=messages("remove Ola", "Remove Ola"),
            tool_allow_list=["search_contacts", "remove_contact"],
            milestones=[
                Milestone(
                    snapshot_constraints=[
                        SnapshotConstraint(
                            database_namespace=DatabaseNamespace.CONTACT,
                            snapshot_constraint=removal_similarity,
                            reference_milestone_node_index=-1,
                            target_dataframe=pl.DataFrame({"person_id": OLA}),
                        )
                    ]
                )
            ],
            minefields=[
                Minefield(
                    snapshot_constraints=[
                        SnapshotConstraint(
                            database_namespace=DatabaseNamespace.SANDBOX,
                            snapshot_constraint=snapshot_similarity,
                            target_dataframe=pl.DataFrame(
                                {
                                    "sender": RoleType.AGENT,
                                    "recipient": RoleType.EXECUTION_ENVIRONMENT,
                                    "content": "modify_contact",
                                }
                            ),
                            column_similarity_measure={"content": column_contains_similarity},
                        )
                    ]
                )
            ],
        ),
        ScenarioExtension(
            name="remind_tomorrow",
            base_scenario=base_scenarios["base"],
            messages=messages("be reminded tomorrow at five", "Remind me tomorrow at 5pm to feed the cat"),
            tool_allow_list=["get_current_timestamp", "timestamp_diff", "add_reminder"],
            milestones=[
                Milestone(snapshot_constraints=[trace("get_current_timestamp", {})]),
                Milestone(
                    snapshot_constraints=[
                        SnapshotConstraint(
                            database_namespace=DatabaseNamespace.SANDBOX,
                            snapshot_constraint=partial(
                                tool_trace_dependant_similarity,
                                fill_to="tool_trace",
                                extractor=result_to_timestamp0_extractor,
                            ),
                            reference_milestone_node_index=0,
                            target_dataframe=pl.DataFrame(
                                {
                                    "sender": RoleType.EXECUTION_ENVIRONMENT,
                                    "recipient": RoleType.AGENT,
                                    "tool_trace": json.dumps(
                                        {"tool_name": "timestamp_diff", "arguments": {"timestamp_1": tomorrow}}
                                    ),
                                }
                            ),
                            column_similarity_measure={
                                "tool_trace": partial(
                                    column_tool_trace_exact_match_similarity,
                                    atol_dict={"timestamp_0": 5, "timestamp_1": float("inf")},
                                )
                            },
                        )
                    ]
                ),
                Milestone(
                    snapshot_constraints=[
                        SnapshotConstraint(
                            database_namespace=DatabaseNamespace.REMINDER,
                            snapshot_constraint=addition_similarity,
                            reference_milestone_node_index=0,
                            target_dataframe=pl.DataFrame({"content": "Feed the cat", "reminder_timestamp": tomorrow}),
                            column_similarity_measure={
                                "reminder_timestamp": partial(
                                    column_close_similarity, atol_dict={"reminder_timestamp": 60}
                                )
                            },
                        )
                    ]
                ),
            ],
        ),
        ScenarioExtension(
            name="text_ola_without_a_phone",
            base_scenario=base_scenarios["base"],
            messages=messages("tell Ola hello", "Say hello to Ola"),
            tool_allow_list=["search_contacts"],
            tool_deny_list=["send_message_with_phone_number"],
            minefields=[Minefield(snapshot_constraints=[trace("search_contacts", {"name": "Ola"})])],
            categories=[ScenarioCategories.INSUFFICIENT_INFORMATION],
        ),
    ]


def named_errand_scenarios(preferred_tool_backend: ToolBackend) -> dict[str, Scenario]:
    base_scenarios = named_base_scenarios(preferred_tool_backend)
    scenarios: dict[str, Scenario] = {}
    for extension in get_extensions(base_scenarios):
        if ScenarioCategories.SINGLE_USER_TURN not in extension.categories:
            extension.categories.append(ScenarioCategories.SINGLE_USER_TURN)
        scenarios.update(extension.get_extended_scenario())
    return scenarios
