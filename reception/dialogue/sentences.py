"""The desk's sentences in one language, by key and channel, and the variables each may use."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from reception.dialogue.state import Expects, Task

#: What may be wished beside something else, and is taken up afterwards.
SECOND_WISHES = tuple(
    task for task in Task if task not in (Task.WAITLIST, Task.MESSAGE, Task.MEDICAL_QUESTION)
)
#: The variables each sentence may use; a sentence with another one is refused at start.
VARIABLES: Mapping[str, frozenset[str]] = {
    key: frozenset(names.split())
    for key, names in {
        "greeting": "practice number", "desk_off": "practice by_phone number",
        "hello": "", "ask_request": "", "anything_else": "", "welcome": "",
        "goodbye": "practice", "verbatim": "text",
        "ask_reason": "", "ask_date": "", "ask_date_move": "", "ask_which_day": "days", "day_past": "",
        "beyond_horizon": "last", "offer_one": "offers", "offer_times": "offers", "ask_which": "offers which",
        "birth_noted": "", "confirm_waitlist": "name for_kind for_wish",
        "nothing_then": "wish", "nothing_else_then": "wish", "slot_taken": "", "time_free": "offer",
        "not_offered_by": "practitioner kind others", "not_taking_new": "practitioner",
        "not_here": "practitioner",
        "type_not_for_new": "kind instead", "longer_first_visit": "kind",
        "insurance_not_taken": "practitioner insurance", "confirm_booking": "kind name offer for_reason",
        "ask_change": "", "booked": "offer kind", "bring": "bring", "already_then": "existing",
        "nothing_booked": "", "offer_waitlist": "", "offer_waitlist_new": "", "on_waitlist": "",
        "waiting_free": "offer", "still_waiting": "", "offer_gone": "",
        "replacement_gone": "", "replacement_declined": "",
        "confirmed": "existing", "appointment_changed": "", "appointment_now": "existing",
        "ask_patient_name": "", "ask_date_of_birth": "", "ask_phone": "", "confirm_identity": "name born",
        "ask_known": "", "ask_last_name": "", "take_your_time": "", "why_identify": "",
        "not_identified": "", "no_record": "",
        "ask_phone_new": "", "ask_email": "", "ask_insurance": "",
        "ask_appointment": "all", "your_appointment": "existing", "your_appointments": "all",
        "no_appointments": "", "confirm_cancel": "existing", "cancelled": "existing", "kept": "",
        "confirm_move": "existing offer", "moved": "offer",
        "ask_prescription_medication": "", "ask_prescription_dose": "",
        "confirm_prescription": "medication dose_too for_whom", "ask_referral_specialty": "",
        "ask_referral_reason": "", "confirm_referral": "specialty reason for_whom", "ask_sick_note_date": "",
        "ask_sick_note_reason": "", "confirm_sick_note": "date reason for_whom", "ask_test_results_test": "",
        "confirm_test_results": "test for_whom", "ask_billing_topic": "", "confirm_billing": "topic",
        "ask_message_text": "", "ask_message_callback": "", "confirm_message": "text callback",
        "request_filed": "", "request_dropped": "", "dropped": "",
        "own_answer": "answer", "opening_hours": "hours", "hours_on_day": "day blocks",
        "address": "address", "phone": "phone", "doctors": "doctors", "languages": "doctors",
        "insurances": "plans",
        "insurance_taken": "insurance doctors", "insurance_refused": "insurance",
        "answer_unknown": "by_phone", "no_advice": "", "urgent_care": "urgent_care",
        "offer_appointment": "", "offer_nurse_call": "", "medical_noted": "",
        "ask_medical_question_callback": "", "confirm_medical_question": "callback_too",
        "emergency": "number", "handover": "", "handover_number": "", "handover_identity": "",
        "handover_identity_number": "", "offer_handover": "",
        "ask_callback_number": "", "callback_noted": "", "team_back": "opens", "message_added": "",
        "team_comes": "", "out_of_scope": "", "not_understood": "",
        **{f"help_{expects}": "" for expects in Expects},
        **{f"mean_{task}": "" for task in Task}, "mean_emergency": "number",
        **{f"also_{task}": "" for task in SECOND_WISHES},
    }.items()
}  # fmt: skip


class Sentences:
    """The wordings of each key: one, several, or those for the `phone` apart from those for the `chat`.

    Those for text messages (`sms`) are the chat's where the file gives none.
    """

    def __init__(self, read: Mapping[str, Any]) -> None:
        self._keys = frozenset(read)
        self._written = {key: self._several(each, "chat") for key, each in read.items()}
        self._spoken = {key: self._several(each, "phone") for key, each in read.items()}
        self._texted = {
            key: self._several(each, "sms")
            for key, each in read.items()
            if isinstance(each, Mapping) and "sms" in each
        }

    @staticmethod
    def _several(each: Any, channel: str) -> tuple[str, ...]:
        one = each.get(channel, "") if isinstance(each, Mapping) else each
        return (one,) if isinstance(one, str) else tuple(one)

    def of(self, key: str, *, spoken: bool, texted: bool) -> tuple[str, ...]:
        if texted and key in self._texted:
            return self._texted[key]
        return (self._spoken if spoken else self._written)[key]

    def _all(self, key: str) -> tuple[str, ...]:
        return self._written[key] + self._spoken[key] + self._texted.get(key, ())

    def problems(self) -> list[str]:
        """Keys missing or unknown, sentences that are empty, and variables that one may not use."""
        problems = [f"{key} is missing" for key in VARIABLES.keys() - self._keys]
        problems += [f"{key} is not known" for key in self._keys - VARIABLES.keys()]
        for key in VARIABLES.keys() & self._keys:
            problems += [f"{key} lacks a sentence" for one in self._all(key) if not one]
            for sentence in self._all(key):
                used = {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}
                problems += [f"{key} may not use {{{name}}}" for name in used - VARIABLES[key]]
        return problems
