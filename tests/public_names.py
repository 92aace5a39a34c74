"""What existing users' scenarios, tools, roles, tests and notebooks import: each module with the names it promises."""

from __future__ import annotations

SCENARIO_MODULES = ("single_tool_call", "multiple_tool_call", "multiple_user_turn", "insufficient_information")

PUBLIC_NAMES: dict[str, str] = {
    "tool_sandbox": "__version__",
    "tool_sandbox.analysis.analysis": "extract_aggregated_stats extract_meta_stats",
    "tool_sandbox.analysis.data_loading": (
        "extract_scenario_results get_scenario_artifacts_path get_scenario_pretty_print_path load_result_summary"
    ),
    "tool_sandbox.cli": ("DEFAULT_USER_TYPE get_git_sha has_local_changes main run_sandbox write_result_summary"),
    "tool_sandbox.cli.utils": (
        "AGENT_TYPE_TO_FACTORY RoleImplType TEST_SCENARIO_NAMES USER_TYPE_TO_FACTORY create_litellm_agent "
        "create_router_agent get_category_summary get_category_to_scenario_count "
        "get_necessary_tool_name_to_scenario_count resolve_scenarios run_scenario"
    ),
    "tool_sandbox.common.evaluation": (
        "ColumnSimilarityMeasureType Evaluation EvaluationResult Milestone MilestoneMatcher Minefield "
        "SnapshotConstraint addition_similarity column_close_similarity column_contains_similarity "
        "column_exact_match_similarity column_rouge_l_similarity column_tool_trace_exact_match_similarity "
        "removal_similarity snapshot_similarity tool_trace_dependant_similarity update_similarity"
    ),
    "tool_sandbox.common.execution_context": (
        "DatabaseNamespace ExecutionContext RoleType ScenarioCategories TOOL_AUGMENTATION_TYPE get_current_context "
        "new_context new_context_with_attribute set_current_context"
    ),
    "tool_sandbox.common.message_conversion": (
        "Message openai_tool_call_to_python_code python_code_to_openai_tool_call serialize_to_conversation "
        "to_openai_messages"
    ),
    "tool_sandbox.common.scenario": "Scenario ScenarioExtension ScenarioResult",
    "tool_sandbox.common.tool_conversion": (
        "convert_to_openai_tool convert_to_openai_tools maybe_scramble_arg_description maybe_scramble_arg_type "
        "maybe_scramble_tool_description"
    ),
    "tool_sandbox.common.tool_discovery": (
        "ToolBackend _extract_tools find_tools_by_module get_all_tools get_scrambled_tool_names "
        "rank_tools_by_similarity"
    ),
    "tool_sandbox.common.tool_trace_extractors": (
        "ToolTraceExtractorType current_temperature_extractor days_extractor default_value_normalization "
        "lat_lon_dict_extractor min_temperature_amount_extractor min_temperature_extractor "
        "result_to_reminder_timestamp_lowerbound_extractor result_to_temperature_extractor "
        "result_to_timestamp0_extractor result_to_timestamp1_extractor "
        "search_weather_around_lat_lon_temperature_extractor"
    ),
    "tool_sandbox.common.utils": (
        "NOT_GIVEN NotGiven all_logging_disabled attrs_serialize deterministic_uuid exact_match_filter_dataframe "
        "filter_dataframe fuzzy_match_filter_dataframe get_next_iso_weekday_datetime get_tomorrow_datetime "
        "gt_eq_filter_dataframe is_close lt_eq_filter_dataframe range_filter_dataframe register_as_tool"
    ),
    "tool_sandbox.common.validators": (
        "typechecked validate_currency_code validate_latitude validate_longitude validate_phone_number "
        "validate_range validate_timestamp validate_type validate_type_range"
    ),
    "tool_sandbox.roles.anthropic_api_agent": ("AnthropicAPIAgent ClaudeHaikuAgent ClaudeOpusAgent ClaudeSonnetAgent"),
    "tool_sandbox.roles.anthropic_tool_utils": "convert_to_anthropic_tool",
    "tool_sandbox.roles.base_role": "BaseRole",
    "tool_sandbox.roles.cli_role": "CliAgent CliRole CliUser InteractiveMessage user_tool_call_to_python_code",
    "tool_sandbox.roles.cohere_agent": "CohereAgent to_cohere_tool",
    "tool_sandbox.roles.execution_environment": "ExecutionEnvironment",
    "tool_sandbox.roles.gemini_agent": "GeminiAgent",
    "tool_sandbox.roles.gorilla_api_agent": "GorillaAPIAgent",
    "tool_sandbox.roles.hermes_api_agent": "HermesAPIAgent",
    "tool_sandbox.roles.litellm_agent": "LiteLLMAgent LiteLLMAgentWithRouter",
    "tool_sandbox.roles.mistral_api_agent": "MistralAgent MistralOpenAIServerAgent",
    "tool_sandbox.roles.openai_api_agent": (
        "GPT_3_5_0125_Agent GPT_4_0125_Agent GPT_4_o_2024_05_13_Agent OpenAIAPIAgent"
    ),
    "tool_sandbox.roles.openai_api_user": ("GPT_3_5_0125_User GPT_4_0125_User GPT_4_o_2024_05_13_User OpenAIAPIUser"),
    "tool_sandbox.roles.unhelpful_agent": "UnhelpfulAgent",
    "tool_sandbox.scenarios": "named_scenarios",
    "tool_sandbox.scenarios.base_scenarios": "named_base_scenarios",
    **{f"tool_sandbox.scenarios.{kind}_scenarios": f"named_{kind}_scenarios" for kind in SCENARIO_MODULES},
    "tool_sandbox.scenarios.user_simulator_few_shot_examples": (
        "USER_INSTRUCTION named_user_simulator_few_shot_examples"
    ),
    "tool_sandbox.tools.contact": "add_contact modify_contact remove_contact search_contacts",
    "tool_sandbox.tools.messaging": "search_messages send_message_with_phone_number",
    "tool_sandbox.tools.rapid_api_search_tools": (
        "convert_currency search_lat_lon search_location_around_lat_lon search_stock search_weather_around_lat_lon"
    ),
    "tool_sandbox.tools.reminder": "add_reminder modify_reminder remove_reminder search_reminder",
    "tool_sandbox.tools.setting": (
        "get_boolean_settings get_cellular_service_status get_current_location get_location_service_status "
        "get_low_battery_mode_status get_wifi_status set_boolean_settings set_cellular_service_status "
        "set_location_service_status set_low_battery_mode_status set_wifi_status"
    ),
    "tool_sandbox.tools.user_tools": "end_conversation",
    "tool_sandbox.tools.utilities": (
        "datetime_info_to_timestamp search_holiday timestamp_to_datetime_info unit_conversion"
    ),
}
"""Module to its names, separated by spaces."""
