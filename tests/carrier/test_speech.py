"""Unit ring: how long speaking takes, and what was heard when somebody interrupts."""

from __future__ import annotations

from reception.carrier.speech import CallClock, Voice, heard_so_far, partials, seconds_of


class Clock(CallClock):
    """A clock that the test moves."""

    moment = 0.0

    def now(self) -> float:
        return self.moment


def test_pieces_are_spoken_one_after_the_other_at_the_pace_of_a_voice() -> None:
    clock = Clock()
    voice = Voice(clock)
    voice.speak("x" * 30)
    voice.speak("x" * 15)
    assert [(one.begins, one.ends) for one in voice.heard] == [(0.0, 2.0), (2.0, 3.0)]
    clock.moment = 10.0
    assert not voice.speaking
    voice.speak("x" * 15)
    assert voice.heard[-1].begins == 10.0


def test_an_interruption_tells_how_much_was_heard_and_silences_the_rest() -> None:
    clock = Clock()
    voice = Voice(clock)
    voice.speak("You can come on Monday at nine. ")
    voice.speak("Or on Tuesday at ten. ")
    voice.speak("Which would you like?")
    clock.moment = 2.8  # 42 characters: in the middle of the second sentence
    assert voice.yields_to("speech")
    assert voice.interrupt() == ("You can come on Monday at nine. Or on", 2800)
    assert [one.text for one in voice.heard] == ["You can come on Monday at nine. ", "Or on"]
    assert not voice.speaking


def test_what_was_said_before_a_silence_is_no_part_of_what_is_interrupted() -> None:
    clock = Clock()
    voice = Voice(clock)
    voice.speak("Hello.")
    clock.moment = 5.0
    voice.speak("What can I do for you?")
    clock.moment = 6.0
    assert voice.interrupt() == ("What can I do", 1000)


def test_words_that_may_not_be_interrupted_are_not() -> None:
    clock = Clock()
    voice = Voice(clock)
    voice.speak("In an emergency, call 911. ", "none")
    voice.speak("Press a key at any time.", "dtmf")
    assert not voice.yields_to("speech")
    clock.moment = 2.0
    assert voice.yields_to("dtmf") and not voice.yields_to("speech")


def test_what_may_be_preempted_makes_way_for_newer_words() -> None:
    clock = Clock()
    voice = Voice(clock)
    voice.speak("Are you still there?", preemptible=True)
    clock.moment = 0.8
    voice.preempt()
    voice.speak("One moment.")
    voice.preempt()
    assert [(one.text, one.begins, one.cut) for one in voice.heard] == [
        ("Are you", 0.0, True),
        ("One moment.", 0.8, False),
    ]


def test_a_recogniser_reports_every_few_words_while_they_are_said() -> None:
    line = "I would like to see the doctor"
    assert heard_so_far(line) == ["I would lik", "I would like to see the"]
    assert [seconds for seconds, _ in partials(line)] == [1.2, 2.4]
    assert seconds_of(line) == 2.8
    assert heard_so_far("yes please") == []
