"""Makes values of a frame's verbatim spans: dates, times, numbers, and the practice's own names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from reception.dialogue.meaning import Days, Intent, Slot, Value
from reception.practice import Practice
from reception.understanding.values.births import read_birth_date
from reception.understanding.values.choices import read_choice
from reception.understanding.values.contacts import read_email, read_phone, region_of
from reception.understanding.values.dates import days_named, read_days
from reception.understanding.values.day_items import Scene
from reception.understanding.values.english import ENGLISH
from reception.understanding.values.language import Language
from reception.understanding.values.matching import find_appointment_type, find_practitioner
from reception.understanding.values.times import DayScene, read_hours, times_named
from reception.understanding.values.words import tokens

LANGUAGES: Mapping[str, Language] = {"en": ENGLISH}

_EXISTING = {Intent.CANCEL, Intent.CHECK}
_NEAREST = {Intent.SICK_NOTE, Intent.TEST_RESULTS, Intent.BILLING}


@dataclass(frozen=True)
class Setting:
    """Where and when something is said; `now` is aware, in the practice's zone."""

    now: datetime
    practice: Practice
    language: str = "en"


def interpret(intent: Intent, slots: Mapping[Slot, str], desk: str, setting: Setting) -> dict[Slot, Value]:
    """The values of the slots that have one and could be told; never raises, whatever the words are."""
    reading = _Reading(intent, slots, desk, setting)
    values: dict[Slot, Value] = {}
    for slot, read in reading.readers.items():
        text = slots.get(slot, "").strip()
        if text and (value := read(text)) is not None:
            values[slot] = value
    return {slot: values[slot] for slot in Slot if slot in values}


def reads(intent: Intent, slot: Slot, span: str, desk: str, setting: Setting) -> bool:
    """Whether a span can be read as what the slot should be."""
    return slot in interpret(intent, {slot: span}, desk, setting)


def language_of(code: str) -> Language:
    """The word tables of a language ("en", "en-GB"); English where there are none."""
    return LANGUAGES.get(code[:2].lower(), ENGLISH)


def month_first(zone: str) -> bool:
    """Whether 6/7 is the seventh of June where a practice is: in America, by its time zone."""
    return zone.startswith(("America/", "US/")) or zone == "Pacific/Honolulu"


class _Reading:
    """The readers of one utterance. `old_date` and `old_time` are read first: the rest may hang on them."""

    def __init__(self, intent: Intent, slots: Mapping[Slot, str], desk: str, setting: Setting) -> None:
        self._intent = intent
        self._slots = slots
        self._desk = desk[-2000:]
        self._setting = setting
        self._language = language_of(setting.language)
        self._today = setting.now.date()
        self._month_first = month_first(str(setting.practice.time_zone))
        practice, language = setting.practice, self._language
        self.readers: dict[Slot, Callable[[str], Value | None]] = {
            Slot.OLD_DATE: self._old_days,
            Slot.OLD_TIME: lambda text: read_hours(text, self._clock, language),
            Slot.DATE: self._days,
            Slot.TIME: lambda text: read_hours(text, self._moved_clock, language),
            Slot.DATE_OF_BIRTH: self._birth_date,
            Slot.PHONE: lambda text: read_phone(text, region_of(practice.phone), language),
            Slot.EMAIL: lambda text: read_email(text, language),
            Slot.PRACTITIONER: lambda text: find_practitioner(text, practice, language),
            Slot.APPOINTMENT_TYPE: lambda text: find_appointment_type(text, practice, language),
            Slot.CHOICE: lambda text: read_choice(text, self._offered, language),
        }

    @cached_property
    def _desk_days(self) -> tuple[date, ...]:
        return days_named(self._desk, self._today, self._language, month_first=self._month_first)

    @cached_property
    def _clock(self) -> DayScene:
        now = self._setting.now
        return times_named(self._desk, self._language, now=now.hour * 60 + now.minute)

    @cached_property
    def _moved_clock(self) -> DayScene:
        """The times named before; "an hour later" than an appointment counts from it."""
        old = read_hours(self._slots.get(Slot.OLD_TIME, ""), self._clock, self._language)
        if old is None or not old.exact or old.first is None:
            return self._clock
        minutes = old.first.hour * 60 + old.first.minute
        hangs = (
            read_hours(self._slots.get(Slot.TIME, ""), replace(self._clock, offered=()), self._language)
            is None
        )
        return replace(self._clock, offered=(minutes,)) if hangs else self._clock

    @property
    def _offered(self) -> int:
        return max(len(self._clock.offered), len(self._desk_days))

    def _scene(self, anchors: tuple[date, ...], *, existing: bool) -> Scene:
        nearest = self._intent in _NEAREST or bool(self._language.sick_note & set(tokens(self._desk)))
        return Scene(self._today, self._month_first, anchors, existing=existing, nearest=nearest)

    def _old_days(self, text: str) -> Days | None:
        return read_days(text, self._scene(self._desk_days, existing=True), self._language)

    def _days(self, text: str) -> Days | None:
        old = self._old_days(self._slots.get(Slot.OLD_DATE, ""))
        anchors = self._desk_days
        if old and old.first and old.first == old.last:
            anchors = (old.first,)
        scene = self._scene(anchors, existing=self._intent in _EXISTING)
        return read_days(self._without_ruled_out(text), scene, self._language)

    def _without_ruled_out(self, text: str) -> str:
        """The days that suit: "Mondays are out" is "not Mondays", but not beside a day that is wanted."""
        ruled_out = self._language.ruled_out
        if ruled_out.search(text) is None:
            return text
        clauses = self._language.clauses.split(text)
        wanted = [one for one in clauses if ruled_out.search(one) is None]
        scene = self._scene((), existing=False)
        if any(read_days(one, scene, self._language) for one in wanted):
            return ", ".join(wanted)
        return f"{self._language.no} {ruled_out.sub(' ', text)}"

    def _birth_date(self, text: str) -> date | None:
        return read_birth_date(text, self._today, self._language, month_first=self._month_first)
