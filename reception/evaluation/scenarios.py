"""Scenario files: who calls, what they say, and which rows must stand in the books afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from reception.dialogue.state import About, Expects
from reception.errors import Invalid
from reception.yaml_text import parse


class Pick(BaseModel):
    """Chooses among the desk's options: by position, or the first whose value fits; else says `otherwise`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    option: int | dict[str, str] = 0
    otherwise: str = ""


class OneOf(BaseModel):
    """Several wordings, of which a patient uses one: which one, the seed decides."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    one_of: Sequence[str] = Field(min_length=1)


class Behaviour(StrEnum):
    """What makes a conversation harder than question and answer."""

    ALL_AT_ONCE = "says all at once"
    CHANGES_MIND = "changes their mind"
    CORRECTS = "corrects a detail"
    DIGRESSES = "digresses"
    GIVES_UP = "gives up"
    MISHEARD = "is misheard"
    NEW_WISH = "has another wish"
    NO_ANSWER = "does not answer"
    RAMBLES = "rambles"
    REFUSES = "refuses"
    RUDE = "is rude"
    TRICKS = "tries a trick"
    VAGUE = "is vague"
    NOT_NATIVE = "is no native speaker"
    FOR_ANOTHER = "speaks for another"
    ASKS_AGAIN = "asks to repeat"


Words = str | OneOf
Answer = Words | Pick
NAMES = {*Expects} | {f"{Expects.CONFIRMATION}.{about}" for about in About}


def _known(answers: Mapping[str, Any]) -> Mapping[str, Any]:
    unknown = set(answers) - NAMES
    if unknown:
        raise ValueError(f"nothing the desk asks for: {', '.join(sorted(unknown))}")
    return answers


Answers = Annotated[Mapping[str, Answer | list[Answer]], AfterValidator(_known)]
Instead = Annotated[Mapping[str, Words | list[Words]], AfterValidator(_known)]


class Lines(BaseModel):
    """What a caller says: first `says` in order, then to each question its answer.

    `answers` goes from what the desk `expects` (or `confirmation.<about>`) to the answer; the items of a list
    are used one after another, the last again and again. `instead` has the same keys: what the caller says
    the first times that this is asked, before giving the answer.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    says: Sequence[Words] = ()
    answers: Answers = Field(default_factory=dict)
    instead: Instead = Field(default_factory=dict)


class Meanwhile(Lines):
    """Another caller whose whole conversation happens when the desk first expects `at`."""

    at: Expects


class Rows(BaseModel):
    """Rows of the export; each is a subset: what it names must be there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    appointments: Sequence[dict[str, Any]] = ()
    requests: Sequence[dict[str, Any]] = ()


class Scenario(Lines):
    """One conversation and how it must end.

    `expected` rows must exist, each its own, `unexpected` rows must not; `said` must occur in a desk message
    after the greeting, `never_said` in none, in any case; `status` is the conversation's at the end.
    `group` and `behaviours` only sort the figures.
    """

    name: str
    group: str = ""
    behaviours: Sequence[Behaviour] = ()
    practice: str = "practice.yaml"
    now: datetime = datetime(2026, 6, 12, 10)
    meanwhile: Meanwhile | None = None
    expected: Rows = Rows()
    unexpected: Rows = Rows()
    said: Sequence[str] = ()
    never_said: Sequence[str] = ()
    status: str = ""
    max_turns: int = Field(20, ge=1)


def load_scenarios(path: Path) -> list[Scenario]:
    """The scenarios of one file, or of all `*.yaml` files in a folder that have `scenarios`.

    Raises `Invalid` naming the file, the scenario and what is wrong.
    """
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    found: list[Scenario] = []
    for file in files:
        content = parse(file.read_text(encoding="utf-8"))
        if not isinstance(content, dict) or "scenarios" not in content:
            continue  # a practice file
        found += [_read(file.name, row) for row in content["scenarios"]]
    names = [one.name for one in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Invalid(f"scenarios with the same name: {', '.join(twice)}")
    return found


def _read(file: str, row: Any) -> Scenario:
    try:
        return Scenario.model_validate(row)
    except ValidationError as error:
        name = row.get("name", "without a name") if isinstance(row, dict) else "not a mapping"
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Invalid(f"{file}, scenario {name}: {where}: {first['msg']}") from error
