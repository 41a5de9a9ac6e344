"""Who is it? Compares what a caller says of themselves with the patients on file."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Literal

import jellyfish
from rapidfuzz.distance import JaroWinkler

from reception.database.records import Patient
from reception.dialogue.needs import Identification
from reception.dialogue.state import Claims
from reception.practice import BookingRules

#: Jaro-Winkler similarity from which a name counts as a mishearing or misspelling of another.
CLOSE = 0.84


def identification(
    claims: Claims, phone: str, candidates: Sequence[Patient], rules: BookingRules, caller: str = ""
) -> Identification:
    """The one candidate that fits all the practice identifies by; `caller` is the number they call from.

    A name that is only close needs the right birth date beside it and is read back first. A birth date that
    is only near, with a like name and from the patient's own line, is read back too, but identifies nobody: a
    number that is only said would let anybody find out who is a patient. Several that fit equally well count
    as none: the desk can't tell them apart.
    """
    found = _fitting(claims, phone, candidates, rules)
    if found.kind == "none" and any(_misheard(claims, caller, one, rules) for one in candidates):
        return Identification("misheard")
    return found


def _fitting(
    claims: Claims, phone: str, candidates: Sequence[Patient], rules: BookingRules
) -> Identification:
    by = rules.identify_by
    fitting = [
        one
        for one in candidates
        if ("date_of_birth" not in by or one.date_of_birth == claims.date_of_birth)
        and ("phone" not in by or (one.phone and one.phone == phone))
        and not _contradicts(claims, one)
    ]
    if "patient_name" not in by:
        return _only(fitting, "match")
    same = [one for one in fitting if alike(claims.name, one.name) == "same"]
    if same:
        return _only(same, "match")
    if "date_of_birth" not in by:
        return Identification("none")
    return _only([one for one in fitting if alike(claims.name, one.name) == "close"], "near")


def _misheard(claims: Claims, caller: str, one: Patient, rules: BookingRules) -> bool:
    """Whether probably only the birth date was caught wrongly."""
    return (
        {"patient_name", "date_of_birth"} <= set(rules.identify_by)
        and bool(caller)
        and one.phone == caller
        and near(claims.date_of_birth, one.date_of_birth)
        and alike(claims.name, one.name) != "different"
    )


def duplicate(claims: Claims, one: Patient) -> bool:
    """Whether somebody said to be new may be this patient: the same name, or a like one and a like detail."""
    how = alike(claims.name, one.name)
    born = claims.date_of_birth
    alike_born = born is not None and (one.date_of_birth == born or near(born, one.date_of_birth))
    reached = bool(claims.phone) and claims.phone == one.phone
    return how == "same" or (how == "close" and (alike_born or reached))


def near(said: date | None, on_file: date | None) -> bool:
    """Whether two birth dates differ by one digit, by two digits side by side, or by day and month."""
    if said is None or on_file is None or said == on_file:
        return False
    ours, theirs = f"{said:%Y%m%d}", f"{on_file:%Y%m%d}"
    if ours == theirs[:4] + theirs[6:] + theirs[4:6]:
        return True
    other = [at for at, (one, two) in enumerate(zip(ours, theirs, strict=True)) if one != two]
    swapped = len(other) == 2 and ours[other[0] : other[1] + 1] == theirs[other[0] : other[1] + 1][::-1]
    return len(other) == 1 or (swapped and other[1] - other[0] == 1)


def ward(name: str, wards: Sequence[Patient]) -> Identification:
    """The one of a guardian's wards who goes by this name; a first name is enough among so few."""
    said = _parts(name)
    fitting = [
        one
        for one in wards
        if alike(name, one.name) == "same" or (len(said) == 1 and said[0] == _parts(one.name)[0])
    ]
    return _only(fitting, "match")


def _contradicts(claims: Claims, one: Patient) -> bool:
    """Whether something said beyond what the practice asks for is another person's: families share phones."""
    if claims.date_of_birth and one.date_of_birth and claims.date_of_birth != one.date_of_birth:
        return True
    said, on_file = _parts(claims.name), _parts(one.name)
    if len(said) > 1:
        return alike(claims.name, one.name) == "different"
    return bool(said) and all(_sound(said[0], part) < CLOSE for part in on_file)


def alike(said: str, on_file: str) -> Literal["same", "close", "different"]:
    """Whether two names are the same, close (one letter or sound off), or different.

    Order, case, accents and extra middle names don't matter; every name part said needs its partner.
    """
    ours, theirs = _parts(said), _parts(on_file)
    if not ours or not theirs:
        return "different"
    if sorted(ours) == sorted(theirs) or "".join(ours) == "".join(theirs):
        return "same"
    shorter, longer = sorted((ours, theirs), key=len)
    if len(shorter) >= 2 and set(shorter) <= set(longer) and (ours[-1] == theirs[-1]):
        return "same"
    if len(ours) < 2:
        return "different"  # a first or last name alone identifies nobody
    if JaroWinkler.similarity(" ".join(ours), " ".join(theirs)) >= 0.95:
        return "close"
    paired = all(max(_sound(one, other) for other in longer) >= CLOSE for one in shorter)
    return "close" if paired and len(shorter) >= 2 else "different"


def person_key(name: str) -> str:
    """The same for names that sound alike, in any order: whom guesses are about, however they are spelled."""
    parts = [part for part in _parts(name) if part]
    return " ".join(sorted({jellyfish.metaphone(parts[0]), jellyfish.metaphone(parts[-1])})) if parts else ""


def _sound(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if jellyfish.metaphone(one) == jellyfish.metaphone(other):
        return 0.95
    return JaroWinkler.similarity(one, other)


def _parts(name: str) -> list[str]:
    bare = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(char for char in bare if not unicodedata.combining(char))
    return ["".join(char for char in part if char.isalpha()) for part in letters.replace("-", " ").split()]


def _only(fitting: Sequence[Patient], kind: Literal["match", "near"]) -> Identification:
    if len(fitting) != 1:
        return Identification("none")
    one = fitting[0]
    return Identification(kind, str(one.id), one.name, one.email or "", one.insurance or "")
