"""Which telephone numbers may get text messages."""

from __future__ import annotations

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from reception.database.records import Patient
from reception.practice import Practice

#: Kinds of numbers that surely take no texts. Where mobile numbers can't be told from others, as in North
#: America, the carrier has the last word.
_NOT_MOBILE = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PAGER,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)


def number_for_texts(practice: Practice, patient: Patient | None) -> str:
    """The patient's number if texts can go from the practice to it; else nothing."""
    if patient is None or not practice.phone or not textable(patient.phone):
        return ""
    return patient.phone


def textable(number: str) -> bool:
    """Whether a number in E.164 looks like one that gets texts."""
    try:
        parsed = phonenumbers.parse(number, None)
    except NumberParseException:
        return False
    return phonenumbers.is_possible_number(parsed) and phonenumbers.number_type(parsed) not in _NOT_MOBILE
