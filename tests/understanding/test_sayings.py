"""Fixed turns of phrase: what they do to a frame, and what they leave alone (ring: unit)."""

from __future__ import annotations

import pytest

from reception.dialogue.meaning import Frame, Intent, Manner, Slot
from reception.understanding.sayings import heed, opened, without_fillers


@pytest.mark.parametrize(
    "heard",
    [
        "One moment, please.",
        "hold on",
        "oh wait a second let me get my glasses",
        "Just a minute",
        "hang on, let me look",
    ],
)
def test_a_moment_is_no_yes(heard: str) -> None:
    assert heed(Frame(Intent.AFFIRM), heard, "en").manner is Manner.WAITS


@pytest.mark.parametrize(
    "heard",
    ["wait, I meant Tuesday", "I've been waiting a second time", "hold on, it's the 5th of May", "yes"],
)
def test_who_says_more_is_not_only_waiting(heard: str) -> None:
    assert heed(Frame(Intent.INFORM), heard, "en").manner is None


@pytest.mark.parametrize("heard", ["never mind", "oh forget it", "then leave it.", "no, leave it then"])
def test_giving_up_drops_what_is_going_on(heard: str) -> None:
    frame = heed(Frame(Intent.INFORM), heard, "en")
    assert (frame.intent, frame.manner) == (Intent.DENY, Manner.DROPS)


@pytest.mark.parametrize(
    "heard",
    [
        "No, leave the appointment as it is.",
        "then leave it with Dr. Asante as it was",
        "just keep it how it was",
    ],
)
def test_leaving_things_as_they_are_is_no_change_even_where_the_model_is_sure_of_one(heard: str) -> None:
    frame = heed(Frame(Intent.CANCEL, {Slot.PRACTITIONER: "Dr. Asante"}), heard, "en")
    assert (frame.intent, frame.manner) == (Intent.DENY, Manner.DROPS)


@pytest.mark.parametrize(
    ("intent", "heard"),
    [
        (Intent.BOOK, "forget the pills, I need a check-up"),
        (Intent.BOOK, "can I leave it until Monday?"),
        (Intent.PRACTICE_QUESTION, "Never mind, what are your opening hours?"),
        (Intent.MEDICAL_QUESTION, "Never mind the appointment, should I stop taking my blood thinner?"),
        (Intent.CANCEL, "I changed my mind, please cancel my appointment"),
        (Intent.AFFIRM, "yes, leave it as it is"),
        (Intent.AFFIRM, "Yes, I don't need it anymore."),
        (Intent.STAFF, "Wait, I need to talk to a real person"),
        (Intent.MEDICAL_QUESTION, "Hold on, I need to ask, my son swallowed a coin an hour ago"),
        (Intent.CANCEL, "Please cancel my appointment, thanks, bye"),
        (Intent.STAFF, "Can somebody from the office call me back please? Bye."),
        (Intent.PRESCRIPTION, "I need more ibuprofen, thank you, bye"),
    ],
)
def test_who_says_more_than_the_phrase_is_heard(intent: Intent, heard: str) -> None:
    assert heed(Frame(intent), heard, "en") == Frame(intent)


def test_the_last_word_can_be_a_goodbye_but_not_of_an_emergency() -> None:
    assert heed(Frame(Intent.INFORM), "he can call you himself, goodbye", "en").intent is Intent.GOODBYE
    doubted = Frame(Intent.GOODBYE, confidence=0.3)
    assert heed(doubted, "cheerio then, bye bye", "en").confidence == 1
    assert heed(doubted, "fendle blorp", "en") == doubted
    assert heed(Frame(Intent.STAFF), "forget it, I'll come by. Goodbye.", "en").intent is Intent.GOODBYE
    assert heed(Frame(Intent.EMERGENCY), "I took them all, goodbye", "en").intent is Intent.EMERGENCY


@pytest.mark.parametrize(
    ("heard", "labelled", "patient", "caller"),
    [
        (
            "Hi, my name is Linda Brandt, I'm calling for my dad, Walter Pruitt. He is ill.",
            "Linda Brandt",
            "Walter Pruitt",
            "Linda Brandt",
        ),
        ("this is amina yusuf i'm calling for my son leo he has an earache", "leo", "leo", "Amina Yusuf"),
        ("This is Linda Brandt, I need my son seen as soon as possible", "Linda Brandt", "Linda Brandt", ""),
        ("This is Linda Brandt, a visit for my son sometime next week", "Linda Brandt", None, "Linda Brandt"),
        ("I'm very concerned about my wife", "", "", ""),
        ("My name is Linda Brandt and it's for my father", "Linda Brandt", None, "Linda Brandt"),
        ("My name is Linda Brandt, for my knee", "Linda Brandt", "Linda Brandt", ""),
    ],
)
def test_of_two_names_the_patients_is_the_patients(
    heard: str, labelled: str, patient: str | None, caller: str
) -> None:
    frame = heed(Frame(Intent.BOOK, {Slot.PATIENT_NAME: labelled}), heard, "en")
    assert frame.slots.get(Slot.PATIENT_NAME) == patient
    assert frame.caller == caller


@pytest.mark.parametrize(
    ("heard", "left"),
    [
        ("um I need uh my pills", "I need my pills"),
        ("my name is er walter pruitt", "my name is walter pruitt"),
        ("venlafaxine er 75 mg", "venlafaxine er 75 mg"),
        ("my er bill", "my er bill"),
        ("anna@uh.edu", "anna@uh.edu"),
        ("My name is Mehmet Er", "My name is Mehmet Er"),
        ("Ji-won Um", "Ji-won Um"),
        ("I was in the er last night", "I was in the er last night"),
        ("a 5 mm mole", "a 5 mm mole"),
        ("uh huh", "uh huh"),
        ("mm-hmm", "mm-hmm"),
        ("um", "um"),
    ],
)
def test_hesitations_are_left_out(heard: str, left: str) -> None:
    assert without_fillers(heard, "en") == left


@pytest.mark.parametrize(
    ("heard", "intent"),
    [
        ("I'm running out of love with your excited on Monday", Intent.PRESCRIPTION),
        ("we have run low on listen a pill", Intent.PRESCRIPTION),
        ("I need a signal to work from Monday to Wednesday.", Intent.SICK_NOTE),
        ("I need to signal for work", Intent.SICK_NOTE),
        ("Could I get a sick no for school?", Intent.SICK_NOTE),
    ],
)
def test_a_request_is_known_though_its_object_is_misheard(heard: str, intent: Intent) -> None:
    for taken in (Intent.OUT_OF_SCOPE, Intent.RESCHEDULE, Intent.INFORM):
        assert opened(Frame(taken), "request", heard, "en").intent is intent


@pytest.mark.parametrize(
    ("expects", "frame", "heard"),
    [
        ("medication", Frame(Intent.INFORM), "I'm running out of it on Monday"),
        ("request", Frame(Intent.EMERGENCY), "I'm running out of my heart pills and my chest hurts"),
        ("request", Frame(Intent.STAFF), "I need a signal for work, get me a person"),
        ("request", Frame(Intent.OUT_OF_SCOPE), "I'm running out of patience"),
        ("request", Frame(Intent.CANCEL), "cancel my appointment, I'm running low on gas"),
        ("request", Frame(Intent.TEST_RESULTS), "I ran out of pills waiting for my results"),
    ],
)
def test_a_request_is_not_read_into_other_words(expects: str, frame: Frame, heard: str) -> None:
    assert opened(frame, expects, heard, "en") == frame


@pytest.mark.parametrize("heard", ["Dr. Oyelaran takes Medicaid", "Doctor Weber, take Cigna?"])
def test_a_question_without_its_first_word_is_one(heard: str) -> None:
    assert heed(Frame(Intent.INFORM), heard, "en").intent is Intent.PRACTICE_QUESTION
    assert heed(Frame(Intent.INFORM), "Dr. Weber takes it on Monday", "en").intent is Intent.INFORM


@pytest.mark.parametrize(
    ("heard", "slots", "meant"),
    [
        ("my appointment on Friday, change it to Monday", {}, Intent.RESCHEDULE),
        ("I need a Dressing change on Wednesday", {Slot.REASON: "Dressing change"}, Intent.BOOK),
        ("the valve change on Monday", {Slot.APPOINTMENT_TYPE: "valve change"}, Intent.BOOK),
    ],
)
def test_a_change_of_days_is_a_move_and_a_change_of_dressing_is_none(
    heard: str, slots: dict[Slot, str], meant: Intent
) -> None:
    assert heed(Frame(Intent.BOOK, slots), heard, "en").intent is meant
