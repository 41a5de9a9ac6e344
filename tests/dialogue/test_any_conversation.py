"""Unit ring: whatever is understood in whatever order, a conversation keeps its promises.

Any sequence of frames, sensible or not, is played; after each turn all that must always hold is checked.
`CONVERSATIONS=5000` plays more of them.
"""

from __future__ import annotations

import os
from datetime import date, time, timedelta
from typing import Any

from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from reception.dialogue import needs
from reception.dialogue.doubt import ALARMED
from reception.dialogue.meaning import Days, Frame, Hours, Intent, Manner, Slot
from reception.dialogue.state import About, Expects, Reply, State, Status
from reception.kept import pack, unpack
from tests.dialogue.world import NOW, World, appointment

MAYA, BORN = "Maya Chen", date(1988, 4, 12)
#: Sentences that tell what is on file.
_TELLING = frozenset(
    {"your_appointment", "your_appointments", "ask_appointment", "confirm_cancel", "confirm_move",
     "already_then", "cancelled", "moved", "appointment_changed", "confirmed"}
)  # fmt: skip
_AFTER_YES = {"booked": About.BOOKING, "moved": About.MOVE, "cancelled": About.CANCEL}
_TODAY = NOW.date()

DAYS = st.one_of(
    st.builds(
        lambda ahead, more: Days(_TODAY + timedelta(ahead), _TODAY + timedelta(ahead + more)),
        st.integers(-3, 100), st.integers(0, 7),
    ),
    st.just(Days(soonest=True)),
    st.just(Days(either=(_TODAY, _TODAY + timedelta(7)))),
)  # fmt: skip
HOURS = st.one_of(
    st.integers(7, 18).map(lambda hour: Hours(time(hour), time(hour))),
    st.sampled_from([Hours(time(0), time(12)), Hours(time(12), time(17)), Hours(time(17), None)]),
)
VALUES: dict[Slot, st.SearchStrategy[Any]] = {
    Slot.PRACTITIONER: st.sampled_from(["Dr. Anna Weber", "Dr. Samuel Okoye"]),
    Slot.APPOINTMENT_TYPE: st.sampled_from(["Consultation", "New patient visit", "Annual check-up"]),
    Slot.REASON: st.sampled_from(["a cough", "my knee"]),
    Slot.DATE: DAYS,
    Slot.TIME: HOURS,
    Slot.PATIENT_NAME: st.sampled_from([MAYA, "Maya", "Peter Adams"]),
    Slot.DATE_OF_BIRTH: st.sampled_from([BORN, date(1990, 1, 1)]),
    Slot.PHONE: st.just("+12025550180"),
    Slot.INSURANCE: st.sampled_from(["Aetna", "Cigna"]),
    Slot.MEDICATION: st.just("ramipril"),
    Slot.CHOICE: st.integers(-1, 3),
    Slot.TOPIC: st.just("parking"),
    Slot.OLD_DATE: DAYS,
}


@st.composite
def frames(draw: st.DrawFn, intents: st.SearchStrategy[Intent]) -> Frame:
    """A frame with up to three details."""
    chosen = draw(st.lists(st.sampled_from(list(VALUES)), max_size=3, unique=True))
    values = {slot: draw(VALUES[slot]) for slot in chosen}
    manner = draw(st.sampled_from([None] * 8 + list(Manner)))
    sure = draw(st.sampled_from([1.0, 1.0, 0.7, 0.4]))
    return Frame(
        draw(intents), {slot: str(value) for slot, value in values.items()}, values, sure, manner=manner
    )


class Watched(World):
    """The world of the dialogue's tests; it also knows what is held."""

    held: str | None = None

    def _meet(self, need: needs.Need) -> Any:
        answer = super()._meet(need)
        match need:
            case needs.HoldSlot():
                self.held = answer
            case needs.ReleaseHold() | needs.BookSlot() | needs.MoveAppointment():
                self.held = None
        return answer


class Conversation(RuleBasedStateMachine):
    """One conversation; `self.before` is what was so when the last turn began."""

    def __init__(self) -> None:
        super().__init__()
        self.world = Watched(
            existing=[appointment("a1", "2026-06-17T09:00"), appointment("a2", "2026-06-18T10:00")]
        )
        self.before = self.looked()
        self.frame: Frame | None = None
        self.picked = False
        self.reply: Reply | None = self.world.reply

    def looked(self) -> dict[str, Any]:
        world, state = self.world, self.world.state
        return {
            "booked": len(world.booked), "moved": len(world.moved), "cancelled": len(world.cancelled),
            "expects": state.expects, "about": state.about, "chosen": state.chosen, "status": state.status,
            "danger": state.maybe_danger, "emergencies": self.emergencies, "choices": state.choices,
        }  # fmt: skip

    @property
    def emergencies(self) -> int:
        return sum(kind == "emergency" for kind, *_ in self.world.requests)

    @precondition(lambda self: self.world.state.status is not Status.CLOSED)
    @rule(frame=frames(st.sampled_from(list(Intent))))
    def says_anything(self, frame: Frame) -> None:
        note(f"{frame.intent} {dict(frame.values)} {frame.confidence} {frame.manner}")
        self.before, self.frame, self.picked = self.looked(), frame, False
        self.reply = self.world.means(frame, "words nobody knows")

    @precondition(lambda self: self.world.state.status is not Status.CLOSED)
    @rule(
        frame=frames(
            st.sampled_from([Intent.INFORM, Intent.AFFIRM, Intent.BOOK, Intent.RESCHEDULE, Intent.CANCEL])
        )
    )
    def says_something_sensible(self, frame: Frame) -> None:
        self.says_anything(frame)

    @precondition(lambda self: self.world.state.status is not Status.CLOSED)
    @rule()
    def says_who_they_are(self) -> None:
        values = {Slot.PATIENT_NAME: MAYA, Slot.DATE_OF_BIRTH: BORN}
        self.says_anything(Frame(Intent.INFORM, {slot: str(one) for slot, one in values.items()}, values))

    @precondition(lambda self: self.world.state.choices and self.world.state.status is not Status.CLOSED)
    @rule(place=st.integers(0, 2))
    def picks_an_option(self, place: int) -> None:
        self.before, self.frame, self.picked = self.looked(), None, True
        self.reply = self.world.picks(place % len(self.world.state.choices))

    @rule(lucky=st.booleans())
    def somebody_else_takes_the_time(self, lucky: bool) -> None:
        chosen = self.world.state.chosen
        if chosen is not None and lucky:
            self.world.taken_at_booking.add(chosen.start)

    @invariant()
    def nothing_is_done_without_a_plain_yes(self) -> None:
        world, before = self.world, self.before
        for deed, about in _AFTER_YES.items():
            done = len(getattr(world, deed)) - before[deed]
            assert done in (0, 1)
            if done:
                assert before["expects"] is Expects.CONFIRMATION and before["about"] is about
                assert self.picked or (self.frame is not None and self.frame.intent is Intent.AFFIRM)
        if len(world.booked) > before["booked"]:
            assert world.booked[-1][1] == before["chosen"], "another time than was read back"

    @invariant()
    def nobody_hears_of_an_appointment_before_they_are_identified(self) -> None:
        keys = {line.key for line in self.reply.lines} if self.reply else set()
        if keys & _TELLING:
            assert self.world.state.who.patient_id is not None, keys

    @invariant()
    def no_emergency_is_lost(self) -> None:
        frame, before, state = self.frame, self.before, self.world.state
        if frame is None or frame.intent is not Intent.EMERGENCY:
            return
        keys = {line.key for line in self.reply.lines} if self.reply else set()
        if frame.confidence >= ALARMED or before["status"] is not Status.OPEN:
            assert "emergency" in keys and self.emergencies == before["emergencies"] + 1
            assert state.status is Status.HANDED_OVER
        else:  # the number is said at once, and the words are kept until a plain no
            assert keys & {"mean_emergency", "emergency"}
            assert state.maybe_danger or self.emergencies > before["emergencies"]
        assert len(self.world.booked) == before["booked"]

    @invariant()
    def words_of_danger_go_only_with_a_no_or_another_wish(self) -> None:
        frame, before = self.frame, self.before
        if not before["danger"] or self.world.state.maybe_danger or self.emergencies > before["emergencies"]:
            return
        assert self.picked or (frame is not None and frame.confidence >= 0.6)
        assert self.picked or frame is None or frame.intent not in (Intent.AFFIRM, Intent.EMERGENCY)

    @invariant()
    def there_is_always_an_answer(self) -> None:
        assert self.world.text.strip() and "{" not in self.world.text
        if self.world.state.status is Status.OPEN:
            assert self.world.state.expects is not None

    @invariant()
    def what_is_read_back_is_held(self) -> None:
        state = self.world.state
        if state.expects is Expects.CONFIRMATION and state.about in (About.BOOKING, About.MOVE):
            assert state.chosen is not None and self.world.held is not None
        if state.status is not Status.OPEN:
            assert self.world.held is None, "held for nobody"

    @invariant()
    def the_memory_can_be_kept(self) -> None:
        kept = pack(self.world.state)
        assert isinstance(unpack(kept), State) and pack(unpack(kept)) == kept


Conversation.TestCase.settings = settings(
    max_examples=int(os.environ.get("CONVERSATIONS", "60")),
    stateful_step_count=14,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestAnyConversation = Conversation.TestCase
