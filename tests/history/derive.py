"""From what was said and answered to operations on each doctor's calendar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.history.record import Event
from tests.history.register import Kind, Op
from tests.history.world import Season, Slot, Told

#: What is asked while a time is held, and says nothing of it.
_STILL = frozenset(
    [
        "ask_reason",
        "ask_patient_name",
        "ask_last_name",
        "ask_date_of_birth",
        "ask_known",
        "confirm_identity",
        "not_identified",
        "take_your_time",
    ]
)
_HELD = frozenset({"time_free", "confirm_booking", "confirm_move"})
_GIVEN_BACK = frozenset({"nothing_booked", "ask_date_move", "already_then"})


@dataclass
class _Conversation:
    patient: str
    minutes: float
    hold_seconds: float
    task: str
    season: Season
    held: Slot | None = None
    wanted: Slot | None = None  # by the very first words
    moving: Slot | None = None
    picked: Slot | None = None
    kept: Slot | None = None  # what they waited for: perhaps they took it in another conversation
    ops: list[tuple[str, Op]] = field(default_factory=list)


def operations(events: Sequence[Event], hold_seconds: float, season: Season) -> dict[str, list[Op]]:
    """Doctor → what was done to that calendar. What a patient said is known by then to be kept, or not."""
    found: dict[str, list[Op]] = defaultdict(list)
    talks: dict[str, _Conversation] = {}
    touched = {event.given["owner"] for event in events if event.kind in ("cancel", "move")}
    for event in events:
        if event.given.get("channel") == "staff":
            for doctor, op in _by_hand(event):
                found[doctor].append(op)
        elif event.kind == "say":
            key = event.given["conversation"]
            given = event.given
            talk = talks.setdefault(
                key,
                _Conversation(given["patient"], given["minutes"], hold_seconds, given["task"], season),
            )
            for doctor, op in _said(event, key, talk, given["patient"] in touched):
                found[doctor].append(op)
        elif event.kind == "hang_up":
            key = event.given["call"]
            if key in talks:
                found_for = talks[key]
                kind: Kind = "release" if event.outcome == "ok" else "loosen"
                if found_for.held is not None:
                    found[found_for.held.doctor].append(_op(kind, event, key, found_for, found_for.held))
                    found_for.held = None
    return found


def _by_hand(event: Event) -> Iterable[tuple[str, Op]]:
    given, slot = event.given, event.given["slot"]
    who = f"clerk {event.number}"
    times = (slot.start, slot.start + 60 * given["minutes"])
    optional = event.outcome == "unknown"
    if event.outcome == "failed":
        if event.got["why"] == "taken":
            window = (event.invoked, event.completed)
            yield slot.doctor, Op("taken", *window, who, *times, owner=given["owner"], old=_times(event))
        return
    old: Slot | None = given["old"]
    about = f"event {event.number}"
    if event.kind == "move" and old is not None:
        yield from _moved(event, who, given["owner"], old, slot, given["minutes"], optional, gentle=False)
        return
    kinds: dict[str, Kind] = {"book": "book", "block": "block", "cancel": "cancel", "unblock": "unblock"}
    yield slot.doctor, Op(
        kinds[event.kind], event.invoked, event.completed, who, *times, owner=given["owner"],
        optional=optional, about=about,
    )  # fmt: skip


def _times(event: Event) -> tuple[float, float] | None:
    """The time that a move gives up."""
    old: Slot | None = event.given["old"]
    return None if old is None else (old.start, old.start + 60 * event.given["minutes"])


def _moved(
    event: Event, who: str, owner: str, old: Slot, new: Slot, minutes: float, optional: bool, *, gentle: bool
) -> Iterable[tuple[str, Op]]:
    """A move within one calendar is one step; between two it is seen as two."""
    before, after = (old.start, old.start + 60 * minutes), (new.start, new.start + 60 * minutes)
    window = (event.invoked, event.completed)
    about = f"event {event.number}"
    if old.doctor == new.doctor:
        yield new.doctor, Op(
            "move", *window, who, *after, owner=owner, old=before, optional=optional, gentle=gentle,
            about=about,
        )  # fmt: skip
        return
    yield (
        old.doctor,
        Op("cancel", *window, who, *before, owner=owner, optional=optional, gentle=gentle, about=about),
    )
    yield new.doctor, Op("book", *window, who, *after, owner=owner, optional=optional, about=about)


def _said(event: Event, key: str, talk: _Conversation, touched: bool) -> Iterable[tuple[str, Op]]:
    given = event.given
    if given["about"] == "asked":
        talk.wanted = given["slot"]
    talk.picked = given["slot"] if given["about"] == "option" else None
    if event.outcome != "ok":  # it was not kept: nothing happened
        return
    told: list[Told] = event.got["told"]
    keys = [one.key for one in told]
    yield from _lost(event, key, talk, keys)
    if talk.picked is not None and not {"slot_taken", "already_then"} & set(keys):
        yield from _holds(event, key, talk, talk.picked)  # held without a word
    offers = (one.slot for one in told if one.key == "waiting_free")
    talk.kept = next(offers, given["slot"] if given["about"] == "offer" else talk.kept)
    for slot in event.got["offered"]:
        yield slot.doctor, _op("free", event, key, talk, slot)
    for one in told:
        if one.slot is None:
            continue
        if one.key in _HELD:
            talk.moving = one.old if one.key == "confirm_move" else None
            yield from _holds(event, key, talk, one.slot)
        elif one.key == "booked":
            yield one.slot.doctor, _op("book", event, key, talk, one.slot, gentle=one.slot == talk.kept)
            yield from _gone(event, key, talk, one.slot)
        elif one.key == "moved" and talk.moving is not None:
            old, minutes = talk.moving, talk.minutes
            yield from _moved(event, key, talk.patient, old, one.slot, minutes, False, gentle=touched)
            yield from _gone(event, key, talk, one.slot)
        elif one.key == "cancelled":
            yield one.slot.doctor, _op("cancel", event, key, talk, one.slot, gentle=touched)
    if talk.held not in (None, talk.picked) and not _HELD & set(keys):
        if _GIVEN_BACK & set(keys):
            yield talk.held.doctor, _op("release", event, key, talk, talk.held)
            talk.held = None
        elif not _STILL & set(keys):
            yield talk.held.doctor, _op("loosen", event, key, talk, talk.held)
            talk.held = None


def _lost(event: Event, key: str, talk: _Conversation, keys: Sequence[str]) -> Iterable[tuple[str, Op]]:
    """What was not to be had: somebody else has it."""
    if "slot_taken" in keys:
        slot = talk.picked or (talk.held if event.given["words"].startswith("yes") else None)
        if slot is not None:
            yield slot.doctor, _op("taken", event, key, talk, slot)
        if talk.held is not None:
            yield talk.held.doctor, _op("release", event, key, talk, talk.held)
            talk.held = None
    elif "offer_gone" in keys:
        slot = event.given["slot"]
        if slot is not None and slot.start > talk.season.last_clock:
            yield slot.doctor, _op("taken", event, key, talk, slot)
    elif "nothing_then" in keys and event.given["about"] == "asked" and event.given["task"] == "book":
        slot = talk.wanted
        if (
            slot is not None
            and slot.start > talk.season.last_clock
            and _fits(slot, talk.minutes, talk.season)
        ):
            yield slot.doctor, _op("taken", event, key, talk, slot)


def _holds(event: Event, key: str, talk: _Conversation, slot: Slot) -> Iterable[tuple[str, Op]]:
    if slot == talk.held:
        return
    if talk.held is not None and talk.held.doctor != slot.doctor:
        yield talk.held.doctor, _op("release", event, key, talk, talk.held)
    talk.held = slot
    yield slot.doctor, _op("take", event, key, talk, slot)


def _gone(event: Event, key: str, talk: _Conversation, slot: Slot) -> Iterable[tuple[str, Op]]:
    """A hold elsewhere goes with the booking."""
    if talk.held is not None and talk.held.doctor != slot.doctor:
        yield talk.held.doctor, _op("release", event, key, talk, talk.held)
    talk.held = None


def _op(
    kind: Kind, event: Event, key: str, talk: _Conversation, slot: Slot, *,
    gentle: bool = False,
) -> Op:  # fmt: skip
    return Op(
        kind, event.invoked, event.completed, key, slot.start, slot.start + 60 * talk.minutes,
        owner=talk.patient, hold_seconds=talk.hold_seconds, gentle=gentle,
        spares=talk.task == "move" and kind in ("take", "free", "taken"), about=f"event {event.number}",
    )  # fmt: skip


def _fits(slot: Slot, minutes: float, season: Season) -> bool:
    """Whether an appointment of this length ends within the hours."""
    end = slot.local.hour * 60 + slot.local.minute + minutes
    return end <= season.closing * 60
