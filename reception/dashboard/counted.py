"""What the figures page counts in one stretch of time, and what is reckoned from that. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reception.dashboard.sheets import share
from reception.database.store.figures import QUESTION, Ending, Mistaken, Pace, Reading, Talks, WaitingFigures

CHANNELS = {"phone": "Calls", "chat": "Chats", "sms": "Texts"}
#: Intents that say what somebody wants, in the order of the contract.
WISHES = (
    "book_appointment", "reschedule_appointment", "cancel_appointment", "check_appointment",
    "request_prescription", "request_referral", "request_sick_note", "request_test_results",
    "billing_question", "practice_question", "medical_question", "emergency", "speak_to_staff",
    "leave_message",
)  # fmt: skip
#: Minutes of somebody at the telephone that are estimated for each thing the desk did, unless the practice
#: names others.
MINUTES = {
    "booked": ("Booked an appointment", 4),
    "moved": ("Moved an appointment", 4),
    "cancelled": ("Cancelled an appointment", 3),
    "checked": ("Told when the appointment is", 2),
    "confirmed": ("Took a confirmation", 1),
    "waitlist": ("Put somebody on the waiting list", 3),
    QUESTION: ("Answered a question about the practice", 2),
    "inbox": ("Took down a request for the inbox", 2),
}


@dataclass(frozen=True)
class Counted:
    """All that was counted in one stretch."""

    talks: Sequence[Talks]
    weekdays: Mapping[tuple[int, int], int]
    endings: Sequence[Ending]
    reasons: Mapping[str, int]
    handed_over: Mapping[str, int]
    readings: Sequence[Reading]
    mistaken: Sequence[Mistaken]
    pace: Sequence[Pace]
    paces: Sequence[Pace]
    attendance: Mapping[str, int]
    waiting: WaitingFigures
    texts: Mapping[tuple[str, str], int]
    minutes: Mapping[str, float] = field(default_factory=dict)  # the practice's own, by kind of MINUTES

    def of_channel(self, channel: str) -> int:
        return sum(one.count for one in self.talks if one.channel == channel)

    def ended(self, who: str) -> int:
        return sum(one.count for one in self.endings if one.who == who)

    def did(self, kind: str) -> int:
        """How often the desk did something of MINUTES with nobody else needed."""
        if kind == "inbox":
            return self.ended("inbox")
        return sum(one.count for one in self.endings if one.who == "desk" and one.outcome == kind)

    def each(self, kind: str) -> float:
        """The minutes that one thing of MINUTES is taken to cost."""
        return self.minutes.get(kind, MINUTES[kind][1])

    @property
    def hours_saved(self) -> float:
        return sum(self.did(kind) * self.each(kind) for kind in MINUTES) / 60

    @property
    def turns(self) -> int:
        return sum(one.turns for one in self.readings)

    @property
    def corrected(self) -> int:
        return sum(one.corrected for one in self.readings)

    @property
    def no_shows(self) -> float | None:
        """Of those that came or did not."""
        missed = self.attendance.get("no_show", 0)
        return share(missed, missed + self.attendance.get("completed", 0))

    def texts_with(self, statuses: Sequence[str], kind: str | None = None) -> int:
        return sum(
            count for (one, status), count in self.texts.items() if status in statuses and kind in (None, one)
        )
