"""Turns the therapists of the public dialogues' development split into test cases, never into training data.

python -m fine_tune.therapists --sgd FOLDER --out runs/therapists.jsonl
reception evaluate --only understanding --cases runs/therapists.jsonl

A turn is kept where its dialogue acts mean one of our intents; the rest is counted by the reason it was left
out for. Only `date` and `time` are labelled in full: judge no other slot by these cases.
"""

# ruff: noqa: T201 (a script: what it prints is its output)

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fine_tune.sgd import YES
from reception.dialogue.meaning import Intent, Slot
from reception.evaluation.cases import whole_words

DEVELOPMENT_FILE = "services_dev.jsonl"
SLOTS = {"appointment_date": Slot.DATE, "appointment_time": Slot.TIME}

#: Dialogue acts (intents by their own name) and what a turn with just these means.
MEANINGS: Mapping[frozenset[str], Intent] = {
    frozenset({"INFORM"}): Intent.INFORM,
    frozenset({"AFFIRM"}): Intent.AFFIRM,
    frozenset({"AFFIRM", "INFORM"}): Intent.AFFIRM,
    frozenset({"AFFIRM_INTENT"}): Intent.AFFIRM,
    frozenset({"AFFIRM_INTENT", "INFORM"}): Intent.AFFIRM,
    frozenset({"SELECT"}): Intent.AFFIRM,
    frozenset({"NEGATE"}): Intent.DENY,
    frozenset({"NEGATE_INTENT"}): Intent.DENY,
    frozenset({"INFORM", "NEGATE"}): Intent.DENY,
    frozenset({"REQUEST"}): Intent.PRACTICE_QUESTION,
    frozenset({"FindProvider"}): Intent.BOOK,
    frozenset({"FindProvider", "INFORM"}): Intent.BOOK,
    frozenset({"BookAppointment"}): Intent.BOOK,
    frozenset({"BookAppointment", "INFORM"}): Intent.BOOK,
    frozenset({"REQUEST_ALTS"}): Intent.ALTERNATIVES,
    frozenset({"INFORM", "REQUEST_ALTS"}): Intent.ALTERNATIVES,
    frozenset({"THANK_YOU"}): Intent.THANK,
    frozenset({"GOODBYE", "THANK_YOU"}): Intent.THANK,
    frozenset({"NEGATE", "THANK_YOU"}): Intent.THANK,
}
#: Accepting an offer and booking it in one breath: with a yes it is the yes, else the booking.
BOTH = (
    frozenset({"BookAppointment", "SELECT"}),
    frozenset({"BookAppointment", "INFORM", "SELECT"}),
)
_BOOKS = re.compile(r"\b(?:book|appointment|app?intment|schedule|reserve|see)", re.I)
# Other services of the same dialogue: nobody asks a practice for the weather or a cab.
_ELSEWHERE = re.compile(
    r"\b(?:forecast|sunny|weather|rain\w*|temperature|degrees|wind\w*|calendar|humid\w*|percent"
    r"|apartment|bus|cab|flight|hotel|movie|restaurant|ride|song|taxi)\b",
    re.I,
)
_BYE = re.compile(r"\b(?:good)?bye\b", re.I)
_LEAD = re.compile(r"\A(?:the|at|on|for|a|an) ", re.I)
# Words of meaning before a time belong to it: "around half past ten".
_BEFORE = re.compile(r"\b(?:around|after|before|by|from)\s+$", re.I)


def read_case(turn: Mapping[str, Any]) -> dict[str, Any] | str:
    """The case of one turn, in the form of the hand-written ones; or why it is left out."""
    patient, desk = turn["patient"].strip(), turn["desk"].strip()
    acts = frozenset(
        action["values"][0] if action["act"] == "INFORM_INTENT" else action["act"]
        for action in turn["actions"]
    )
    intent = MEANINGS.get(acts)
    if acts in BOTH:
        intent = Intent.AFFIRM if YES.match(patient) else Intent.BOOK
    if acts == {"AFFIRM", "REQUEST"}:
        return "a yes and a question in one: two intents"
    if intent is None:
        return f"the acts {', '.join(sorted(acts))} are no intent of ours"
    if _ELSEWHERE.search(desk + patient):
        return "about another service"
    if intent == Intent.THANK and (_BYE.search(patient) or "hank" not in patient):
        return "thanks and goodbye in one, or neither"
    if "BookAppointment" in acts and intent == Intent.BOOK and not _BOOKS.search(patient):
        return "another try at a booking, in words that only inform"
    slots: dict[str, str] = {}
    for span in turn["spans"]:
        slot = SLOTS.get(span["slot"])
        if slot is not None:
            words = _ours(span["text"], patient)
            if slot in slots or not whole_words(words, patient):
                return f"its {slot} is said twice, or not in one piece"
            slots[slot] = words
    said = {SLOTS[action["slot"]] for action in turn["actions"] if action["slot"] in SLOTS}
    if intent in (Intent.INFORM, Intent.DENY, Intent.AFFIRM, Intent.BOOK) and said - set(slots):
        return "a date or time without its words"
    return {"desk": desk, "patient": patient, "intent": intent, "slots": slots, "group": "therapists"}


def _ours(words: str, patient: str) -> str:
    """A span by our rules: without articles and empty prepositions, with those that mean something."""
    words = _LEAD.sub("", words, count=1)
    before = _BEFORE.search(patient[: max(0, patient.find(words))])
    return before[0] + words if before else words


def main(arguments: list[str] | None = None) -> None:
    """Writes the cases and prints how many turns were kept, and why the others were not."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sgd", type=Path, required=True, help=f"folder with {DEVELOPMENT_FILE}")
    parser.add_argument("--out", type=Path, default=Path("runs/therapists.jsonl"), help="file to write")
    options = parser.parse_args(arguments)
    source = options.sgd / DEVELOPMENT_FILE
    if not source.is_file():
        raise SystemExit(f"{source} is missing: --sgd names the folder of the public dialogues")
    kept, left, seen = [], Counter[str](), set[tuple[str, str]]()
    turns = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
    for turn in turns:
        case = read_case(turn)
        if isinstance(case, str):
            left[case] += 1
        elif (key := (case["desk"], case["patient"])) not in seen:
            seen.add(key)
            kept.append(case)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text("".join(json.dumps(case, ensure_ascii=False) + "\n" for case in kept), "utf-8")
    share = 1 - left.total() / len(turns)
    print(f"{options.out}: {share:.1%} of {len(turns)} turns kept, {len(kept)} of them different")
    for reason, count in left.most_common():
        print(f"  {count:4} left out: {reason}")


if __name__ == "__main__":
    main()
