"""Which cache sequence a prompt gets. Ring: unit."""

from __future__ import annotations

from reception.inference.cache import Lane, Lanes


def lanes(*tokens: str) -> Lanes:
    made = Lanes(len(tokens))
    for lane, letters in zip(made.all, tokens, strict=True):
        lane.tokens = [ord(letter) for letter in letters]
    return made


def take(made: Lanes, prompt: str) -> tuple[Lane, int, Lane | None]:
    place = made.take([ord(letter) for letter in prompt])
    assert place is not None
    return place.lane, place.shared, place.source


def test_the_longest_common_beginning_wins() -> None:
    made = lanes("abx", "abcd", "")
    assert take(made, "abce") == (made.all[1], 3, None)


def test_the_last_token_is_always_left_to_evaluate() -> None:
    made = lanes("abcd")
    assert take(made, "abc") == (made.all[0], 2, None)


def test_a_busy_lane_lends_its_beginning() -> None:
    made = lanes("abcd", "")
    made.all[0].busy = True
    assert take(made, "abce") == (made.all[1], 3, made.all[0])


def test_with_nothing_in_common_the_longest_unused_lane_goes() -> None:
    made = lanes("", "")
    first, _, _ = take(made, "ab")
    second, _, _ = take(made, "cd")
    made.release(second)
    made.release(first)
    assert take(made, "ef")[0] is first


def test_all_busy_is_none() -> None:
    made = lanes("")
    take(made, "ab")
    assert made.take([1, 2]) is None


def test_idle_lanes_are_those_that_could_be_forgotten() -> None:
    made = lanes("ab", "cd", "")
    made.all[0].busy = True
    assert made.idle() == [made.all[1]]


def test_a_conversation_keeps_its_lane_and_others_copy_from_it() -> None:
    made = lanes("", "", "")
    first = made.take([1, 2, 3], "ada")
    assert first is not None
    first.lane.tokens = [1, 2, 3]
    made.release(first.lane)
    other = made.take([1, 2, 9], "grace")
    assert other is not None
    assert (other.lane is first.lane, other.shared, other.source) == (False, 2, first.lane)
    again = made.take([1, 2, 3, 4], "ada")
    assert again is not None
    assert (again.lane, again.shared, again.source) == (first.lane, 3, None)
    assert made.of("ada") is None
    made.release(again.lane)
    assert made.of("ada") is first.lane


def test_what_was_read_with_one_adapter_is_of_no_use_with_another() -> None:
    made = lanes("abcd", "")
    place = made.take([97, 98, 99, 100, 101], adapter="tuned")
    assert place is not None
    assert (place.shared, place.source, place.lane.adapter) == (0, None, "tuned")


def test_what_is_only_read_may_be_there_already() -> None:
    made = lanes("abc")
    place = made.take([97, 98, 99], rest=0)
    assert place is not None
    assert place.shared == 3
