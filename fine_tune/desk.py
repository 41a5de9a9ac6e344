"""Words of the desk before an answer: a question for each desk key, with invented doctors and times."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

from fine_tune import spoken
from fine_tune.lexicon import Lexicon
from fine_tune.phrasebook import DESK_KEYS
from reception.yaml_text import parse

_FILE = Path(__file__).with_name("desk_lines.yaml")
_FIELD = re.compile(r"\{(\w+?)(\d?)\}")
_PRACTICES = (
    "Family Practice",
    "Medical Centre",
    "Dental Care",
    "Surgery",
    "Clinic",
    "Health Center",
    "Dermatology",
)
_PLACES = (
    "Lakeside",
    "Oakwood",
    "Northgate",
    "Harbour",
    "St. Mary's",
    "Riverside",
    "Old Mill",
    "Greenfield",
    "Elm Park",
)


class DeskLines:
    """Makes up what the desk said; the same random stream gives the same words."""

    def __init__(self, lexicon: Lexicon, path: Path = _FILE) -> None:
        lines = parse(path.read_text(encoding="utf-8"))
        self._questions: dict[str, list[str]] = lines["questions"]
        self._statements: list[str] = lines["statements"]["general"]
        self._lexicon = lexicon
        if missing := [key for key in DESK_KEYS if len(self._questions.get(key, ())) < 8]:
            raise ValueError(f"{path.name}: fewer than 8 wordings for {', '.join(missing)}")

    def say(self, key: str, rng: Random) -> str:
        """Desk words that end in the question for `key`; sometimes nothing yet for `request`."""
        if key == "request" and rng.random() < 0.25:
            return ""
        question = rng.choice(self._questions[key])
        lead = "" if key == "request" or rng.random() < 0.6 else rng.choice(self._statements)
        return self._fill(f"{lead} {question}".strip(), rng)

    def _fill(self, text: str, rng: Random) -> str:
        return _FIELD.sub(lambda field: self._value(field[1], rng), text).replace("on tomorrow", "tomorrow")

    def _value(self, field: str, rng: Random) -> str:
        lexicon = self._lexicon
        match field:
            case "doctor":
                full = f"{lexicon.first(rng)} {lexicon.last(rng)}"
                return f"Dr. {full if rng.random() < 0.5 else lexicon.last(rng)}"
            case "day":
                return _day(rng)
            case "weekday":
                return rng.choice(spoken.WEEKDAYS[:5])
            case "time":
                return _time(rng)
            case "times":
                return _times(rng)
            case "type":
                return rng.choice(lexicon.words("appointment_types"))
            case "first":
                return lexicon.first(rng)
            case "name":
                return f"{lexicon.first(rng)} {lexicon.last(rng)}"
            case "practice":
                return f"{rng.choice(_PLACES)} {rng.choice(_PRACTICES)}"
            case "birth":
                return f"{rng.choice(spoken.MONTHS)} {rng.randint(1, 28)}, {rng.randint(1935, 2020)}"
            case "phone":
                return f"{rng.randint(201, 989)} 555 {rng.randint(100, 9999):04d}"
            case "medicine":
                return rng.choice(lexicon.words("medications")).removeprefix("the ")
        raise ValueError(f"desk_lines.yaml: unknown field {{{field}}}")


def _day(rng: Random) -> str:
    weekday, month, day = rng.choice(spoken.WEEKDAYS[:5]), rng.choice(spoken.MONTHS), rng.randint(1, 30)
    return rng.choice(
        [
            f"{weekday}, {month} {day}",
            f"{weekday}, {month} {day}",
            weekday,
            f"{weekday} {month} {day}",
            "tomorrow",
        ]
    )


def _time(rng: Random) -> str:
    hour, minute = rng.choice([8, 9, 10, 11, 13, 14, 15, 16]), rng.choice([0, 0, 15, 30, 45])
    if hour > 12:
        return f"{hour - 12}:{minute:02d} PM"
    return rng.choice([f"{hour}:{minute:02d}", f"{hour}:{minute:02d} AM"])


def _times(rng: Random) -> str:
    start = rng.choice([8, 9, 10, 13, 14, 15]) * 60
    step = rng.choice([15, 15, 30, 45])
    some = [start + step * index for index in sorted(rng.sample(range(8), rng.choice([2, 3, 3])))]
    said = [f"{(minute // 60 - 1) % 12 + 1}:{minute % 60:02d}" for minute in some]
    return ", ".join(said[:-1]) + " or " + said[-1]
