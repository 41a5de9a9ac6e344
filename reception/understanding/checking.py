"""Checks the model's slots against what has a fixed form: a grammar guarantees shape, not truth.

A small model files a clock time under the date, or overlooks an e-mail address in a long sentence. What has
a form of its own (addresses, numbers, clock times) or a name of the practice's own is put right by code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from reception.dialogue.meaning import Days, Intent, Slot
from reception.understanding.grammar import WITHOUT_SLOTS
from reception.understanding.interpret import Setting, interpret

#: Where a slot that can't be read as what it should be belongs, if it can be read as that.
_MISFILED: Mapping[Slot, tuple[Slot, ...]] = {
    Slot.DATE: (Slot.PHONE, Slot.TIME),
    Slot.TIME: (Slot.PHONE, Slot.DATE),
    Slot.OLD_DATE: (Slot.OLD_TIME,),
    Slot.OLD_TIME: (Slot.OLD_DATE,),
    Slot.EMAIL: (Slot.PHONE,),
    Slot.PHONE: (Slot.EMAIL,),
}
#: Slots that are worth nothing when they can't be read.
_DROPPED = frozenset({Slot.EMAIL, Slot.PHONE})

#: Not moving: there a clock time may be the old one as well as the new one.
_ABOUT_TIMES = frozenset({Intent.BOOK, Intent.CANCEL, Intent.CHECK, Intent.ALTERNATIVES, Intent.INFORM})
_BOOKINGS = frozenset({Intent.BOOK, Intent.RESCHEDULE, Intent.CANCEL, Intent.CHECK, Intent.ALTERNATIVES})

#: What stands between the first and the last of several days.
_TO = frozenset({"to", "till", "til", "until", "through"})

#: Single words that name a day, whatever else is said.
_DAYS = frozenset(
    {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "today", "tomorrow"}
)

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"\+?\(?\d[\d ().-]{7,17}\d")
_BORN = re.compile(
    r"\b(?:born(?: on)?|date of birth(?: is)?:?|dob:?|birthday(?: is)?)\s+(?:the )?"
    r"([\w/.,'-]+(?: [\w/.,'-]+){0,6})",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"\b(?:(?:after|before|around|about) )?"
    r"(?:\d{1,2}:\d\d(?: ?[ap]\.?m\b\.?)?|\d{1,2} ?(?:[ap]\.?m\b\.?|o'clock\b))",
    re.IGNORECASE,
)
#: Words that belong to a time of day and to no date.
_OF_A_CLOCK = re.compile(r"\d:\d\d|\b(?:half|quarter|past|o'clock|noon|[ap]\.?m)\b", re.IGNORECASE)
_FROM_HERE_A_CLOCK = re.compile(
    r"(?:after|before|around|about|at|by|half|quarter|noon"
    r"|(?:mid-?|early |late |mid )?(?:morning|afternoon|evening)"
    r"|\d{1,2}(?::\d\d| ?[ap]\.?m))",
    re.IGNORECASE,
)
_HAS_TO_BE = re.compile(r"^(?:it (?:has to|must|should) be|it'?s|make it|now)\s+(?:on )?", re.IGNORECASE)
#: What stands before a day that is taken back.
_TAKEN_BACK = re.compile(r"\b(?:i said|did i say|not|instead of)\s+(?:on )?$", re.IGNORECASE)
_MEANT_INSTEAD = re.compile(
    r"\b(?:meant|i mean|sorry|make that|no wait|no,|rather|actually)\b", re.IGNORECASE
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DAY_OF_MONTH = re.compile(
    rf",? (?:the )?(?:{_MONTH} (?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?!:|\d| ?[ap]\.?m)"
    rf"|\d{{1,2}}(?:st|nd|rd|th)(?: (?:of )?{_MONTH})?|\d{{1,2}} {_MONTH}|\d{{1,2}}/\d{{1,2}})(?!\w)",
    re.IGNORECASE,
)
#: What makes "until three" mean "from three on" ("I work until three"), and "day after" no "after".
_TURNED_ROUND = re.compile(
    r"\b(?:can'?t|cannot|not|\w+n't|away|work(?:ing)?|busy|off|out|gone|vacation|holiday|school)\b[^,.;]*$"
    r"|\bday $",
    re.IGNORECASE,
)
_MEANT = re.compile(r"\b(?:until|till|after|before) (?:the )?$", re.IGNORECASE)
_TITLE = re.compile(r"\b(?:dr|doctor|prof|professor|nurse|mr|mrs|ms|miss)\b\.? $", re.IGNORECASE)
_NAME = re.compile(
    r"\b(?:[Mm]y name is|[Mm]y name's|[Tt]his is|[Nn]ame is)\s+"
    r"((?!Dr\b|Doctor\b)[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){1,3})"
)
_NO_NAME = (
    r"(?!(?:he|she|they|it|i|who|was|is|am|were|the|my|his|her|a|patient|name|yes|no|hi|hello|this|and"
    r"|for|thanks?|you|okay|ok|sure|thing|of|course|sorry|about|that|great|well|our|your|oh|right|yeah"
    r"|please|his|on|it's|\w+'s)\b)"
)
_NAME_BORN = re.compile(
    rf"^({_NO_NAME}[^\W\d_][\w'’-]+(?: {_NO_NAME}[^\W\d_][\w'’-]+){{1,2}}),? (?:born|dob|date of birth)\b",
    re.IGNORECASE,
)


def check(
    intent: Intent, slots: Mapping[Slot, str], patient: str, desk: str, setting: Setting
) -> dict[Slot, str]:
    """The slots with those misfiled put right and those overlooked added; all verbatim in `patient`."""
    if intent in WITHOUT_SLOTS or not patient.strip():
        return dict(slots)
    checked = _refiled(intent, slots, patient, desk, setting)
    if Slot.DATE in checked and intent is not Intent.RESCHEDULE:  # "from Monday to Wednesday" may be a move
        checked[Slot.DATE] = _whole_range(intent, checked[Slot.DATE], patient, desk, setting)
    if Slot.DATE in checked and Slot.TIME not in checked and intent is not Intent.RESCHEDULE:
        checked.update(_day_and_time(intent, checked[Slot.DATE], desk, setting))
    if Slot.DATE in checked and intent is not Intent.RESCHEDULE:
        checked[Slot.DATE] = _day_that_is_meant(intent, checked[Slot.DATE], patient, desk, setting)
    for slot in (Slot.DATE, Slot.OLD_DATE):
        if slot in checked:
            checked[slot] = _with_day_of_month(checked[slot], patient, checked.values())
    for slot in (Slot.DATE, Slot.TIME, Slot.OLD_DATE, Slot.OLD_TIME):
        if slot in checked:
            checked[slot] = _with_preposition(checked[slot], patient)
    if Slot.PRACTITIONER in checked:
        checked[Slot.PRACTITIONER] = _meant_instead(checked[Slot.PRACTITIONER], patient, setting)
        checked[Slot.PRACTITIONER] = _with_title(checked[Slot.PRACTITIONER], patient)
    for slot, span in _overlooked(intent, patient, desk, setting):
        if slot is Slot.DATE_OF_BIRTH:  # the day of a birth date is no other day
            inside = [day for day in (Slot.DATE, Slot.OLD_DATE) if checked.get(day, "\0") in span]
            checked = {key: words for key, words in checked.items() if key not in inside}
        if slot not in checked and not _inside_another(span, patient, checked.values()):
            checked[slot] = span
    return {slot: checked[slot] for slot in Slot if slot in checked}


def _refiled(
    intent: Intent, slots: Mapping[Slot, str], patient: str, desk: str, setting: Setting
) -> dict[Slot, str]:
    checked = dict(slots)
    if intent in (Intent.BOOK, Intent.CANCEL, Intent.CHECK):  # only moving has old and new times
        for old, only in ((Slot.OLD_DATE, Slot.DATE), (Slot.OLD_TIME, Slot.TIME)):
            if old in checked:
                checked.setdefault(only, checked.pop(old))
    if _beside(checked, Slot.OLD_DATE, Slot.TIME, patient) and Slot.OLD_TIME not in checked:
        checked[Slot.OLD_TIME] = checked.pop(Slot.TIME)
    if (
        _beside(checked, Slot.DATE, Slot.OLD_TIME, patient)
        and not _beside(checked, Slot.OLD_DATE, Slot.OLD_TIME, patient)
        and Slot.TIME not in checked
    ):
        checked[Slot.TIME] = checked.pop(Slot.OLD_TIME)
    if Slot.INSURANCE in checked and _reads(intent, Slot.DATE, checked[Slot.INSURANCE], desk, setting):
        del checked[Slot.INSURANCE]  # no plan is called June 22nd
    for slot, others in _MISFILED.items():
        span = checked.get(slot)
        if span is None or _reads(intent, slot, span, desk, setting):
            continue
        other = next((one for one in others if _reads(intent, one, span, desk, setting)), None)
        if other is not None:
            del checked[slot]
            # Of two for one slot the later counts: "Tuesday, or rather Wednesday".
            checked[other] = max(span, checked.get(other, span), key=patient.rfind)
        elif slot in _DROPPED:
            del checked[slot]
    return checked


def _beside(slots: Mapping[Slot, str], day: Slot, clock: Slot, patient: str) -> bool:
    """Whether a time stands right beside a day, so that it must be that day's."""
    if day not in slots or clock not in slots:
        return False
    date, time = re.escape(slots[day]), re.escape(slots[clock])
    beside = rf"{date}(?:,? same time)?(?:,? at|,)? {time}|{time},?(?: on)? {date}"
    return re.search(rf"(?<!\w)(?:{beside})(?!\w)", patient) is not None


def _day_and_time(intent: Intent, span: str, desk: str, setting: Setting) -> Mapping[Slot, str]:
    """A day with a time right behind it, labelled as one day: the two of them; else nothing."""
    words = list(re.finditer(r"\S+", span))
    for after in words[1:]:
        day, time = span[: after.start()].rstrip(" ,"), span[after.start() :]
        if (
            _FROM_HERE_A_CLOCK.match(time)
            and _reads(intent, Slot.DATE, day, desk, setting)
            and _reads(intent, Slot.TIME, time, desk, setting)
            and (_OF_A_CLOCK.search(time) or not _reads(intent, Slot.DATE, time, desk, setting))
        ):
            return {Slot.DATE: day, Slot.TIME: re.sub(r"^at ", "", time)}
    return {}


def _day_that_is_meant(intent: Intent, span: str, patient: str, desk: str, setting: Setting) -> str:
    """Another day than the one taken back: "I said Tuesday but it has to be Thursday"."""
    _, but, rest = span.rpartition(" but ")
    rest = _HAS_TO_BE.sub("", rest)
    if but and _reads(intent, Slot.DATE, rest, desk, setting):
        return rest
    before, _, after = patient.partition(span)
    taken_back = _TAKEN_BACK.search(before)
    if taken_back is None:
        return span
    for part in (after, before[: taken_back.start()]):
        words = list(re.finditer(r"[\w'’/]+", part))
        for word in words:
            if word.group().lower().removesuffix("s") not in _DAYS:
                continue
            day = part[word.start() : word.end()]
            if _reads(intent, Slot.DATE, day, desk, setting):
                return day
    return span


def _with_day_of_month(span: str, patient: str, others: Iterable[str]) -> str:
    """A weekday together with the day of the month that is said right after it."""
    if span.lower().removeprefix("next ").removeprefix("this ") not in _DAYS:
        return span
    for place in re.finditer(rf"(?<!\w){re.escape(span)}(?!\w)", patient):
        more = _DAY_OF_MONTH.match(patient[place.end() :])
        if more is not None and not any(one != span and one in more.group() for one in others):
            return span + more.group()
    return span


def _with_preposition(span: str, patient: str) -> str:
    """The span with the word before it that changes what it means, as in "until Thursday"."""
    start = patient[: max(0, patient.find(span))]
    before = _MEANT.search(start)
    if before is None or _TURNED_ROUND.search(start[: before.start()]):
        return span
    return before.group() + span


def _meant_instead(span: str, patient: str, setting: Setting) -> str:
    """The practitioner named after "I meant" or "sorry, no", where the one before is the slip."""
    after = patient[patient.find(span) + len(span) :]
    slip = _MEANT_INSTEAD.search(after)
    if slip is None:
        return span
    names = [name for one in setting.practice.practitioners for name in (one.name, *one.spoken_as)]
    surnames = [one.name.rsplit(" ", 1)[-1] for one in setting.practice.practitioners]
    return _only_one([*names, *surnames], after[slip.end() :]) or span


def _with_title(span: str, patient: str) -> str:
    """The practitioner with the title as said."""
    title = _TITLE.search(patient[: max(0, patient.find(span))])
    return title.group() + span if title else span


def _whole_range(intent: Intent, span: str, patient: str, desk: str, setting: Setting) -> str:
    """The days from one to another of which `span` names only one end; else `span`."""
    words = list(re.finditer(r"[\w'’/-]+(?:\.(?=\w))?", patient))
    start = patient.find(span)
    for index, word in enumerate(words):
        if word.group().lower() not in _TO:
            continue
        for first in range(index - 1, max(index - 4, -1), -1):
            for last in range(index + 1, min(index + 4, len(words))):
                begin, end = words[first].start(), words[last].end()
                if not begin <= start < start + len(span) <= end:
                    continue
                value = interpret(intent, {Slot.DATE: patient[begin:end]}, desk, setting).get(Slot.DATE)
                if isinstance(value, Days) and value.first and value.last and value.first < value.last:
                    whole = first > 0 and words[first - 1].group().lower() == "from"
                    return patient[words[first - 1].start() if whole else begin : end]
    return span


def _reads(intent: Intent, slot: Slot, span: str, desk: str, setting: Setting) -> bool:
    return slot in interpret(intent, {slot: span}, desk, setting)


def _overlooked(intent: Intent, patient: str, desk: str, setting: Setting) -> Iterable[tuple[Slot, str]]:
    """Spans that are surely what their form says; where a form occurs twice, nothing is sure."""
    for slot, pattern in ((Slot.EMAIL, _EMAIL), (Slot.PHONE, _PHONE)):
        spans = [one.group().rstrip(". -(") for one in pattern.finditer(patient)]
        if len(spans) == 1 and _reads(intent, slot, spans[0], desk, setting):
            yield slot, spans[0]
    if intent is Intent.PRACTICE_QUESTION:  # "are you open on Saturday": said in passing, and easily missed
        named = [word for word in re.findall(r"\w+", patient) if word.lower().removesuffix("s") in _DAYS]
        if len(named) == 1:
            yield Slot.DATE, named[0]
    if span := _birth_date(intent, patient, desk, setting):
        yield Slot.DATE_OF_BIRTH, span
    name = _NAME.search(patient) or _NAME_BORN.search(patient)
    if name is not None and not _reads(intent, Slot.PRACTITIONER, name.group(1), desk, setting):
        yield Slot.PATIENT_NAME, name.group(1)
    clocks = list(_CLOCK.finditer(patient))
    if intent in _ABOUT_TIMES and len(clocks) == 1:
        yield Slot.TIME, clocks[0].group().rstrip(".")
    yield from _own_names(intent, patient, setting)


def _birth_date(intent: Intent, patient: str, desk: str, setting: Setting) -> str | None:
    """What follows "born": no fewer words than make the date, and no more."""
    born = _BORN.search(patient)
    if born is None:
        return None
    words = born.group(1).split(" ")
    spans = [" ".join(words[:length]).rstrip(".,;") for length in range(1, len(words) + 1)]
    read = [
        (span, interpret(intent, {Slot.DATE_OF_BIRTH: span}, desk, setting).get(Slot.DATE_OF_BIRTH))
        for span in spans
    ]
    whole = read[-1][1] or next((value for _, value in reversed(read) if value), None)
    return next((span for span, value in read if value and value == whole), None)


def _own_names(intent: Intent, patient: str, setting: Setting) -> Iterable[tuple[Slot, str]]:
    """Doctors, types and plans by the practice's own words for them."""
    practice = setting.practice
    if intent in _BOOKINGS:
        types = [name for one in practice.appointment_types for name in (one.name, *one.spoken_as)]
        doctors = [name for one in practice.practitioners for name in (one.name, *one.spoken_as)]
        for slot, names in ((Slot.APPOINTMENT_TYPE, types), (Slot.PRACTITIONER, doctors)):
            if span := _only_one(names, patient):
                yield slot, span
    if intent in _BOOKINGS | {Intent.INFORM, Intent.PRACTICE_QUESTION}:
        plans = [plan for one in practice.practitioners for plan in one.insurances]
        if span := _only_one(plans, patient):
            yield Slot.INSURANCE, span


def _only_one(names: Iterable[str], patient: str) -> str | None:
    """The longest of the names as it stands in the text; None when two different places have one."""
    found: list[re.Match[str]] = []
    for name in sorted(set(names), key=len, reverse=True):
        found += [
            one
            for one in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", patient, re.IGNORECASE)
            if not any(one.start() < kept.end() and kept.start() < one.end() for kept in found)
        ]
    return found[0].group() if len(found) == 1 else None


def _inside_another(span: str, patient: str, others: Iterable[str]) -> bool:
    """Whether the span's place in the text already belongs to another slot."""
    start = patient.find(span)
    return any(
        (place := patient.find(other)) >= 0 and place < start + len(span) and start < place + len(other)
        for other in others
    )
