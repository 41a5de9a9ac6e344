"""One field of a settings form: how a value is shown, read from what was sent, and put in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from reception.dashboard.settings.hours_text import blocks_text, read_blocks
from reception.practice_entries import WEEKDAYS

Kind = Literal["text", "area", "number", "names", "lines", "check", "choice", "some", "week", "hours", "days"]

DAY_NAMES = dict(
    zip(
        WEEKDAYS,
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True,
    )
)
NOTHING = "nothing"


@dataclass(frozen=True)
class Field:
    """A field for the key `name` of an entry.

    Kinds: one line of text, an area of text, a number, names between commas, one value a line, yes or no, one
    of the `options`, some of them, the hours of a week, hours of somebody (three ways), days (or another
    `unit`) by kind.
    A `required` field that is left empty is kept, to be marked; any other empty one is left out.
    """

    name: str
    label: str
    kind: Kind = "text"
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    required: bool = False
    placeholder: str = ""
    unit: str = ""
    wide: bool = False

    def filled(self) -> tuple[str, ...]:
        """The keys of the entry that the field fills."""
        return ("working_hours", "slots") if self.kind == "hours" else (self.name,)

    def shown(self, entry: Mapping[str, Any]) -> Any:
        """The value as the form shows it."""
        value = entry.get(self.name)
        match self.kind:
            case "check":
                return value if isinstance(value, bool) else str(value).lower() == "true"
            case "names":
                return ", ".join(map(str, _items(value)))
            case "lines":
                return "\n".join(map(str, _items(value)))
            case "some":
                return [str(one) for one in _items(value)]
            case "week":
                return _week_shown(value)
            case "hours":
                slots = entry.get("slots")
                way = "listed" if slots is not None else "own" if entry.get("working_hours") else "practice"
                listed = "\n".join(str(one)[:16].replace("T", " ") for one in _items(slots))
                return {"way": way, "week": _week_shown(entry.get("working_hours")), "slots": listed}
            case "days":
                return value if isinstance(value, Mapping) else {}
            case _:
                return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)

    def read(self, sent: Mapping[str, str], at: str) -> dict[str, Any]:
        """What the form says for the field's keys; keys that are left out have their default."""
        typed = sent.get(f"{at}.{self.name}", "").strip()
        value: Any
        match self.kind:
            case "check":
                return {self.name: f"{at}.{self.name}" in sent}
            case "number":
                value = number(typed)
            case "names":
                value = _split(typed, r"[,;\n]")
            case "lines":
                value = _split(typed, r"[\n,]")
            case "some":
                value = [key for key, _ in self.options if f"{at}.{self.name}.{key}" in sent]
            case "week":
                return {self.name: _read_week(sent, f"{at}.{self.name}")}
            case "hours":
                return self._read_hours(sent, f"{at}.{self.name}")
            case "days":
                kept = {
                    key: number(sent.get(f"{at}.{self.name}.{key}", "").strip()) for key, _ in self.options
                }
                value = {key: days for key, days in kept.items() if days != ""}
            case _:
                value = typed
        return {self.name: value} if self.required or value not in ("", []) else {}

    def _read_hours(self, sent: Mapping[str, str], name: str) -> dict[str, Any]:
        way = sent.get(f"{name}.way", "practice")
        if way == "own":
            return {"working_hours": _read_week(sent, name)}
        if way == "listed":
            lines = _split(sent.get(f"{name}.slots", ""), r"[\n,;]")
            return {"slots": [line.replace(" ", "T", 1) for line in lines]}
        return {}

    def words(self, entry: Mapping[str, Any]) -> str:
        """The value in words, for lists of what has changed."""
        value = entry.get(self.name)
        match self.kind:
            case "check":
                return "yes" if self.shown(entry) else "no"
            case "choice":
                return dict(self.options).get(str(value), str(value))
            case "some":
                named = dict(self.options)
                return ", ".join(named.get(str(one), str(one)) for one in _items(value)) or NOTHING
            case "week":
                return _week_words(value)
            case "hours":
                shown = self.shown(entry)
                if shown["way"] == "practice":
                    return "as the practice is open"
                if shown["way"] == "own":
                    return _week_words(entry.get("working_hours"))
                return ", ".join(shown["slots"].splitlines()) or "no times at all"
            case "days":
                kept, unit = self.shown(entry), self.unit or "days"
                return (
                    ", ".join(f"{key.replace('_', ' ')} {many} {unit}" for key, many in kept.items())
                    or NOTHING
                )
            case "names" | "lines":
                return ", ".join(map(str, _items(value))) or NOTHING
            case _:
                shown = self.shown(entry)
                return f"{shown} {self.unit}".strip() if shown else NOTHING


def _items(value: Any) -> Iterable[Any]:
    if isinstance(value, list | tuple):
        return value
    return () if value in (None, "") else (value,)


def _split(typed: str, at: str) -> list[str]:
    return [piece.strip() for piece in re.split(at, typed) if piece.strip()]


def number(typed: str) -> int | float | str:
    """The number; what is none stays as it was typed, to be marked."""
    if re.fullmatch(r"[+-]?\d{1,9}", typed, re.ASCII):
        return int(typed)
    if re.fullmatch(r"\d{1,9}[.,]\d{1,6}", typed, re.ASCII):
        return float(typed.replace(",", "."))
    return typed


def _week_shown(value: Any) -> dict[str, str]:
    week = value if isinstance(value, Mapping) else {}
    return {day: blocks_text(_items(week.get(day))) for day in WEEKDAYS}


def _read_week(sent: Mapping[str, str], name: str) -> dict[str, list[str]]:
    week = {day: read_blocks(sent.get(f"{name}.{day}", "")) for day in WEEKDAYS}
    return {day: blocks for day, blocks in week.items() if blocks}


def _week_words(value: Any) -> str:
    shown = _week_shown(value)
    return "; ".join(f"{DAY_NAMES[day][:3]} {blocks}" for day, blocks in shown.items() if blocks) or NOTHING
