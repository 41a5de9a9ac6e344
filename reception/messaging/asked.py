"""A conversation that begins with a text of ours: what the desk then waits to hear. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from reception.database.records import TextQuestion
from reception.dialogue.state import Existing, Expects, Offer, Replacement, State, Texted, WaitingTime


def state_of(question: TextQuestion, zone: ZoneInfo) -> State:
    """The state of a conversation in which the patient answers the question; nobody is identified."""
    return State(
        texted=_texted(question, zone),
        said=question.body,
        question=question.body,
        question_key="verbatim",
        expects=Expects.CONFIRMATION,
    )


def _texted(question: TextQuestion, zone: ZoneInfo) -> Texted:
    about = question.about
    start = datetime.fromisoformat(about["start"]).astimezone(zone)
    doctor, kind = about["practitioner"], about["appointment_type"]
    if question.kind == "absence":
        return Texted(about["patient"], replacement=Replacement(about["case"], Offer(doctor, kind, start)))
    if question.kind == "waitlist":
        waiting = WaitingTime(about["request"], about["held"], Offer(doctor, kind, start))
        return Texted(about["patient"], waiting=waiting)
    appointment = Existing(str(question.appointment_id or question.id), doctor, kind, start)
    return Texted(about["patient"], appointment=appointment)
