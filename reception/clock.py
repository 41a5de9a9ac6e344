"""The desk's clock: the real time, or a pinned one that stands still."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo


class Clock:
    """Tells the practice's local time; every "today" comes from here."""

    def __init__(self, pinned: datetime | None = None, real: Callable[[], datetime] | None = None) -> None:
        self._pinned = pinned
        self._real = real or (lambda: datetime.now(UTC))

    @property
    def pinned(self) -> bool:
        return self._pinned is not None

    def now(self, zone: ZoneInfo) -> datetime:
        """The time in `zone`; a pinned time without an offset is taken as that zone's local time."""
        if self._pinned is None:
            return self._real().astimezone(zone)
        if self._pinned.tzinfo is None:
            return self._pinned.replace(tzinfo=zone)
        return self._pinned.astimezone(zone)


def same_moment(one: datetime, other: datetime) -> bool:
    """Whether two aware times are the same moment.

    `==` says no for two zones in the hour that comes twice a year, and yes for its halves in one zone.
    """
    return one.timestamp() == other.timestamp()
