"""The figures page's tables: what was counted in a span, beside the span before. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from babel.dates import format_date, format_time, get_day_names

from reception.dashboard.counted import CHANNELS, MINUTES, WISHES, Counted
from reception.dashboard.insight import INTENTS
from reception.dashboard.sheets import Column, Number, Row, Sheet
from reception.spans import Span

ENDINGS = {
    "desk": "The desk alone",
    "inbox": "The desk, and something for the inbox",
    "staff": "With staff",
    "nobody": "Nothing came of it",
}
WHY = {
    "emergency": "Emergency",
    "asked": "Asked for a person",
    "misunderstood": "The desk did not understand",
    "identity": "Could not be identified",
    "joined": "Staff stepped in",
}
TEXT_KINDS = {
    "booked": "Booking confirmed",
    "moved": "Appointment moved",
    "cancelled": "Appointment cancelled",
    "reminder": "Reminder",
    "waitlist": "Offer to the waiting list",
    "absence": "Another time, as somebody is away",
}
#: The column of what was counted in the part of the span before that compares.
BEFORE = Column("Before", dashed=True, colour=4)
_ARRIVED = ("sent", "delivered")
_FAILED = ("failed", "unknown")


def sheets(span: Span, now: Counted, before: Counted, whole_before: Counted) -> list[Sheet]:
    """In the order of the page. `before` is the part that compares, `whole_before` all of the span before."""
    return [
        _over_time(span, now, whole_before),
        *([] if span.by == "day" else [_by_hour(now)]),
        _reasons(now, before),
        _endings(now, before),
        _handed_over(now, before),
        _saved(now, before),
        _paces(span, now),
        _understanding(span, now),
        _mistaken(now),
        _attendance(now, before),
        _waiting(now, before),
        _texts(now),
    ]


def part_label(span: Span, at: datetime) -> str:
    """An hour or a day as an axis names it."""
    if span.unit == "hour":
        return format_time(at, "h a", locale="en_US")
    return format_date(at, "EEE d" if span.by == "week" else "MMM d", locale="en_US")


def _over_time(span: Span, now: Counted, before: Counted) -> Sheet:
    counts = {(one.at, one.channel): one.count for one in now.talks}
    then = [sum(one.count for one in before.talks if one.at == at) for at in span.before.parts()]
    rows = []
    for index, at in enumerate(span.parts()):
        numbers: list[Number] = [counts.get((at, channel), 0) for channel in CHANNELS]
        rows.append(Row(part_label(span, at), [*numbers, then[index] if index < len(then) else None]))
    return Sheet(
        "conversations",
        "Calls and chats",
        f"By {span.unit}, when they began; the line is all of the {span.by} before.",
        span.unit.capitalize(),
        [*map(Column, CHANNELS.values()), BEFORE],
        rows,
        "stacked",
    )


def _by_hour(now: Counted) -> Sheet:
    days = get_day_names("abbreviated", locale="en_US")
    hours = sorted({hour for _, hour in now.weekdays} | set(range(8, 18)))
    span = range(min(hours), max(hours) + 1)
    return Sheet(
        "hours",
        "When they come",
        "Calls, chats and texts by weekday and the hour in which they began.",
        "Weekday",
        [Column(format_time(datetime(2000, 1, 1, hour), "h a", locale="en_US")) for hour in span],
        [Row(days[day], [now.weekdays.get((day, hour), 0) for hour in span]) for day in range(7)],
        "heat",
    )


def _compared(names: Mapping[str, str], now: Mapping[str, int], before: Mapping[str, int]) -> list[Row]:
    """Those that occur at all, the most frequent first."""
    rows = [Row(label, [now.get(name, 0), before.get(name, 0)]) for name, label in names.items()]
    return sorted((row for row in rows if any(row.numbers)), key=lambda row: -(row.numbers[0] or 0))


def _reasons(now: Counted, before: Counted) -> Sheet:
    return Sheet(
        "reasons",
        "What they wanted",
        "Conversations in which it was said; one may be about several things.",
        "Reason",
        [Column("Conversations"), BEFORE],
        _compared({name: INTENTS[name] for name in WISHES}, now.reasons, before.reasons),
        "bars",
    )


def _endings(now: Counted, before: Counted) -> Sheet:
    rows = [Row(label, [now.ended(who), before.ended(who)]) for who, label in ENDINGS.items()]
    return Sheet(
        "endings",
        "Who resolved them",
        "Conversations in which the patient said something. “Nothing came of it”: they left before the desk "
        "could do anything, or no time suited.",
        "Resolved by",
        [Column("Conversations"), BEFORE],
        rows,
        "bars",
    )


def _handed_over(now: Counted, before: Counted) -> Sheet:
    return Sheet(
        "handovers",
        "Handed over, and why",
        "Why a person was first needed in the conversation.",
        "Why",
        [Column("Conversations"), BEFORE],
        _compared(WHY, now.handed_over, before.handed_over),
        "bars",
        "Nobody had to be handed over.",
    )


def _saved(now: Counted, before: Counted) -> Sheet:
    rows = []
    for kind, (label, _) in MINUTES.items():
        did, minutes = now.did(kind), now.each(kind)
        rows.append(Row(label, [did * minutes / 60, before.did(kind) * minutes / 60, did, minutes]))
    return Sheet(
        "saved",
        "Staff time saved",
        "An estimate: what the desk did with nobody else, times the minutes each takes on the telephone.",
        "What the desk did",
        [Column("Saved", "h"), Column("Before", "h", dashed=True), Column("Times"), Column("Each", "min")],
        rows,
        "bars",
    )


def _paces(span: Span, now: Counted) -> Sheet:
    found = {(one.at, one.channel): one for one in now.paces}
    spoken = [channel for channel in CHANNELS if any(one.channel == channel for one in now.paces)]
    columns = []
    for colour, channel in enumerate(CHANNELS, 1):
        if channel in spoken:
            columns.append(Column(f"{CHANNELS[channel]}: half within", "s", colour=colour))
            columns.append(Column("95 % within", "s", dashed=True, colour=colour))
    rows = []
    for at in span.parts():
        numbers: list[Number] = []
        for channel in spoken:
            one = found.get((at, channel))
            numbers += [None, None] if one is None else [one.half / 1000, one.most / 1000]
        rows.append(Row(part_label(span, at), numbers))
    return Sheet(
        "latency",
        "How fast it answers",
        "From the patient's last word, as it reaches the desk, until the answer is written.",
        span.unit.capitalize(),
        columns,
        rows,
        "lines",
    )


def _understanding(span: Span, now: Counted) -> Sheet:
    found = {one.at: one for one in now.readings}
    rows = []
    for at in span.parts():
        one = found.get(at)
        turns, corrected = (one.turns, one.corrected) if one else (0, 0)
        rows.append(Row(part_label(span, at), [turns - corrected, corrected]))
    return Sheet(
        "understanding",
        "How well it understands",
        "What patients said, and how much of it staff corrected (“Misunderstood?” beside their words).",
        span.unit.capitalize(),
        [Column("Left as understood"), Column("Corrected")],
        rows,
        "stacked",
    )


def _mistaken(now: Counted) -> Sheet:
    rows = []
    for one in now.mistaken[:20]:
        read, meant = INTENTS.get(one.read, one.read), INTENTS.get(one.meant, one.meant)
        label = f"{meant}: details" if one.read == one.meant else f"{meant}, read as: {read}"
        rows.append(Row(label, [one.count]))
    return Sheet(
        "corrections",
        "What was misunderstood",
        "Corrected turns, by what was meant and what the desk had read.",
        "Meant",
        [Column("Turns")],
        rows,
        "bars",
        "Staff corrected nothing in this time.",
    )


def _attendance(now: Counted, before: Counted) -> Sheet:
    names = {
        "completed": "Came",
        "no_show": "Did not come",
        "cancelled": "Cancelled",
        "booked": "Still to come, or not marked",
    }
    rows = [Row(label, [now.attendance.get(n, 0), before.attendance.get(n, 0)]) for n, label in names.items()]
    return Sheet(
        "attendance",
        "Appointments and no-shows",
        "Appointments of this time; whether somebody came is marked in the calendar.",
        "Appointment",
        [Column("Appointments"), BEFORE],
        rows,
        "bars",
    )


def _waiting(now: Counted, before: Counted) -> Sheet:
    names = {
        "joined": "Put on the list",
        "offered": "Times offered by text",
        "answered": "Offers answered",
        "filled": "Got a time",
        "taken_off": "Taken off by staff",
    }
    rows = [
        Row(label, [getattr(now.waiting, name), getattr(before.waiting, name)])
        for name, label in names.items()
    ]
    return Sheet(
        "waiting-list",
        "Waiting list",
        "What became of those who wait for an earlier time.",
        "What",
        [Column("Patients"), BEFORE],
        rows,
        "bars",
    )


def _texts(now: Counted) -> Sheet:
    known = list(TEXT_KINDS) + sorted({kind for kind, _ in now.texts} - set(TEXT_KINDS))
    rows = []
    for kind in known:
        every = now.texts_with([status for _, status in now.texts], kind)
        if every:
            label = TEXT_KINDS.get(kind, kind.replace("_", " ").capitalize())
            rows.append(Row(label, [now.texts_with(_ARRIVED, kind), now.texts_with(_FAILED, kind)]))
    return Sheet(
        "texts",
        "Text messages",
        "Sent, as far as the carrier has told; failed ones are in the inbox.",
        "Kind",
        [Column("Sent"), Column("Failed")],
        rows,
        "bars",
    )
