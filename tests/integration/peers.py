"""The faults that broke other projects of our field, each with the tests that show it does not break us.

The keys are those of the list of faults collected from them; a fault may be covered elsewhere.
"""

from __future__ import annotations

HERE = "tests/integration/test_peers.py"
DELIVERY = "tests/integration/delivery"
INBOX = "tests/integration/inbox"
WARNING = "tests/integration/test_warning.py"
ORDER = "tests/integration/test_series_order.py"
SERIES = "tests/integration/test_series_machine.py"
MACHINES = "tests/faults/test_machines.py"
HOOK = f"{INBOX}/test_webhook.py"
DUTY = "tests/unit/test_duty_rules.py"
KILLS = "tests/faults/test_night_of_kills.py"
LINE = "tests/faults/test_cut_line.py"
ORDERS = "tests/faults/test_interleavings.py"
OUTAGES = "tests/faults/test_outages.py"
TROUBLE = "tests/integration/test_trouble.py"

FAULTS: dict[str, tuple[str, ...]] = {
    "F1 killed anywhere": (
        "tests/faults/test_kills.py::test_no_act_is_lost_in_a_short_stream_with_kills",
        f"{KILLS}::test_nobody_is_lost_in_a_short_night_of_kills",
        f"{KILLS}::test_nobody_of_two_thousand_is_lost_in_two_hundred_kills_on_sqlite",
        f"{KILLS}::test_nobody_of_two_thousand_is_lost_in_two_hundred_kills_of_sender_web_and_timetable",
        f"{OUTAGES}::test_a_database_server_that_crashes_in_a_short_night_costs_nothing_but_time",
        f"{OUTAGES}::test_a_disk_that_is_full_for_a_while_costs_nothing_but_time",
        "tests/e2e/test_storm_night.py::test_a_night_of_warnings_killed_at_every_step_ends_as_if_nothing_had_happened",
        f"{DELIVERY}/test_lifecycle.py::test_what_was_being_sent_when_it_died_is_repeated_marked_if_somebody_depends_on_it",
        f"{DELIVERY}/test_lifecycle.py::test_what_was_only_read_from_the_queue_when_it_died_goes_out_unmarked",
    ),
    "F3 several programs, their clocks apart": (
        "tests/integration/test_timetables.py::test_timetables_whose_clocks_are_apart_tell_what_one_would_have_told",
        f"{MACHINES}::test_of_two_senders_of_a_token_one_sends_and_the_other_follows_when_it_ends",
        f"{MACHINES}::test_a_sender_that_is_killed_is_succeeded_within_ten_seconds_and_what_it_had_read_goes_once",
        f"{MACHINES}::test_a_frozen_sender_is_succeeded_within_ten_seconds_and_sends_and_writes_nothing_more_when_it_wakes",
        "tests/e2e/test_machines.py::test_two_that_take_updates_in_handle_each_once_and_in_the_order_of_its_chat",
        "tests/e2e/test_machines.py::test_a_danger_sign_looks_the_same_with_one_program_and_with_many",
        "tests/integration/test_sole.py::test_who_was_succeeded_in_the_middle_of_a_transaction_leaves_nothing_of_it",
    ),
    "F2 an answer at the instant of its reminder": (
        f"{ORDERS}::test_who_has_answered_a_warning_is_reminded_no_more_in_any_order",
        f"{ORDERS}::test_who_has_answered_is_reminded_no_more_in_a_thousand_orders",
        f"{ORDERS}::test_what_somebody_has_in_hand_is_called_for_no_more_in_any_order",
        f"{ORDERS}::test_what_somebody_has_in_hand_is_called_for_no_more_in_a_thousand_orders",
        f"{WARNING}::test_an_answer_calls_off_the_reminder_that_waits_to_be_sent_and_nobody_elses",
        "tests/integration/test_chase.py::test_taking_it_in_hand_calls_off_what_waits_to_be_sent",
    ),
    "F4 away for three hours across several steps": (
        f"{HERE}::test_three_hours_away_everybody_is_asked_once_at_the_last_step_and_then_telephoned",
        "tests/integration/test_timetable.py::test_after_three_hours_each_item_is_caught_up_with_once",
        "tests/integration/test_chase.py::test_many_are_told_again_after_five_minutes_and_once_after_three_hours",
        f"{DELIVERY}/test_outcomes.py::test_what_is_past_its_validity_is_held",
    ),
    "F5 a whole district at the platform's limits": (
        "tests/faults/test_limits.py::test_a_red_warning_to_everybody_is_as_fast_as_the_platform_allows_on_sqlite",
        "tests/faults/test_limits.py::test_a_red_warning_to_everybody_is_as_fast_as_the_platform_allows_on_postgresql",
        "tests/integration/test_crowded_warning.py::test_issuing_to_hundreds_takes_no_statement_for_each",
        f"{DELIVERY}/test_order.py::test_the_pace_is_kept_so_that_the_platform_never_has_to_refuse",
        f"{DELIVERY}/test_outcomes.py::test_a_flood_answer_parks_only_its_chat_and_is_no_attempt",
    ),
    "F6 one red behind three hundred blue": (
        f"{DELIVERY}/test_order.py::test_a_red_one_goes_before_any_more_of_three_hundred_blue",
        f"{DELIVERY}/test_order.py::test_an_order_to_one_overtakes_a_red_warning_to_hundreds",
        f"{DELIVERY}/test_order.py::test_an_answer_somebody_waits_for_comes_though_a_red_warning_to_hundreds_is_leaving",
        f"{DELIVERY}/test_pins.py::test_a_pin_waits_until_every_text_is_there",
    ),
    "F7 whatever the platform may answer": (
        f"{DELIVERY}/test_outcomes.py::test_broken_markup_goes_plain_and_a_plain_text_refused_again_ends",
        f"{DELIVERY}/test_outcomes.py::test_a_lost_answer_is_repeated_once_and_marked_if_somebody_depends_on_it",
        f"{DELIVERY}/test_cards.py::test_a_group_that_moves_is_followed_and_nothing_comes_twice",
        f"{DELIVERY}/test_cards.py::test_not_modified_is_success",
        f"{DELIVERY}/test_outcomes.py::test_a_failure_after_which_nobody_knows_is_treated_as_a_lost_answer",
        f"{DELIVERY}/test_outcomes.py::test_a_person_who_cannot_be_written_to_is_heard_of",
        f"{DELIVERY}/test_outcomes.py::test_a_group_that_put_the_bot_out_is_heard_of",
        f"{DELIVERY}/test_outcomes.py::test_a_text_the_platform_will_never_take_ends_and_lets_the_next_one_go",
        f"{DELIVERY}/test_outcomes.py::test_a_topic_that_is_gone_falls_back_to_the_general_one",
        f"{LINE}::test_a_line_cut_for_five_minutes_costs_five_minutes",
        f"{LINE}::test_who_waits_for_the_line_or_for_a_flood_does_not_wait_an_hour_when_the_clock_is_set",
    ),
    "F8 taps of every kind": (
        f"{WARNING}::test_a_second_tap_changes_nothing_and_a_better_answer_does",
        f"{HERE}::test_ten_people_at_once_are_ten_answers",
        f"{HERE}::test_who_has_read_the_older_text_has_not_read_the_newer_one",
        f"{HERE}::test_after_a_lifting_an_old_button_says_that_it_is_over",
        f"{HERE}::test_a_stranger_in_a_group_counts_for_nothing_and_is_shown_how_to_join",
        f"{HERE}::test_twelve_hours_of_taps_at_once_count_once_each_under_their_own_version",
        f"{HERE}::test_a_tap_too_old_to_be_answered_is_handled_all_the_same",
        f"{INBOX}/test_worker.py::test_what_arrives_twice_is_handled_once",
        f"{INBOX}/test_poller.py::test_what_the_platform_delivers_twice_is_stored_once",
        f"{HOOK}::test_who_does_not_know_both_secrets_brings_nothing",
    ),
    "F9 raised and lifted while the first is still tried": (
        f"{ORDER}::test_raised_and_lifted_while_the_first_is_still_tried_each_chat_reads_in_order_or_nothing",
        f"{ORDER}::test_lifted_before_anything_left_nobody_reads_anything",
        f"{ORDER}::test_who_blocked_us_reads_of_no_end_and_who_may_have_read_does",
        f"{ORDER}::test_killed_between_sending_and_knowing_he_may_have_read_it_and_hears_of_the_end",
        f"{DELIVERY}/test_versions.py::test_of_two_versions_waiting_only_the_newer_is_read",
        f"{SERIES}::test_whatever_becomes_of_a_series_everybody_has_its_newest_text_on_sqlite",
    ),
    "F10 nobody there": (
        f"{HERE}::test_who_never_came_is_telephoned_at_once_and_it_is_written_down",
        f"{HERE}::test_who_goes_while_he_is_being_asked_is_not_waited_for",
        f"{HERE}::test_when_nobody_at_all_can_be_reached_the_desk_hears_it_at_once",
        "tests/integration/test_incident.py::test_where_there_is_no_group_the_duty_post_is_told_and_an_empty_tier_is_shown",
    ),
    "F11 one poisonous item": (
        f"{INBOX}/test_worker.py::test_a_poisonous_update_is_tried_three_times_and_set_aside_and_its_chat_goes_on",
        "tests/integration/test_timetable.py::test_a_pass_that_fails_stops_no_other_and_leaves_nothing",
        f"{DELIVERY}/test_cards.py::test_a_painter_that_fails_spoils_its_own_card_only_until_it_is_touched",
        f"{TROUBLE}::test_a_full_disk_is_no_try_of_an_update",
        f"{TROUBLE}::test_an_update_that_was_sent_back_from_a_deadlock_is_handled_again_however_often",
    ),
    "F12 everybody has blocked the bot": (
        f"{DELIVERY}/test_disbelief.py::test_when_everybody_is_gone_for_five_minutes_nobody_is_struck_off_and_everybody_is_told",
        f"{DELIVERY}/test_disbelief.py::test_while_it_lasts_each_chat_is_asked_now_and_then_and_never_believed",
        f"{DELIVERY}/test_disbelief.py::test_a_few_who_block_the_bot_among_many_are_believed",
        f"{DELIVERY}/test_disbelief.py::test_groups_that_put_the_bot_out_all_at_once_keep_their_places",
    ),
    "F13 who is on duty at any minute": (
        "tests/integration/test_duty_story.py::test_whenever_somebody_asks_whoever_the_book_says_is_on_duty",
        "tests/faults/test_duty_minutes.py::test_at_each_minute_of_a_night_whoever_the_book_says_is_on_duty",
        f"{DUTY}::test_every_minute_of_a_week_is_in_the_shift_that_watching_the_clock_gives",
        f"{DUTY}::test_coverage_is_what_counting_by_hand_gives",
    ),
    "F14 two hundred at once": (
        "tests/integration/test_database.py::test_two_hundred_people_report_at_once_and_each_has_his_draft",
        "tests/integration/test_database.py::test_two_hundred_who_read_and_then_write_all_get_through",
        "tests/e2e/test_storm.py::test_taps_are_answered_at_once_while_five_hundred_things_come_in",
    ),
    "F15 a message nobody expected": (
        f"{HERE}::test_a_message_nobody_expected_fails_the_story",
        f"{HERE}::test_a_call_the_platform_refuses_fails_the_story",
    ),
    "F16 polling and webhook": (
        "tests/e2e/test_webhook.py::test_a_danger_sign_looks_the_same_by_polling_and_by_webhook",
        f"{HOOK}::test_what_people_do_is_brought_in_order_and_what_waited_before_too",
        f"{HOOK}::test_what_could_not_be_stored_is_brought_again_and_once_is_enough",
        f"{HOOK}::test_an_installation_that_fetches_again_takes_its_webhook_away_and_loses_nothing",
    ),
}
