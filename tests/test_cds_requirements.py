"""CDS Hooks 2.0: every requirement on a service has its place, and those on what is said have a test that fails when broken."""

from collections.abc import Mapping

import test_cds_cards
import test_cds_feedback
import test_cds_hooks

PLACES = {**vars(test_cds_hooks), **vars(test_cds_cards), **vars(test_cds_feedback)}
"""Where the tests are that the table names."""

# The numbers are those of the requirements of CDS Hooks 2.0 on a service. "service": it concerns HTTP, TLS, JWT or CORS, and is
# kept by the service over these functions. "client": it says what a client may or should do. "never": it concerns something
# optional that is never sent, which the test named behind it makes sure of.

KEPT: Mapping[int, str] = {
    1: "service",
    2: "service",
    3: "test_nothing_is_null_or_empty_but_the_list_of_cards",
    4: "service",
    5: "service",
    6: "test_discovery_is_an_object_with_a_list_of_services",
    7: "test_each_service_names_its_hook_id_title_and_description",
    8: "test_each_service_names_its_hook_id_title_and_description",
    9: "test_each_service_names_its_hook_id_title_and_description",
    10: "test_each_service_names_its_hook_id_title_and_description",
    11: "test_prefetch_is_an_object_of_queries",
    12: "test_each_service_names_its_hook_id_title_and_description",
    13: "service",
    14: "test_what_is_wrong_is_an_error_with_its_places_and_never_an_empty_list",
    16: "service",
    27: "service",
    28: "test_what_was_prefetched_is_used",
    29: "test_prefetch_is_an_object_of_queries",
    34: "test_what_was_not_prefetched_is_fetched",
    35: "test_prefetch_tokens_name_a_field_of_the_context_and_nothing_else",
    36: "test_each_key_of_the_templates_is_one_under_which_data_is_taken",
    52: "test_an_operation_outcome_is_no_data",
    54: "test_required_data_that_cannot_be_had_is_412",
    55: "test_prefetch_tokens_name_a_field_of_the_context_and_nothing_else",
    56: "test_prefetch_tokens_name_a_field_of_the_context_and_nothing_else",
    57: "test_prefetch_tokens_name_a_field_of_the_context_and_nothing_else",
    58: "test_queries_keep_to_what_is_recommended",
    59: "test_prefetch_tokens_name_a_field_of_the_context_and_nothing_else",
    60: "test_what_was_not_prefetched_is_fetched",
    61: "service",
    74: "test_a_good_answer_is_200_with_cards",
    75: "never: test_what_is_optional_and_not_offered_is_never_sent",
    76: "test_what_is_wrong_is_an_error_with_its_places_and_never_an_empty_list",
    77: "test_no_guidance_is_an_empty_list_of_cards",
    78: "client",
    80: "test_a_card_has_its_own_id",
    81: "test_a_card_has_its_own_id",
    82: "test_feedback_is_kept_beside_the_cards_that_were_given",
    83: "test_a_summary_is_shorter_than_140_characters",
    84: "test_a_detail_is_markdown",
    85: "test_a_detail_is_markdown",
    87: "test_the_indicator_says_how_urgent_it_is",
    88: "test_the_indicator_says_how_urgent_it_is",
    89: "client",
    90: "test_the_source_says_where_it_comes_from",
    92: "test_a_draft_of_a_referral_is_suggested_where_it_may_be",
    93: "test_suggestions_say_how_they_are_chosen",
    94: "test_a_draft_of_a_referral_is_suggested_where_it_may_be",
    95: "test_suggestions_say_how_they_are_chosen",
    96: "test_suggestions_say_how_they_are_chosen",
    98: "test_reasons_to_set_a_card_aside_are_codings_with_words",
    99: "test_reasons_to_set_a_card_aside_are_codings_with_words",
    100: "test_reasons_to_set_a_card_aside_are_codings_with_words",
    103: "test_links_are_absolute_and_lead_to_the_rules",
    104: "test_links_are_absolute_and_lead_to_the_rules",
    105: "test_the_source_says_where_it_comes_from",
    106: "test_the_source_says_where_it_comes_from",
    107: "test_the_source_says_where_it_comes_from",
    108: "test_the_source_says_where_it_comes_from",
    109: "test_the_source_says_where_it_comes_from",
    110: "test_links_are_absolute_and_lead_to_the_rules",
    111: "never: test_what_is_optional_and_not_offered_is_never_sent",
    112: "never: test_what_is_optional_and_not_offered_is_never_sent",
    113: "never: test_what_is_optional_and_not_offered_is_never_sent",
    115: "test_the_topic_is_a_coding_of_what_is_told",
    116: "test_the_topic_is_a_coding_of_what_is_told",
    117: "test_a_draft_of_a_referral_is_suggested_where_it_may_be",
    118: "test_a_draft_of_a_referral_is_suggested_where_it_may_be",
    119: "test_a_draft_of_a_referral_is_suggested_where_it_may_be",
    120: "never: test_what_is_optional_and_not_offered_is_never_sent",
    121: "never: test_what_is_optional_and_not_offered_is_never_sent",
    122: "never: test_what_is_optional_and_not_offered_is_never_sent",
    123: "test_an_action_creates_a_whole_new_resource",
    124: "test_an_action_creates_a_whole_new_resource",
    125: "test_an_action_creates_a_whole_new_resource",
    127: "test_an_action_creates_a_whole_new_resource",
    128: "test_an_action_creates_a_whole_new_resource",
    129: "client",
    130: "test_an_action_creates_a_whole_new_resource",
    131: "test_an_action_creates_a_whole_new_resource",
    132: "never: test_an_action_creates_a_whole_new_resource",
    133: "never: test_an_action_creates_a_whole_new_resource",
    134: "never: test_an_action_creates_a_whole_new_resource",
    135: "never: test_an_action_creates_a_whole_new_resource",
    136: "test_reasons_to_set_a_card_aside_are_codings_with_words",
    138: "test_links_are_absolute_and_lead_to_the_rules",
    139: "test_links_are_absolute_and_lead_to_the_rules",
    140: "test_links_are_absolute_and_lead_to_the_rules",
    141: "test_links_are_absolute_and_lead_to_the_rules",
    142: "test_links_are_absolute_and_lead_to_the_rules",
    144: "never: test_what_is_optional_and_not_offered_is_never_sent",
    145: "never: test_what_is_optional_and_not_offered_is_never_sent",
    146: "never: test_what_is_optional_and_not_offered_is_never_sent",
    147: "never: test_what_is_optional_and_not_offered_is_never_sent",
    148: "test_feedback_is_kept_beside_the_cards_that_were_given",
    **dict.fromkeys((168, 175, 176, 177, 179, 195, 199, 200, 201, 203, 205, 206, 207, 208), "service"),
    210: "test_one_service_with_one_hook_updates_nothing",
    211: "test_one_service_with_one_hook_updates_nothing",
    212: "client",
    213: "test_one_service_with_one_hook_updates_nothing",
    214: "never: test_what_is_optional_and_not_offered_is_never_sent",
    215: "never: test_what_is_optional_and_not_offered_is_never_sent",
    216: "test_every_coding_has_a_code_a_system_and_words",
    217: "test_every_coding_has_a_code_a_system_and_words",
    218: "test_every_coding_has_a_code_a_system_and_words",
    219: "test_every_coding_has_a_code_a_system_and_words",
    220: "test_every_coding_has_a_code_a_system_and_words",
}
SHALL = {
    *range(1, 8), 9, 10, 13, 16, 29, 36, 54, *range(55, 58), 59, 61, 74, 75, 80, 83, 85, *range(87, 91), 92, 93, 95, 96, 98, 100,
    103, 105, 107, 111, 115, 117, 119, 121, 124, 125, 127, 128, *range(130, 137), 138, 139, 141, 142, 144, 147, 168, 176, 199,
    201, 203, 208, 211, 213, 214, *range(216, 221),
}  # fmt: skip
"""The requirements that say SHALL or SHALL NOT, as the specification's own list marks them."""
OTHERS = {
    8, 11, 12, 14, 27, 28, 34, 35, 52, 58, 60, 76, 77, 78, 81, 82, 84, 94, 99, 104, 106, 108, 109, 110, 112, 113, 116, 118, 120,
    122, 123, 129, 140, 145, 146, 148, 175, 177, 179, 195, 200, 205, 206, 207, 210, 212, 215,
}  # fmt: skip


def test_each_of_the_120_requirements_has_its_place() -> None:
    assert set(KEPT) == SHALL | OTHERS
    assert len(KEPT) == 120
    for number, where in KEPT.items():
        name = where.removeprefix("never: ")
        assert name in {"service", "client"} or callable(PLACES.get(name)), number
        assert number not in SHALL or where != "client" or number == 89  # 89 says MAY of a client, whatever its mark
