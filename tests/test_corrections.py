"""Corrected turns become training data that tells nothing of the patient. Rings: unit, postgres."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import pytest

from fine_tune.phrasebook import DESK_KEYS, parse
from fine_tune.prepare import Expander
from reception.corrections import Correction, checked, desk_key, training_file
from reception.database.connection import Database
from reception.database.records import NewMessage
from reception.dialogue.meaning import Intent, Slot
from reception.dialogue.state import About, Expects
from reception.errors import Invalid, NotFound
from reception.practice import Practice
from reception.understanding.values.english import ENGLISH


def correction(text: str, slots: dict[Slot, str], names: tuple[str, ...] = ()) -> Correction:
    return Correction(text, Intent.INFORM, slots, Expects.PATIENT_NAME, None, names)


def lines(*corrections: Correction) -> list[str]:
    return [
        line
        for line in training_file(corrections, ENGLISH, "en").splitlines()
        if line and line[0] not in "#["
    ]


def test_who_it_is_becomes_placeholders() -> None:
    said = "Helen Park, born March 14th 1979, 212 555 0199, helen.park@example.org"
    slots = {
        Slot.PATIENT_NAME: "Helen Park",
        Slot.DATE_OF_BIRTH: "March 14th 1979",
        Slot.PHONE: "212 555 0199",
        Slot.EMAIL: "helen.park@example.org",
    }
    assert lines(correction(said, slots)) == ["{patient_name}, born {date_of_birth}, {phone}, {email}"]


def test_names_on_file_are_gone_wherever_they_stand() -> None:
    line = lines(correction("it's for helen's boy, park is my name too", {}, ("Helen Park",)))[0]
    assert line == "it's for {_name}'s boy, {_name} is my name too"


def test_a_name_within_a_label_becomes_another() -> None:
    one = correction("a rash on Emma", {Slot.REASON: "rash on Emma"}, ("Emma Hale",))
    assert lines(one) == ["a [reason: rash on Sam]"]


def test_what_is_written_like_a_name_is_taken_for_one() -> None:
    slots = {Slot.PRACTITIONER: "Dr. Weber"}
    line = lines(correction("Hello, is Janet about? It's for Dr. Weber, in May. Thanks", slots))[0]
    assert line == "Hello, is {_name} about? It's for [practitioner: Dr. Weber], in May. Thanks"


def test_a_detail_within_another_ones_words_finds_its_own_place() -> None:
    slots = {Slot.REASON: "skin", Slot.SPECIALTY: "skin man"}
    line = lines(correction("about my skin, a proper skin man", slots))[0]
    assert line == "about my [reason: skin], a proper [specialty: skin man]"


def test_days_months_and_numbers_become_others_of_their_kind() -> None:
    said = "Not Tuesday the 24th, the tuesday after, I turn seventy in September, file 48213"
    line = lines(correction(said, {Slot.DATE: "tuesday after"}))[0]
    kept = ("Tuesday", "tuesday", "24", "seventy", "September", "48213")
    assert not any(word in line for word in kept)
    found = re.match(
        r"Not (\w+) the (\d+)th, the \[date: (\w+) after\], I turn (\w+) in (\w+), file (\d+)$", line
    )
    assert found is not None and found[1].lower() == found[3]  # the same word, the same other word
    assert found[4] in ENGLISH.tens and len(found[6]) == 5


def test_times_and_choices_stay_as_they_were_said() -> None:
    said = "the second one, half past three"
    assert lines(correction(said, {Slot.CHOICE: "second one", Slot.TIME: "half past three"})) == [
        "the [choice: second one], [time: half past three]"
    ]


def test_signs_of_the_format_do_no_harm() -> None:
    text = "see [this] {now}\nplease"
    assert lines(correction(text, {})) == ["see (this) (now) please"]


@pytest.mark.parametrize("expects", [None, *Expects])
@pytest.mark.parametrize("about", [None, *About])
def test_the_recipe_knows_every_question_of_the_desk(expects: str | None, about: str | None) -> None:
    assert desk_key(expects, about) in (*DESK_KEYS, "any")


def test_the_recipe_draws_examples_from_corrections() -> None:
    file = training_file(
        [
            correction("park helen it is", {Slot.PATIENT_NAME: "park helen"}, ("Helen Park",)),
            Correction("could I come monday", Intent.BOOK, {Slot.DATE: "monday"}, None, None, ()),
        ],
        ENGLISH,
        "en",
    )
    phrases = list(parse(file, "corrections"))
    assert {phrase.intent for phrase in phrases} == {Intent.INFORM, Intent.BOOK}
    examples = [Expander(phrases, 1).example(phrase, noisy=False) for phrase in phrases]
    assert all(one.slots and "helen" not in one.patient.lower() for one in examples)


def test_what_staff_mark_must_be_words_that_were_said() -> None:
    assert checked("I'd like Monday", "book_appointment", {"date": "Monday", "time": " "}) == (
        Intent.BOOK,
        {Slot.DATE: "Monday"},
    )
    with pytest.raises(Invalid, match="date"):
        checked("I'd like Monday", "book_appointment", {"date": "Tuesday"})
    with pytest.raises(Invalid, match="choose"):
        checked("I'd like Monday", "order_pizza", {})


@pytest.fixture
async def patient_message(database: Database, practice: Practice, conversation_id: UUID) -> UUID:
    """What a patient answered to the desk's question for the name, misread as a message."""
    frame = {"intent": "inform", "slots": {"patient_name": "Mary"}, "values": {}, "confidence": 0.5}
    async with database.transaction() as store:
        saved = await store.add_messages(
            conversation_id,
            [
                NewMessage("desk", "What is your name?", "patient_name"),
                NewMessage("patient", "Mary Jones here", frame=frame),
                NewMessage("desk", "And your date of birth?", "date_of_birth"),
            ],
        )
    return saved[1].id


@pytest.mark.postgres
async def test_a_correction_knows_what_was_asked_and_whose_names_to_leave_out(
    database: Database, practice: Practice, patient_message: UUID
) -> None:
    async with database.transaction() as store:
        assert await store.patient_message(practice.id, patient_message) == "Mary Jones here"
        await store.correct(practice.id, patient_message, Intent.MESSAGE, {}, None)
        await store.correct(
            practice.id, patient_message, Intent.INFORM, {Slot.PATIENT_NAME: "Mary Jones"}, None
        )
    async with database.transaction() as store:
        (kept,) = await store.corrections(practice.id)
        assert await store.corrections(uuid4()) == []
    assert (kept.text, kept.intent, kept.expects) == ("Mary Jones here", Intent.INFORM, "patient_name")
    assert kept.slots == {Slot.PATIENT_NAME: "Mary Jones"}
    assert kept.names == {"Mary", "Mary Jones"}


@pytest.mark.postgres
async def test_only_patients_words_of_the_own_practice_can_be_corrected(
    database: Database, practice: Practice, patient_message: UUID
) -> None:
    async with database.transaction() as store:
        with pytest.raises(NotFound):
            await store.patient_message(uuid4(), patient_message)
        with pytest.raises(NotFound):
            await store.patient_message(practice.id, uuid4())
