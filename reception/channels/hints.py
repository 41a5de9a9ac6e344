"""Names that speech recognition should expect on a call: doctors, appointment types, medicines. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reception.practice import Practice

#: What Twilio takes: so many phrases of so many characters each; and a document should stay small.
MOST_PHRASES = 300
LONGEST_PHRASE = 100
MOST_CHARACTERS = 4000


def hints(practice: Practice | None, medicines: Sequence[str]) -> str:
    """The phrases separated by commas, the practice's own first, cut to what Twilio takes."""
    kept: list[str] = []
    length = 0
    for phrase in dict.fromkeys(_phrases(practice, medicines)):
        length += len(phrase) + 1
        if len(kept) == MOST_PHRASES or length > MOST_CHARACTERS:
            break
        kept.append(phrase)
    return ",".join(kept)


def _phrases(practice: Practice | None, medicines: Sequence[str]) -> Iterator[str]:
    own: list[str] = []
    if practice is not None:
        for doctor in practice.practitioners:
            own += [doctor.name, *doctor.spoken_as]
        for kind in practice.appointment_types:
            own += [kind.name, *kind.spoken_as]
    for phrase in (*own, *medicines):
        plain = " ".join(phrase.replace(",", " ").split())
        if plain and len(plain) <= LONGEST_PHRASE:
            yield plain
