"""Turns lines and choices into the sentences of one language, read from `prompts/<language>/`."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import yaml
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_day_names

from reception.dialogue.aloud import Aloud
from reception.dialogue.meaning import EVERY_WEEKDAY, Days, Hours
from reception.dialogue.sentences import VARIABLES, Sentences
from reception.dialogue.state import Choice, Existing, Line, Offer
from reception.errors import MisconfiguredError
from reception.own_words import merged
from reception.practice import Block
from reception.yaml_text import parse

#: How many things can be kept in mind by ear.
FOR_THE_EAR = 3


@dataclass(frozen=True)
class Rendered:
    """One option as a client shows it: a short label, and the text that selects it."""

    label: str
    text: str


class Wording:
    """The sentences and formats of one language."""

    def __init__(self, folder: Path) -> None:
        """Reads `desk.yaml` and `format.yaml`; MisconfiguredError when a sentence or variable is off."""
        self._file = folder / "desk.yaml"
        read = _read(folder / "format.yaml")
        self._aloud = Aloud(read.pop("aloud", {}))
        self._format: dict[str, str] = read
        self._locale = self._format["locale"]
        self._standard = _read(self._file)
        self._sentences = Sentences(self._standard)
        if problems := self._sentences.problems():
            raise MisconfiguredError(f"{self._file}: " + "; ".join(sorted(problems)))

    def but(self, own: Mapping[str, Mapping[str, Iterable[str]]]) -> Wording:
        """The same with a practice's own words in place; what does not keep the rules is passed over."""
        new = copy.copy(self)
        new._sentences = Sentences(merged(self._standard, own, VARIABLES))
        return new

    def aloud(self, sentence: str) -> str:
        """A sentence as a voice should read it."""
        return self._aloud.put(sentence)

    def say(
        self, line: Line, today: date, variant: int = 0, *, spoken: bool = False, texted: bool = False
    ) -> str:
        """One line as a sentence; `variant` picks among several wordings.

        What is `spoken` has wordings of its own where the file gives them, names three of many at most, and
        is put so that a voice reads it well. What is `texted` says nothing of why somebody comes.
        """
        sentences = self._sentences.of(line.key, spoken=spoken, texted=texted)
        values = line.values
        if spoken:
            values = {
                name: value[:FOR_THE_EAR] if isinstance(value, tuple) else value
                for name, value in values.items()
            }
        words = self._words(values, today)
        sentence = str(sentences[variant % len(sentences)].format(**words))
        return self._aloud.put(sentence) if spoken else sentence

    def option(self, choice: Choice, today: date) -> Rendered:
        """How a choice is shown and what text selects it."""
        if choice.yes is not None:
            word = self._format["yes" if choice.yes else "no"]
            return Rendered(word, word)
        if choice.day is not None:
            day = self.day(choice.day, today)
            return Rendered(day, day)
        one = choice.offer or choice.existing
        assert one is not None  # a choice always has one of its fields
        short = format_date(one.start, self._format["day_short"], self._locale)
        return Rendered(f"{short}, {self.clock(one.start.time())}", self._when(one, today))

    def marks(self, choices: Sequence[Choice]) -> tuple[str, ...]:
        """The words by which each choice is known when it is spoken: its time of day, or its day."""
        marks = []
        for choice in choices:
            one = choice.offer or choice.existing
            if one is not None:
                marks.append(self._aloud.put(self.clock(one.start.time())))
            elif choice.day is not None:
                marks.append(format_date(choice.day, self._format["day"], self._locale))
        return tuple(marks)

    def day(self, day: date, today: date) -> str:
        """A day as people say it, with the year only when it is another one."""
        pattern = "day" if day.year == today.year else "day_other_year"
        return format_date(day, self._format[pattern], self._locale)

    def clock(self, clock: time) -> str:
        """A time of day as people say it."""
        return format_time(clock.replace(tzinfo=None), self._format["clock"], locale=self._locale)

    def _words(self, values: Mapping[str, Any], today: date) -> dict[str, str]:
        words: dict[str, str] = {}
        for name, value in values.items():
            words[name] = self._word(name, value, today)
        offer = values.get("offer")
        if isinstance(offer, Offer):
            words["kind"] = offer.appointment_type
        reason, dose, phone, when, whom = (
            str(values.get(name, "")) for name in ("reason", "dose", "phone", "callback", "whom")
        )
        words["for_whom"] = f" {self._format['for_whom'].format(name=whom)}" if whom else ""
        words["for_reason"] = f" ({reason})" if reason else ""
        words["dose_too"] = f", {dose}" if dose else ""
        words["callback_too"] = f", {when}" if when else ""
        words["by_phone"] = f" ({phone})" if phone else ""
        words["for_kind"] = f" ({values['kind']})" if values.get("kind") else ""
        if "days" in values and "hours" in values:
            wish = self._wish(values["days"], values["hours"], values.get("practitioner"), today).strip()
            words["wish"] = wish
            words["for_wish"] = f" {self._format['for_wish'].format(wish=wish)}" if wish else ""
        return words

    def _word(self, name: str, value: Any, today: date) -> str:
        if isinstance(value, Offer | Existing):
            return self._when(value, today)
        if isinstance(value, Days):
            return self._from_to(value, today)
        if name == "which" and isinstance(value, int):
            return self._list([self._format[f"which_{place}"] for place in range(1, value + 1)], "or")
        if name == "opens":
            return self._format["at"].format(
                day=self.day(value.date(), today), clocks=self.clock(value.time())
            )
        if isinstance(value, datetime | date):
            if name == "born":
                return format_date(value, self._format["birth"], self._locale)
            return self.day(value, today)
        if name == "hours" and isinstance(value, Mapping):
            return self._opening(value)
        if name == "blocks":
            return self._blocks(value)
        if name == "doctors":
            each = [
                one if isinstance(one, str) else f"{one[0]} ({self._named(one[1])})" if one[1] else one[0]
                for one in value
            ]
            return self._list(each, "and")
        if isinstance(value, tuple | list):
            return self._several(value, today)
        return "" if value is None else str(value)

    def _when(self, one: Offer | Existing, today: date) -> str:
        when = self._format["at"].format(
            day=self.day(one.start.date(), today), clocks=self.clock(one.start.time())
        )
        return self._format["with"].format(when=when, practitioner=one.practitioner)

    def _several(self, values: Sequence[Any], today: date) -> str:
        """A list; times of one day with one practitioner are drawn together."""
        if all(isinstance(one, Offer) for one in values) and len(values) > 1:
            same = {(one.start.date(), one.practitioner) for one in values}
            if len(same) == 1:
                clocks = self._list([self.clock(one.start.time()) for one in values], "or")
                when = self._format["at"].format(day=self.day(values[0].start.date(), today), clocks=clocks)
                return self._format["with"].format(when=when, practitioner=values[0].practitioner)
        joint = "and" if values and isinstance(values[0], Existing) else "or"
        return self._list([self._word("", one, today) for one in values], joint)

    def _list(self, each: Sequence[str], joint: str) -> str:
        if len(each) < 2:
            return "".join(each)
        comma = "; " if any("," in one for one in each) else ", "
        return (
            comma.join(each[:-1]) + (comma.rstrip() if comma == "; " else "") + self._format[joint] + each[-1]
        )

    def _wish(self, days: Days | None, hours: Hours | None, practitioner: Any, today: date) -> str:
        parts = [self._days(days, today), self._hours(hours)]
        when = " ".join(part for part in parts if part)
        return self._format["with"].format(when=when, practitioner=practitioner) if practitioner else when

    def _from_to(self, days: Days, today: date) -> str:
        """One day, or the first to the last."""
        if days.first and days.last and days.first != days.last:
            first, last = self.day(days.first, today), self.day(days.last, today)
            return self._format["from_to"].format(first=first, last=last)
        return self.day(days.first, today) if days.first and days.last else self._days(days, today)

    def _days(self, days: Days | None, today: date) -> str:
        if days is None or (days.first is None and days.last is None):
            return ""
        if days.first == days.last and days.first is not None:
            return self._format["on_day"].format(day=self.day(days.first, today))
        ends = {key: self.day(end, today) for key, end in (("first", days.first), ("last", days.last)) if end}
        pattern = "between_days" if len(ends) == 2 else "from_day" if "first" in ends else "until_day"
        return self._format[pattern].format(**ends)

    def _hours(self, hours: Hours | None) -> str:
        if hours is None or (hours.first is None and hours.last is None):
            return ""
        if hours.exact and hours.first is not None:
            return self._format["at_clock"].format(clock=self.clock(hours.first))
        known = {
            (time(0), time(12)): "morning", (time(12), time(17)): "afternoon", (time(17), None): "evening",
        }  # fmt: skip
        part = known.get((hours.first, hours.last))  # type: ignore[arg-type]  # None is a key's part too
        if part:
            return self._format[part]
        ends = {key: self.clock(end) for key, end in (("first", hours.first), ("last", hours.last)) if end}
        pattern = "between_clocks" if len(ends) == 2 else "after_clock" if "first" in ends else "before_clock"
        return self._format[pattern].format(**ends)

    def _blocks(self, blocks: Sequence[Block]) -> str:
        each = [
            self._format["from_to"].format(first=self.clock(one.start), last=self.clock(one.end))
            for one in blocks
        ]
        return self._list(each, "and") or self._format["closed"]

    def _named(self, what: str | Sequence[str]) -> str:
        """A specialty as it is, or language codes by their names."""
        if isinstance(what, str):
            return what
        return self._list([self._language(code) for code in what], "and")

    def _language(self, code: str) -> str:
        try:
            return Locale.parse(code, sep="-").get_display_name(self._locale) or code
        except (ValueError, UnknownLocaleError):
            return code

    def _opening(self, hours: Mapping[int, Sequence[Block]]) -> str:
        """Open days in order, neighbours with the same hours drawn together."""
        names = get_day_names("wide", locale=self._locale)
        runs: list[list[int]] = []
        for day in sorted(EVERY_WEEKDAY):
            if not hours.get(day):
                continue
            if runs and runs[-1][-1] == day - 1 and hours[runs[-1][0]] == hours[day]:
                runs[-1].append(day)
            else:
                runs.append([day])
        return "; ".join(
            f"{self._run([names[day] for day in run])} {self._blocks(hours[run[0]])}" for run in runs
        )

    def _run(self, days: Sequence[str]) -> str:
        if len(days) < 3:
            return self._list(days, "and")
        return self._format["from_to"].format(first=days[0], last=days[-1])


def _read(path: Path) -> dict[str, Any]:
    try:
        found = parse(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise MisconfiguredError(f"{path}: can't be read; check RECEPTION_PROMPTS_DIR") from error
    if not isinstance(found, dict):
        raise MisconfiguredError(f"{path}: expected keys with sentences")
    return found
