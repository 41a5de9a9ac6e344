"""Finds where the words of a slot begin and end: all of "Monday to Wednesday", a doctor with the title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from reception.dialogue.meaning import Days, Intent, Slot
from reception.understanding.interpret import Setting, interpret, language_of, reads
from reception.understanding.listening import forms
from reception.understanding.overlooked import only_one
from reception.understanding.phrases import Forms


def whole_range(intent: Intent, slots: Mapping[Slot, str], patient: str, desk: str, setting: Setting) -> str:
    """The days from one to another of which the date names only one end; else the date as it is."""
    known = forms(setting.language)
    span = slots[Slot.DATE]
    others = [
        (at := _place(other, patient), at + len(other))
        for slot, other in slots.items()
        if slot is not Slot.DATE and other != span
    ]
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
                if any(begin < stop and at < end for at, stop in others):  # "Wednesday, quarter to nine"
                    continue
                if not is_a_day(patient[begin:end], setting):  # "since Monday, want to come Tuesday"
                    continue
                value = interpret(intent, {Slot.DATE: patient[begin:end]}, desk, setting).get(Slot.DATE)
                if isinstance(value, Days) and value.first and value.last and value.first < value.last:
                    whole = first > 0 and said[first - 1] == known.from_
                    return patient[words[first - 1].start() if whole else begin : end]
    return span


def day_and_time(intent: Intent, span: str, desk: str, setting: Setting) -> Mapping[Slot, str]:
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


def day_that_is_meant(intent: Intent, span: str, patient: str, desk: str, setting: Setting) -> str:
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
    for part, ruled_out in ((after, words.not_this), (before[: taken_back.start()], words.taken_back)):
        for word in re.finditer(r"[\w'’/]+", part):
            if not words.names_a_day(word.group()) or ruled_out.search(part[: word.start()]):
                continue  # "not Tuesday, I said Thursday" takes nothing back
            day = part[word.start() : word.end()]
            if reads(intent, Slot.DATE, day, desk, setting):
                return day
    return span


def with_day_of_month(span: str, patient: str, others: Iterable[str], words: Forms) -> str:
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


def with_preposition(span: str, patient: str, words: Forms) -> str:
    """The span with the word before it that changes what it means, as in "until Thursday"."""
    start = patient[: max(0, _place(span, patient))]
    if but := words.excepting.search(start):
        return but.group() + span
    before = words.bound.search(start)
    if before is None or words.put_off.search(start) or words.turned_round.search(start[: before.start()]):
        return span
    return before.group() + span


def meant_instead(span: str, patient: str, setting: Setting) -> str:
    """The practitioner named after "I meant" or "sorry, no", where the one before is the slip."""
    after = patient[_place(span, patient) + len(span) :]
    slip = forms(setting.language).meant_instead.search(after)
    if slip is None:
        return span
    names = [name for one in setting.practice.practitioners for name in (one.name, *one.spoken_as)]
    surnames = [one.name.rsplit(" ", 1)[-1] for one in setting.practice.practitioners]
    return only_one([*names, *surnames], after[slip.end() :]) or span


def with_title(span: str, patient: str, words: Forms) -> str:
    """The practitioner with the title as said."""
    title = words.title.search(patient[: max(0, _place(span, patient))])
    if title is None or words.title.search(span.split(" ")[0] + " "):  # "the lady doctor Dr. Haddad"
        return span
    return title.group() + span


def is_a_day(span: str, setting: Setting) -> bool:
    """Whether all words of a span are those of a day: "June 22nd", but not "Friday Health Plans"."""
    said = re.findall(r"[^\W_]+", span.lower())
    language = language_of(setting.language)
    known = all(word in language.day_words or word[0].isdecimal() for word in said)
    return known and forms(setting.language).of_a_date.search(span) is not None


def _place(span: str, patient: str) -> int:
    """Where the span begins, as whole words if it is there so; -1 if it is nowhere."""
    whole = re.search(rf"(?<!\w){re.escape(span)}(?!\w)", patient)
    return whole.start() if whole else patient.find(span)
