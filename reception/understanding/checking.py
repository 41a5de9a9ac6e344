"""Checks the model's slots against what has a fixed form: a grammar guarantees shape, not truth.

A small model files a clock time under the date, or takes one end of "from Monday to Wednesday" for all of it.
What has a form of its own is put right by code; `overlooked.py` adds what the model passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from reception.dialogue.meaning import Days, Intent, Slot
from reception.understanding.grammar import WITHOUT_SLOTS
from reception.understanding.interpret import Setting, interpret, language_of, reads
from reception.understanding.listening import forms
from reception.understanding.overlooked import only_one, overlooked
from reception.understanding.phrases import Forms
from reception.understanding.values.contacts import count_digits

#: Where a slot that can't be read as what it should be belongs, if it can be read as that.
_MISFILED: Mapping[Slot, tuple[Slot, ...]] = {
    Slot.DATE: (Slot.PHONE, Slot.TIME),
    Slot.TIME: (Slot.PHONE, Slot.DATE),
    Slot.OLD_DATE: (Slot.OLD_TIME,),
    Slot.OLD_TIME: (Slot.OLD_DATE,),
    Slot.EMAIL: (Slot.PHONE,),
    Slot.PHONE: (Slot.EMAIL,),
}
#: What a practitioner's name without a title may be taken for; in an answer it may be the patient's.
_TAKEN_FOR = (Slot.PATIENT_NAME, Slot.INSURANCE)
_DAYS = (Slot.DATE, Slot.OLD_DATE)
_CLOCKS = (Slot.TIME, Slot.OLD_TIME)
_ANSWERS = frozenset({Intent.INFORM, Intent.AFFIRM, Intent.DENY})
#: With so many digits it is a phone number, even where it can't be dialled: one is missing, or it is foreign.
_LIKE_A_NUMBER = 6


def check(
    intent: Intent, slots: Mapping[Slot, str], patient: str, desk: str, setting: Setting
) -> dict[Slot, str]:
    """The slots with those misfiled put right and those overlooked added; all verbatim in `patient`."""
    if intent in WITHOUT_SLOTS or not patient.strip():
        return dict(slots)
    words = forms(setting.language)
    checked = _refiled(intent, slots, patient, desk, setting)
    if Slot.DATE in checked and intent is not Intent.RESCHEDULE:  # "from Monday to Wednesday" may be a move
        checked[Slot.DATE] = _whole_range(intent, checked, patient, desk, setting)
    if Slot.DATE in checked and Slot.TIME not in checked and intent is not Intent.RESCHEDULE:
        checked.update(_day_and_time(intent, checked[Slot.DATE], desk, setting))
    if Slot.DATE in checked and intent is not Intent.RESCHEDULE:
        checked[Slot.DATE] = _day_that_is_meant(intent, checked[Slot.DATE], patient, desk, setting)
    for slot in _DAYS:
        if slot in checked:
            checked[slot] = _with_day_of_month(checked[slot], patient, checked.values(), words)
    for slot in (*_DAYS, *_CLOCKS):
        span = checked.get(slot)
        if span is None:
            continue
        place = _names_a_place(span, patient, words) and not reads(intent, slot, span, desk, setting)
        if place or words.no_day.fullmatch(span):
            del checked[slot]
        else:
            checked[slot] = _with_preposition(span, patient, words)
    if Slot.PATIENT_NAME in checked:
        checked[Slot.PATIENT_NAME] = words.honorific.sub("", checked[Slot.PATIENT_NAME])
    if Slot.PRACTITIONER in checked:
        checked[Slot.PRACTITIONER] = _meant_instead(checked[Slot.PRACTITIONER], patient, setting)
        checked[Slot.PRACTITIONER] = _with_title(checked[Slot.PRACTITIONER], patient, words)
    for slot, span in overlooked(intent, patient, desk, setting):
        if slot is Slot.DATE_OF_BIRTH:  # the day of a birth date is no other day
            inside = [day for day in (Slot.DATE, Slot.OLD_DATE) if checked.get(day, "\0") in span]
            checked = {key: words for key, words in checked.items() if key not in inside}
        if slot not in checked and not _inside_another(span, patient, checked.values()):
            checked[slot] = span
    if intent is Intent.BOOK:
        checked = _without_what_stays(checked, patient, words)
    return {slot: checked[slot] for slot in Slot if slot in checked}


def _names_a_place(span: str, patient: str, words: Forms) -> bool:
    """Whether what was taken for a day or a time may be a town: "somebody in Santa Clara"."""
    return any(span.endswith(place[1].strip()) for place in words.place.finditer(patient))


def _without_what_stays(slots: dict[Slot, str], patient: str, words: Forms) -> dict[Slot, str]:
    """The slots of the new appointment alone: "my physical on Thursday stays, but look at my knee"."""
    old = words.stays.search(patient)
    if old is None:
        return slots
    return {slot: span for slot, span in slots.items() if span in patient.replace(old.group(), " ")}


def _refiled(
    intent: Intent, slots: Mapping[Slot, str], patient: str, desk: str, setting: Setting
) -> dict[Slot, str]:
    checked = dict(slots)
    words = forms(setting.language)
    if intent in (Intent.BOOK, Intent.CANCEL, Intent.CHECK):  # only moving has old and new times
        for old, only in ((Slot.OLD_DATE, Slot.DATE), (Slot.OLD_TIME, Slot.TIME)):
            if old in checked:
                checked.setdefault(only, checked.pop(old))
    if intent is Intent.RESCHEDULE and Slot.DATE in checked and Slot.OLD_DATE not in checked:
        before, _, after = patient.partition(checked[Slot.DATE])
        if words.before_old_day.search(before) or words.after_old_day.match(after):  # "that's on the 22nd"
            checked[Slot.OLD_DATE] = checked.pop(Slot.DATE)
    if _beside(checked, Slot.OLD_DATE, Slot.TIME, patient) and Slot.OLD_TIME not in checked:
        checked[Slot.OLD_TIME] = checked.pop(Slot.TIME)
    if (
        _beside(checked, Slot.DATE, Slot.OLD_TIME, patient)
        and not _beside(checked, Slot.OLD_DATE, Slot.OLD_TIME, patient)
        and Slot.TIME not in checked
    ):
        checked[Slot.TIME] = checked.pop(Slot.OLD_TIME)
    if Slot.INSURANCE in checked and _is_a_day(checked[Slot.INSURANCE], setting):
        del checked[Slot.INSURANCE]  # no plan is called June 22nd
    for wrong in (Slot.INSURANCE, Slot.PATIENT_NAME):
        if "@" in checked.get(wrong, "") and "@" not in checked.get(Slot.EMAIL, ""):
            checked[Slot.EMAIL] = checked.pop(wrong)
    if intent not in _ANSWERS and Slot.PRACTITIONER not in checked:
        taken_for = next((one for one in _TAKEN_FOR if _is_practitioner(checked.get(one), setting)), None)
        if taken_for is not None:
            checked[Slot.PRACTITIONER] = checked.pop(taken_for)
    if Slot.PATIENT_NAME in checked and Slot.PRACTITIONER not in checked:
        doctor = _titled(checked[Slot.PATIENT_NAME], patient, words)
        if doctor and reads(intent, Slot.PRACTITIONER, doctor, desk, setting):
            del checked[Slot.PATIENT_NAME]
            checked[Slot.PRACTITIONER] = doctor
    for slot, others in _MISFILED.items():
        span = checked.get(slot)
        if span is None or reads(intent, slot, span, desk, setting):
            continue
        other = next((one for one in others if _may_be(intent, one, span, desk, setting)), None)
        if other is not None:
            del checked[slot]
            # Of two for one slot the later counts: "Tuesday, or rather Wednesday".
            checked[other] = max(span, checked.get(other, span), key=patient.rfind)
        elif slot is Slot.EMAIL or (slot is Slot.PHONE and _digits(span, setting) < _LIKE_A_NUMBER):
            del checked[slot]
    return checked


def _titled(span: str, patient: str, words: Forms) -> str | None:
    """The name with the title before or in it, if that is a doctor's and no patient's."""
    named = _with_title(span, patient, words)
    titled = words.title.match(named.partition(" ")[0] + " ") and not words.honorific.match(named)
    return named if titled else None


def _may_be(intent: Intent, slot: Slot, span: str, desk: str, setting: Setting) -> bool:
    """Whether a span of another slot is one of this: "ten past" can be read as a tenth, and is none."""
    says_a_day = forms(setting.language).of_a_date.search(span) is not None
    kind = _DAYS if says_a_day else _CLOCKS
    return (slot in kind or slot not in (*_DAYS, *_CLOCKS)) and reads(intent, slot, span, desk, setting)


def _is_a_day(span: str, setting: Setting) -> bool:
    """Whether all words of a span are those of a day: "June 22nd", but not "Friday Health Plans"."""
    said = re.findall(r"[^\W_]+", span.lower())
    language = language_of(setting.language)
    known = all(word in language.day_words or word[0].isdecimal() for word in said)
    return known and forms(setting.language).of_a_date.search(span) is not None


def _digits(span: str, setting: Setting) -> int:
    return count_digits(span, language_of(setting.language))


def _is_practitioner(span: str | None, setting: Setting) -> bool:
    """Whether it is the whole name of one of the practice's own, or how they are called there."""
    practitioners = setting.practice.practitioners
    names = {name.casefold() for one in practitioners for name in (one.name, *one.spoken_as)}
    return span is not None and span.casefold() in names


def _beside(slots: Mapping[Slot, str], day: Slot, clock: Slot, patient: str) -> bool:
    """Whether a time stands right beside a day, so that it must be that day's."""
    if day not in slots or clock not in slots:
        return False
    date, time = re.escape(slots[day]), re.escape(slots[clock])
    beside = rf"{date}(?:,? same time)?(?:,? at|,)? {time}|{time},?(?: on)? {date}"
    return re.search(rf"(?<!\w)(?:{beside})(?!\w)", patient) is not None


def _day_and_time(intent: Intent, span: str, desk: str, setting: Setting) -> Mapping[Slot, str]:
    """A day with a time right behind it, labelled as one day: the two of them; else nothing."""
    words = forms(setting.language)
    for after in list(re.finditer(r"\S+", span))[1:]:
        day, time = span[: after.start()].rstrip(" ,"), span[after.start() :]
        if (
            words.from_here_a_clock.match(time)
            and reads(intent, Slot.DATE, day, desk, setting)
            and reads(intent, Slot.TIME, time, desk, setting)
            and (words.of_a_clock.search(time) or not reads(intent, Slot.DATE, time, desk, setting))
        ):
            return {Slot.DATE: day, Slot.TIME: words.no_at.sub("", time)}
    return {}


def _day_that_is_meant(intent: Intent, span: str, patient: str, desk: str, setting: Setting) -> str:
    """Another day than the one taken back: "I said Tuesday but it has to be Thursday"."""
    words = forms(setting.language)
    if words.any_but.match(span):
        return span
    _, but, rest = span.rpartition(words.but)
    rest = words.has_to_be.sub("", rest)
    if but and reads(intent, Slot.DATE, rest, desk, setting):
        return rest
    before, _, after = patient.partition(span)
    taken_back = words.taken_back.search(before)
    if taken_back is None:
        return span
    for part in (after, before[: taken_back.start()]):
        for word in re.finditer(r"[\w'’/]+", part):
            if not words.names_a_day(word.group()) or words.not_this.search(part[: word.start()]):
                continue  # "not Tuesday, I said Thursday" takes nothing back
            day = part[word.start() : word.end()]
            if reads(intent, Slot.DATE, day, desk, setting):
                return day
    return span


def _with_day_of_month(span: str, patient: str, others: Iterable[str], words: Forms) -> str:
    """A weekday together with the day of the month that is said right after it."""
    bare = span.lower()
    for before in words.this_or_next:
        bare = bare.removeprefix(before)
    if bare not in words.days:
        return span
    for place in re.finditer(rf"(?<!\w){re.escape(span)}(?!\w)", patient):
        more = words.day_of_month.match(patient[place.end() :])
        if more is not None and not any(one != span and one in more.group() for one in others):
            return span + more.group()
    return span


def _with_preposition(span: str, patient: str, words: Forms) -> str:
    """The span with the word before it that changes what it means, as in "until Thursday"."""
    start = patient[: max(0, _place(span, patient))]
    if but := words.excepting.search(start):
        return but.group() + span
    before = words.bound.search(start)
    if before is None or words.turned_round.search(start[: before.start()]):
        return span
    return before.group() + span


def _meant_instead(span: str, patient: str, setting: Setting) -> str:
    """The practitioner named after "I meant" or "sorry, no", where the one before is the slip."""
    after = patient[_place(span, patient) + len(span) :]
    slip = forms(setting.language).meant_instead.search(after)
    if slip is None:
        return span
    names = [name for one in setting.practice.practitioners for name in (one.name, *one.spoken_as)]
    surnames = [one.name.rsplit(" ", 1)[-1] for one in setting.practice.practitioners]
    return only_one([*names, *surnames], after[slip.end() :]) or span


def _with_title(span: str, patient: str, words: Forms) -> str:
    """The practitioner with the title as said."""
    title = words.title.search(patient[: max(0, _place(span, patient))])
    if title is None or words.title.search(span.split(" ")[0] + " "):  # "the lady doctor Dr. Haddad"
        return span
    return title.group() + span


def _whole_range(intent: Intent, slots: Mapping[Slot, str], patient: str, desk: str, setting: Setting) -> str:
    """The days from one to another of which the date names only one end; else the date as it is."""
    known = forms(setting.language)
    span = slots[Slot.DATE]
    others = [other for slot, other in slots.items() if slot is not Slot.DATE and other != span]
    words = list(re.finditer(r"[\w'’/-]+(?:\.(?=\w))?", patient))
    said = [word.group().lower() for word in words]
    start = patient.find(span)
    for index, word in enumerate(said):
        if word not in known.to:
            continue
        for first in range(index - 1, max(index - 4, -1), -1):
            if said[first] in known.at:  # "at twenty to eleven"
                break
            for last in range(index + 1, min(index + 4, len(words))):
                begin, end = words[first].start(), words[last].end()
                if not begin <= start < start + len(span) <= end:
                    continue
                if any(other in patient[begin:end] for other in others):  # "Wednesday, quarter to nine"
                    continue
                if not _is_a_day(patient[begin:end], setting):  # "since Monday, want to come Tuesday"
                    continue
                value = interpret(intent, {Slot.DATE: patient[begin:end]}, desk, setting).get(Slot.DATE)
                if isinstance(value, Days) and value.first and value.last and value.first < value.last:
                    whole = first > 0 and said[first - 1] == known.from_
                    return patient[words[first - 1].start() if whole else begin : end]
    return span


def _place(span: str, patient: str) -> int:
    """Where the span begins, as whole words if it is there so; -1 if it is nowhere."""
    whole = re.search(rf"(?<!\w){re.escape(span)}(?!\w)", patient)
    return whole.start() if whole else patient.find(span)


def _inside_another(span: str, patient: str, others: Iterable[str]) -> bool:
    """Whether the span's place in the text already belongs to another slot."""
    start = patient.find(span)
    return any(
        (place := patient.find(other)) >= 0 and place < start + len(span) and start < place + len(other)
        for other in others
    )
