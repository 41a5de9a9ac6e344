"""The figures page's large numbers, each with how it changed since the span before. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reception.dashboard.counted import CHANNELS, Counted
from reception.dashboard.sheets import Number, Unit, share, shown
from reception.database.store.figures import Pace

#: A change smaller than this share of what was before is none.
STEADY = 0.005
#: One smaller than this is neither good nor bad.
NOISE = 0.03


@dataclass(frozen=True)
class Tile:
    """`more_is` says which way is good; `href` is the sheet that says more."""

    label: str
    number: Number
    before: Number
    unit: Unit
    detail: str
    sheet: str
    more_is: str = ""  # good | bad | "" where neither is

    @property
    def value(self) -> str:
        return shown(self.number, self.unit)

    @property
    def change(self) -> str:
        """How it changed, in words and signs; empty where nothing can be said."""
        if self.number is None or self.before is None:
            return ""
        if self.unit == "%":
            points = 100 * (self.number - self.before)
            said = f"{points:+.0f} point{'' if round(abs(points)) == 1 else 's'}"
            return "as before" if abs(points) < 0.5 else said
        if not self.before:
            return "" if not self.number else "none before"
        grown = self.number / self.before - 1
        return "as before" if abs(grown) < STEADY else f"{grown:+.0%}".replace("%", " %")

    @property
    def mood(self) -> str:
        """Whether the change is good, bad or neither."""
        change = self.change
        if self.number is None or self.before is None or not (self.more_is and change) or "before" in change:
            return ""
        if self.unit != "%" and self.before and abs(self.number / self.before - 1) < NOISE:
            return ""
        grew = self.number > self.before
        return "good" if grew == (self.more_is == "good") else "bad"


def tiles(now: Counted, before: Counted) -> list[Tile]:
    """In the order of the page."""
    return [
        Tile("Conversations", _all(now), _all(before), "", _channels(now), "conversations"),
        Tile(
            "Resolved without staff",
            _resolved(now),
            _resolved(before),
            "%",
            f"{now.ended('desk') + now.ended('inbox')} of {_ended(now)}",
            "endings",
            "good",
        ),
        Tile(
            "Handed over",
            sum(now.handed_over.values()),
            sum(before.handed_over.values()),
            "",
            f"{now.handed_over.get('emergency', 0)} for emergencies",
            "handovers",
            "bad",
        ),
        Tile(
            "Left for the inbox",
            now.ended("inbox"),
            before.ended("inbox"),
            "",
            "requests the desk took down",
            "endings",
        ),
        Tile(
            "Staff time saved",
            now.hours_saved,
            before.hours_saved,
            "h",
            "estimated, see below",
            "saved",
            "good",
        ),
        _understood(now, before),
        Tile(
            "Typical answer",
            _within(now.pace, "half"),
            _within(before.pace, "half"),
            "s",
            f"95 % within {shown(_within(now.pace, 'most'), 's')}",
            "latency",
            "bad",
        ),
        Tile(
            "No-shows",
            now.no_shows,
            before.no_shows,
            "%",
            f"{now.attendance.get('no_show', 0)} did not come",
            "attendance",
            "bad",
        ),
        Tile(
            "Filled from waiting list",
            now.waiting.filled,
            before.waiting.filled,
            "",
            f"{now.waiting.offered} offered by text",
            "waiting-list",
            "good",
        ),
        Tile(
            "Texts sent",
            now.texts_with(("sent", "delivered")),
            before.texts_with(("sent", "delivered")),
            "",
            f"{now.texts_with(('failed', 'unknown'))} failed",
            "texts",
        ),
    ]


def _all(counted: Counted) -> int:
    return sum(one.count for one in counted.talks)


def _ended(counted: Counted) -> int:
    return sum(one.count for one in counted.endings)


def _channels(counted: Counted) -> str:
    return ", ".join(f"{counted.of_channel(name)} {label.lower()}" for name, label in CHANNELS.items())


def _resolved(counted: Counted) -> float | None:
    return share(counted.ended("desk") + counted.ended("inbox"), _ended(counted))


def _understood(now: Counted, before: Counted) -> Tile:
    return Tile(
        "Understood",
        share(now.turns - now.corrected, now.turns),
        share(before.turns - before.corrected, before.turns),
        "%",
        f"{now.corrected} of {now.turns:,} turns corrected",
        "understanding",
        "good",
    )


def _within(pace: Sequence[Pace], which: str) -> float | None:
    """Seconds on the channel where most answers are given."""
    busiest = max(pace, key=lambda one: one.answers, default=None)
    return None if busiest is None else getattr(busiest, which) / 1000
