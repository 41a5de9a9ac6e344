"""Test cases of understanding: one JSON line is one utterance and the frame it should give."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reception.dialogue.meaning import Intent, Slot
from reception.errors import Invalid

#: Slots that code turns into values; the others are kept as the patient said them.
VALUED = frozenset(
    {
        Slot.PRACTITIONER,
        Slot.APPOINTMENT_TYPE,
        Slot.DATE,
        Slot.TIME,
        Slot.DATE_OF_BIRTH,
        Slot.PHONE,
        Slot.EMAIL,
        Slot.CHOICE,
        Slot.OLD_DATE,
        Slot.OLD_TIME,
    }
)
KEYS = frozenset({"desk", "expects", "patient", "intent", "slots", "values", "group"})
OPTIONAL = frozenset({"expects", "values", "group"})


@dataclass(frozen=True)
class Case:
    """What the desk said, what the patient says, and the frame wanted; `values` in their public JSON form.

    `expects` is what the desk asked for, where a whole turn is played: bare answers are read by it.
    """

    desk: str
    patient: str
    intent: Intent
    slots: Mapping[Slot, str]
    values: Mapping[Slot, Any]
    group: str = "all"
    expects: str = ""


def load_cases(path: Path) -> list[Case]:
    """The cases of a JSON Lines file, in order. Raises `Invalid` naming every bad line and what is wrong."""
    cases, problems = [], []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            cases.append(read_case(json.loads(line)))
        except (ValueError, TypeError) as error:
            problems.append(f"line {number}: {error}")
    if problems:
        raise Invalid(f"{path.name}: " + "; ".join(problems))
    if not cases:
        raise Invalid(f"{path.name} holds no cases")
    return cases


def read_case(row: Mapping[str, Any]) -> Case:
    """One case from its JSON object. Raises ValueError saying what is wrong with it."""
    if not isinstance(row, dict):
        raise ValueError("expected a JSON object")
    wrong = (KEYS - OPTIONAL - set(row)) | (set(row) - KEYS)
    if wrong:
        raise ValueError(f"missing or unknown keys: {', '.join(sorted(wrong))}")
    case = Case(
        desk=row["desk"],
        patient=row["patient"],
        intent=Intent(row["intent"]),
        slots={Slot(name): words for name, words in row["slots"].items()},
        values={Slot(name): value for name, value in row.get("values", {}).items()},
        group=row.get("group", "all"),
        expects=row.get("expects", ""),
    )
    problems = list(faults(case))
    if problems:
        raise ValueError(", ".join(problems))
    return case


def faults(case: Case) -> Iterable[str]:
    """What breaks the labelling rules that can be checked without knowing the meaning."""
    if not case.patient.strip():
        yield "blank utterance"
    for slot, words in case.slots.items():
        if not whole_words(words, case.patient):
            yield f"the {slot} is not whole words of the utterance"
    for slot in case.values.keys() - case.slots.keys():
        yield f"a value for {slot} without its words"
    for slot in case.values.keys() - VALUED:
        yield f"{slot} has no value form"


def whole_words(span: str, utterance: str) -> bool:
    """Whether `span` occurs verbatim in `utterance`, starting and ending where words do."""
    if not span or span != span.strip():
        return False
    before = r"(?<!\w)" if re.match(r"\w", span) else ""
    after = r"(?!\w)" if re.search(r"\w$", span) else ""
    return re.search(before + re.escape(span) + after, utterance) is not None
