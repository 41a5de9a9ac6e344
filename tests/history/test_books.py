"""Unit ring: what is wrong in made-up books is found, and nothing in good ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from reception.database.records import Message
from tests.history.books import Books, Change
from tests.history.rules import (
    broken_promises,
    change_of,
    lost_requests,
    lost_texts,
    overlaps,
    stolen_holds,
    told_of_changes,
    wrong_lengths,
)
from tests.history.waiting import broken_waiting, kept_times
from tests.history.world import DOCTORS, ZONE, Reader, Slot

NINE = Slot(DOCTORS[0], datetime(2026, 11, 2, 9, tzinfo=ZONE).timestamp())
TEN = Slot(DOCTORS[0], datetime(2026, 11, 2, 10, tzinfo=ZONE).timestamp())
TALK = "00000000-0000-0000-0000-000000000001"
READER = Reader()


def row(
    slot: Slot, status: str = "booked", *, id: str = "a", conversation: str | None = TALK, **more: Any
) -> dict[str, Any]:
    start = datetime.fromtimestamp(slot.start, UTC)
    during = f'["{start.isoformat()}","{(start + timedelta(minutes=30)).isoformat()}")'
    return {
        "id": id, "status": status, "during": during, "practitioner_id": "1", "conversation_id": conversation,
        "appointment_type_id": "2",
    } | more  # fmt: skip


def change(
    was: Mapping[str, Any] | None, now: Mapping[str, Any] | None, at: float = 0.0, tx: str = "1"
) -> Change:
    return Change(at, tx, was, now, at)


def books(*changes: Change, told: str = "", requests: int = 0, texts: Any = ()) -> Books:
    said = Message(UUID(int=2), "desk", told, datetime.fromtimestamp(100, UTC), None, None, [], None)
    return Books(
        list(changes), {TALK: [said]}, {}, Counter({TALK: requests}), list(texts), {"1": DOCTORS[0]},
        {"2": 30}, 0,
    )  # fmt: skip


def booked(slot: Slot) -> str:
    return f"Your appointment is booked: {READER.said(slot)}."


def test_two_rows_over_each_other_are_found_at_the_moment_they_were() -> None:
    both = [change(None, row(NINE)), change(None, row(NINE, id="b")), change(row(NINE), None)]
    assert len(list(overlaps(both))) == 1
    assert not list(overlaps([both[0], both[2], both[1]]))
    assert not list(overlaps([both[0], change(None, row(TEN, id="b"))]))


def test_a_hold_that_somebody_took_away_is_found() -> None:
    held = row(NINE, "held", hold_expires_at="1970-01-01T00:01:00+00:00")
    mine, theirs = row(NINE, id="b"), row(NINE, id="b", conversation="other")
    assert list(stolen_holds([change(held, None, 10), change(None, theirs, 10)]))
    assert not list(stolen_holds([change(held, None, 10), change(None, mine, 10)]))
    assert not list(stolen_holds([change(held, None, 70), change(None, theirs, 70)]))
    assert not list(stolen_holds([change(held, None, 10), change(None, theirs, 10)], {"1"}))


def test_a_sentence_without_its_row_and_a_row_without_its_sentence_are_found() -> None:
    made = change(None, row(NINE))
    assert not list(broken_promises(books(made, told=booked(NINE)), READER))
    assert "no row" in next(broken_promises(books(told=booked(NINE)), READER))
    assert "nobody was told" in next(broken_promises(books(made), READER))
    assert len(list(broken_promises(books(made, told=booked(TEN)), READER))) == 2


def test_who_takes_a_kept_time_twice_is_told_of_the_one_row_twice() -> None:
    held, taken = kept(NINE, "elsewhere"), row(NINE, conversation="elsewhere", patient_id="p")
    twice = books(change(None, held, 1), change(held, taken, 9), told=booked(NINE))
    twice.conversations["elsewhere"] = twice.conversations[TALK]
    twice.patients = {TALK: {"p"}}
    assert "no row" in next(broken_promises(twice, READER))  # was it ever theirs?
    twice.answered = {TALK: {"a"}}
    assert not list(broken_promises(twice, READER))
    twice.changes.append(change(taken, row(NINE, "cancelled", conversation="elsewhere", patient_id="p"), 99))
    assert "no row" in next(broken_promises(twice, READER))
    twice.changes[1:] = [change(held, taken, 101)]
    assert "no row" in next(broken_promises(twice, READER))
    twice.changes[1:], twice.patients = [change(held, taken, 9)], {TALK: {"somebody else"}}
    assert "no row" in next(broken_promises(twice, READER))


def test_a_kept_time_that_was_handed_on_is_told_of_again_where_it_was_before() -> None:
    before, after = kept(NINE, TALK), kept(NINE, "elsewhere")
    taken = row(NINE, conversation="elsewhere", patient_id="p")
    both = books(
        change(None, before, 1), change(before, after, 5), change(after, taken, 9), told=booked(NINE)
    )
    both.conversations["elsewhere"], both.patients = both.conversations[TALK], {TALK: {"p"}}
    assert not list(broken_promises(both, READER))


def test_a_cancellation_that_was_told_and_did_not_happen_is_found() -> None:
    told = f"Your appointment {READER.said(NINE)} is cancelled."
    done = change(row(NINE), row(NINE, "cancelled"), 99)
    assert not list(told_of_changes(books(done, told=told), READER))
    assert list(told_of_changes(books(told=told), READER))
    assert list(told_of_changes(books(change(row(NINE), row(NINE, "cancelled"), 200), told=told), READER))


def test_a_lost_request_is_found() -> None:
    told = "Your request is with the team now. Is there anything else I can do for you?"
    assert not list(lost_requests(books(told=told, requests=1), READER))
    assert list(lost_requests(books(told=told), READER)) and list(lost_requests(books(requests=1), READER))


def test_texts_that_are_missing_or_left_twice_are_found() -> None:
    text = {"id": "t", "key": "booked:a", "status": "sent"}
    made = change(None, row(NINE))
    assert not list(lost_texts(books(made, texts=[text]), ["t"]))
    assert list(lost_texts(books(made), []))
    assert list(lost_texts(books(made, texts=[text]), ["t", "t"]))
    assert list(lost_texts(books(made, texts=[text]), []))


def test_a_text_may_be_taken_back_by_the_change_that_makes_it_wrong_and_by_nothing_else() -> None:
    made, moved = change(None, row(NINE)), change(row(NINE), row(TEN), 5, tx="2")
    kept = books(made, moved)
    assert list(lost_texts(kept, []))
    kept.unsaid = {"booked:a": "2"}
    assert not list(lost_texts(kept, []))
    kept.unsaid = {"booked:a": "3"}
    assert list(lost_texts(kept, []))


def test_a_text_that_waits_for_the_morning_is_not_late_in_the_night() -> None:
    morning = datetime.fromtimestamp(1000, UTC)
    waiting = {"id": "t", "key": "waitlist:1", "status": "queued", "due_at": morning}
    assert not list(lost_texts(books(texts=[waiting]), [], 999))
    assert list(lost_texts(books(texts=[waiting]), [], 1001))


def test_an_appointment_of_the_wrong_length_is_found() -> None:
    assert not list(wrong_lengths(books(change(None, row(NINE)))))
    long = row(NINE) | {"during": row(NINE)["during"].replace(":30:", ":45:")}
    assert list(wrong_lengths(books(change(None, long))))


def test_of_two_who_cancel_at_once_the_change_is_one_persons() -> None:
    kept = books(change(None, row(NINE), 1), change(row(NINE), row(NINE, "cancelled"), 5))
    given = {"slot": NINE, "owner": "Mary Jones", "row": "a"}
    assert change_of(kept, "cancel", given, 4, {}) == 1
    assert change_of(kept, "cancel", given, 4, {}, {1}) is None
    assert change_of(kept, "cancel", given, 6, {}) is None
    assert change_of(kept, "cancel", {**given, "row": "b"}, 4, {}) is None


def kept(slot: Slot, conversation: str, *, id: str = "a", until: int = 60) -> dict[str, Any]:
    expires = datetime.fromtimestamp(until, UTC).isoformat()
    return row(slot, "held", id=id, conversation=conversation, hold_expires_at=expires)


def test_a_time_kept_for_one_who_waits_is_theirs_until_they_take_it_wherever_they_are() -> None:
    first, other = kept(NINE, TALK), kept(NINE, "other")
    taken = row(NINE, conversation="other")
    good = books(
        change(None, first, 1, "1"), change(first, other, 5, "2"), change(other, taken, 9, "3")
    )  # fmt: skip
    good.offers, good.waited, good.calls = {"1": {TALK}}, {"r": (TALK, "done")}, {"CA1": "other"}
    assert [(one.kind, one.who) for one in kept_times(good)[DOCTORS[0]]] == [
        ("take", TALK), ("release", TALK), ("take", "CA1"),
    ]  # fmt: skip
    assert not list(broken_waiting(good))
    good.offers = {}
    assert not kept_times(good)


def test_who_no_longer_waits_without_a_time_and_who_is_kept_two_is_found() -> None:
    nothing = books()
    nothing.waited = {"r": (TALK, "done")}
    assert list(broken_waiting(nothing))
    two = books(change(None, kept(NINE, TALK), 1, "1"), change(None, kept(TEN, TALK, id="b"), 5, "2"))
    two.offers = {"1": {TALK}, "2": {TALK}}
    assert len(list(broken_waiting(two))) == 1
    late = books(
        change(None, kept(NINE, TALK, until=3), 1, "1"), change(None, kept(TEN, TALK, id="b"), 5, "2")
    )
    late.offers = two.offers
    assert not list(broken_waiting(late))
