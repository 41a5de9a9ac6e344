"""Requests for the staff's inbox: what each needs, asked one thing at a time, repeated back and filed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from reception.dialogue.asking import ask, confirm, finish
from reception.dialogue.cues import Cues
from reception.dialogue.identifying import identify, new_patient_question, patient_row
from reception.dialogue.meaning import Days, Frame, Intent, Slot
from reception.dialogue.needs import FileRequest, Talk, WithdrawRequest
from reception.dialogue.state import About, Expects, Facts, Line, Reply, State, Task

#: Within this time a medicine that runs out makes the request urgent.
RUNS_OUT = timedelta(days=2)
#: From this many words on, what is said besides the wish to leave a message is the message.
_A_WHOLE_MESSAGE = 8
#: A no of more words than these tells something else too.
_BARE_WORDS = 3


@dataclass(frozen=True)
class Field:
    """A detail of a request: its key, the question's key, and the slot that can fill it."""

    key: str
    expects: Expects
    slot: Slot | None = None


FORMS: dict[Task, tuple[Field, ...]] = {
    Task.PRESCRIPTION: (
        Field("medication", Expects.MEDICATION, Slot.MEDICATION),
        Field("dose", Expects.DOSE),
    ),
    Task.REFERRAL: (
        Field("specialty", Expects.SPECIALTY, Slot.SPECIALTY),
        Field("reason", Expects.REASON, Slot.REASON),
    ),
    Task.SICK_NOTE: (
        Field("date", Expects.DATE, Slot.DATE),
        Field("reason", Expects.REASON, Slot.REASON),
    ),
    Task.TEST_RESULTS: (Field("test", Expects.TEST, Slot.TOPIC),),
    Task.BILLING: (Field("topic", Expects.TOPIC, Slot.TOPIC),),
    Task.MESSAGE: (
        Field("text", Expects.MESSAGE),
        Field("callback", Expects.CALLBACK),
    ),
    Task.MEDICAL_QUESTION: (Field("callback", Expects.CALLBACK),),
}


def request(state: State, facts: Facts) -> Talk:
    """The next step of the running request."""
    assert state.task is not None  # only called with a request as the task
    for field in FORMS[state.task]:
        if field.key not in state.details:
            return ask(f"ask_{state.task}_{field.key}", field.expects)
    question = yield from identify(state, facts)
    question = question or new_patient_question(state, facts)
    if question is not None:
        return question
    values: dict[str, Any] = _all(state)
    if state.task is Task.SICK_NOTE:
        first, last = (state.details.get(end, "") for end in ("from", "to"))
        values["date"] = Days(
            date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None
        )
    shown = {key: value for key, value in state.details.items() if value and key not in ("from", "to")}
    whom = state.claims.name or state.who.name if state.booked_by or state.guardian else ""
    return confirm(f"confirm_{state.task}", About.REQUEST, details=shown, whom=whom, **values)


def note_details(state: State, facts: Facts, frame: Frame, heard: str) -> None:
    """Takes over the details of the running request: slots, or the whole answer to its question."""
    if state.task not in FORMS:
        return
    asked = state.expects if state.expects is not Expects.CONFIRMATION else None
    known, cues = state.details.get("medication", ""), facts.cues
    for field in FORMS[state.task]:
        said = frame.slots.get(field.slot, "") if field.slot else ""
        if said and (asked in (None, field.expects) or not state.details.get(field.key)):
            state.details[field.key] = said
        elif field.expects is asked and field.key not in state.details and _answers(frame, field, heard):
            no = frame.intent is Intent.DENY and _bare(heard)  # no dose known, no call needed
            unknown = field.slot is None and (no or cues.not_known.search(heard))
            state.details[field.key] = "" if unknown else heard.strip().rstrip(".")
    if state.task is Task.PRESCRIPTION:
        _note_prescription(state, facts, frame, heard, known)
    if state.task is Task.SICK_NOTE:
        _note_days(state, frame)
    if state.task is Task.MESSAGE:
        _note_message(state, frame, heard, cues)
    if state.task is Task.BILLING:
        _note_bill(state, frame, heard, cues)


def answer_request(state: State, facts: Facts, frame: Frame) -> Talk:
    """Takes the answer to the request's read-back."""
    if frame.intent is Intent.AFFIRM and not state.who.settled:
        return (yield from request(state, facts))  # "yes, for my son": somebody else, not known yet
    if frame.intent is Intent.AFFIRM:
        assert state.task is not None  # confirmed after its read-back
        task = state.task
        details = {key: value for key, value in state.details.items() if value}
        if task is Task.SICK_NOTE or task is Task.PRESCRIPTION:
            details.pop("date", None)
        patient = yield from patient_row(state, facts)
        if task is Task.MEDICAL_QUESTION and state.medical_request:
            yield WithdrawRequest(state.medical_request)  # filed anew with the patient and when to call
        request_id = yield FileRequest(task.value, details, "urgent" if state.urgent else "routine", patient)
        if task is Task.MEDICAL_QUESTION:
            state.medical_request = request_id
        return finish(state, Line("request_filed"), outcome=f"request_{task}")
    if frame.intent is Intent.DENY and not frame.slots:
        state.details = {key: words for key, words in state.details.items() if key == "words"}
    return (yield from request(state, facts))


def give_up(state: State, frame: Frame, heard: str) -> Reply | None:
    """Ends a request whose first question is answered with a bare no: it is not wanted after all."""
    if state.task not in FORMS or state.expects is not FORMS[state.task][0].expects:
        return None
    if frame.intent is not Intent.DENY or frame.slots or not _bare(heard):
        return None
    medical = state.task is Task.MEDICAL_QUESTION  # no call, but the question stays noted
    return finish(state, Line("medical_noted" if medical else "request_dropped"))


def _answers(frame: Frame, field: Field, heard: str) -> bool:
    """Whether the whole of what was said may be the asked detail; a bare yes or no seldom is one."""
    if frame.intent is Intent.AFFIRM or (frame.intent is Intent.DENY and not _no_is_an_answer(field)):
        return not _bare(heard)
    return frame.intent not in (Intent.REPEAT, Intent.GREET, Intent.PRACTICE_QUESTION)


def _no_is_an_answer(field: Field) -> bool:
    return field.expects in (Expects.DOSE, Expects.CALLBACK)


def _bare(heard: str) -> bool:
    return len(heard.split()) <= _BARE_WORDS


def _note_prescription(state: State, facts: Facts, frame: Frame, heard: str, known: str) -> None:
    """`known` is the medicine named before: "it's 40 mg now" tells a dose, and no medicine."""
    cues = facts.cues
    anew = cues.strength.search(heard) if state.about is About.REQUEST else None
    if anew is not None and Slot.MEDICATION not in frame.slots:  # "no, make that 40 mg"
        state.details["dose"] = anew.group()
    if dose := state.details.get("dose"):
        said = cues.strength.search(dose)
        alone = said is not None and cues.how_often.search(dose) is None
        state.details["dose"] = said.group() if said and alone else cues.around_dose.sub("", dose)
    strength = cues.medicine.match(state.details.get("medication", ""))
    if strength:
        state.details["medication"] = (strength["name"] or known).strip()
        state.details["dose"] = strength["dose"].strip()
    elif cues.strength.search(state.details.get("medication", "")):
        state.details.setdefault("dose", "")  # several medicines, each with its own
    if not state.details.get("medication"):
        state.details.pop("medication", None)
    days = frame.values.get(Slot.DATE)
    if isinstance(days, Days) and days.first is not None:
        state.urgent = days.first <= facts.today + RUNS_OUT
    elif cues.out_now.search(heard) and not cues.out_later.search(heard):
        state.urgent = True


def _note_days(state: State, frame: Frame) -> None:
    days = frame.values.get(Slot.DATE)
    if isinstance(days, Days):
        ends = {"from": days.first, "to": days.last}
        if state.about is About.REQUEST and days.first == days.last and days.first is not None:
            # One day to correct two: it is the end that lies nearer.
            begin = state.details.get("from")
            ends.pop("from" if begin and begin < days.first.isoformat() else "to")
        for key, end in ends.items():
            if end is not None:
                state.details[key] = end.isoformat()
        first, last = state.details.get("from"), state.details.get("to")
        if first and last and first > last:  # only one end was said anew: the other was the old note's
            state.details.pop("to" if days.first is not None else "from")
    if "from" not in state.details and "to" not in state.details:
        state.details.pop("date", None)  # days that could not be told are asked for again


def _note_message(state: State, frame: Frame, heard: str, cues: Cues) -> None:
    """A message said at once ("please tell Dr. Weber that …") is not asked for again."""
    whole = cues.message.search(heard) is not None or (
        len(cues.message_wish.sub("", heard).split()) >= _A_WHOLE_MESSAGE
    )
    if "text" not in state.details and frame.intent is Intent.MESSAGE and whole:
        state.details["text"] = heard.strip().rstrip(".")
    call = cues.call_me.search(heard)
    if call is not None and "callback" not in state.details and frame.slots.keys() & {Slot.DATE, Slot.TIME}:
        state.details["callback"] = call["when"].strip()
    when = " ".join(frame.slots[slot] for slot in (Slot.DATE, Slot.TIME) if slot in frame.slots)
    if when and "callback" not in state.details and frame.intent in (Intent.MESSAGE, Intent.INFORM):
        state.details["callback"] = when


def _note_bill(state: State, frame: Frame, heard: str, cues: Cues) -> None:
    """One word ("robbery") tells the team little: all that was said is the matter then, if it is one."""
    topic = state.details.get("topic", "")
    if frame.intent is not Intent.BILLING or len(topic.split()) != 1:
        return
    told = len(cues.bill_wish.sub("", heard).split())
    if told <= _BARE_WORDS:  # "I have a question about a bill": which, is asked
        del state.details["topic"]
    else:
        state.details["topic"] = heard.strip().rstrip(".!?")


def _all(state: State) -> dict[str, str]:
    """Every field of the form, so that a sentence may name any of them."""
    assert state.task is not None  # only called with a request as the task
    return {field.key: state.details.get(field.key, "") for field in FORMS[state.task]}
