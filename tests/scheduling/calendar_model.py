"""What a calendar must be after whatever is done to it: who has which time, and who waits. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from uuid import UUID

MINUTES = {"Check-up": 30, "Long visit": 60}
#: A doctor, the half hours since nine o'clock, and a type of appointment.
Place = tuple[int, int, str]


def half_hours(kind: str) -> int:
    """How many an appointment of that type takes."""
    return MINUTES[kind] // 30


def kind_of(length: int) -> str:
    """The type that takes so many half hours."""
    return next(kind for kind in MINUTES if half_hours(kind) == length)


@dataclass(frozen=True)
class Taken:
    """A time that is taken: a conversation's hold, an appointment's row, with whom, and when."""

    status: str
    doctor: int
    start: int
    length: int
    talk: int | None = None
    row: UUID | None = None
    whose: int = 0  # the appointment, by the number of the patient

    @property
    def place(self) -> Place:
        return (self.doctor, self.start, kind_of(self.length))

    def over(self, doctor: int, start: int, length: int) -> bool:
        return self.doctor == doctor and self.start < start + length and start < self.start + self.length


@dataclass
class Waits:
    """Somebody who waits, joined in a conversation: for which doctor and length, if they said so."""

    talk: int
    request: UUID
    doctor: int | None
    length: int | None
    offered: int | None = None  # the start of what was kept for them last


@dataclass
class Model:
    """All that is taken, and who waits, the longest first."""

    taken: list[Taken] = field(default_factory=list)
    waiting: list[Waits] = field(default_factory=list)

    def enter(self, status: str, place: Place, talk: int | None, row: UUID, whose: int = 0) -> None:
        doctor, start, kind = place
        self.taken.append(Taken(status, doctor, start, half_hours(kind), talk, row, whose))

    def remove(self, one: Taken) -> None:
        self.taken.remove(one)

    def release(self, talk: int) -> None:
        """Whatever the conversation holds is free again."""
        self.taken = [one for one in self.taken if one.talk != talk]

    def busy(self, place: Place, but: Collection[Taken] = ()) -> bool:
        """Whether something lies over that place, not counting `but`."""
        doctor, start, kind = place
        return any(one.over(doctor, start, half_hours(kind)) for one in self.taken if one not in but)

    def held_by(self, talk: int) -> Taken | None:
        return next((one for one in self.taken if one.talk == talk), None)

    def some(self, status: str, which: int) -> Taken | None:
        """Any that has this status; None where none has."""
        every = [one for one in self.taken if one.status == status]
        return every[which % len(every)] if every else None

    def waits(self, talk: int) -> Waits | None:
        return next((one for one in self.waiting if one.talk == talk), None)

    def give(self, freed: Taken, row_of: Callable[[int], UUID]) -> None:
        """The first who waits for such a time, and is kept none yet, is kept this one, in that row."""
        for one in self.waiting:
            length = one.length or freed.length
            fits = one.doctor in (None, freed.doctor) and length <= freed.length
            if one.talk == freed.whose or not fits or self.held_by(one.talk) is not None:
                continue
            if not self.busy((freed.doctor, freed.start, kind_of(length))):
                one.offered = freed.start
                self.enter("held", (freed.doctor, freed.start, kind_of(length)), one.talk, row_of(one.talk))
            return
