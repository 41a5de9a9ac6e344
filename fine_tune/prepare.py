"""Makes the training data: phrases with words drawn in, desk words before them and the noise of real use.

python -m fine_tune.prepare --out runs/data --seed 7
"""

# ruff: noqa: T201 (a script: what it prints is its output)

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from fine_tune import sgd
from fine_tune.desk import DeskLines
from fine_tune.exchange import Exchange
from fine_tune.lexicon import Lexicon
from fine_tune.noise import Labelled, as_heard, disturb, dress
from fine_tune.phrasebook import DESK_KEYS, Phrase, PhraseError, Piece, parse, read_phrases
from reception.dialogue.meaning import Intent, Slot
from reception.evaluation.mishearing import Recogniser
from reception.understanding.grammar import WITHOUT_SLOTS

HERE = Path(__file__).parent
SOURCE = "google-research-datasets/dstc8-schema-guided-dialogue on GitHub, CC BY-SA 4.0"

#: Share of each intent among the phrases' examples; what callers say most and what is confused most.
WEIGHTS = {
    Intent.BOOK: 14, Intent.RESCHEDULE: 8, Intent.CANCEL: 6, Intent.CHECK: 4, Intent.PRESCRIPTION: 6,
    Intent.REFERRAL: 4, Intent.SICK_NOTE: 4, Intent.TEST_RESULTS: 4, Intent.BILLING: 4.5,
    Intent.PRACTICE_QUESTION: 8, Intent.MEDICAL_QUESTION: 6, Intent.EMERGENCY: 9, Intent.STAFF: 3.5,
    Intent.MESSAGE: 4, Intent.INFORM: 24, Intent.AFFIRM: 7, Intent.DENY: 8, Intent.ALTERNATIVES: 6,
    Intent.REPEAT: 2.5, Intent.GREET: 2, Intent.THANK: 2.5, Intent.GOODBYE: 2.5, Intent.OUT_OF_SCOPE: 7,
}  # fmt: skip
ANSWERS_PER_QUESTION = 4
#: Share of the desk's words that are written as a recogniser would.
HEARD_DESK = 0.12
#: How many of the words that are said most may be heard for others.
VOCABULARY = 4000
# A courtesy added to these would change what they mean ("no, that's all" with thanks is a thank-you).
_UNDRESSED = frozenset(
    {
        Intent.AFFIRM,
        Intent.DENY,
        Intent.GREET,
        Intent.THANK,
        Intent.GOODBYE,
        Intent.EMERGENCY,
        Intent.OUT_OF_SCOPE,
    }
)
# Wishes that open a call may also come up in the middle of it.
_OPENING = frozenset(
    {Intent.BOOK, Intent.RESCHEDULE, Intent.CANCEL, Intent.CHECK, Intent.PRESCRIPTION, Intent.REFERRAL,
     Intent.SICK_NOTE, Intent.TEST_RESULTS, Intent.BILLING, Intent.PRACTICE_QUESTION, Intent.STAFF,
     Intent.EMERGENCY}
)  # fmt: skip


@dataclass(frozen=True)
class Example:
    """One labelled turn and where it came from."""

    desk: str
    patient: str
    intent: Intent
    slots: dict[Slot, str]
    source: str


def expand(phrase: Phrase, lexicon: Lexicon, rng: Random) -> Labelled:
    """The phrase with words drawn for its placeholders; joined, the parts are the utterance."""
    parts: Labelled = []
    for piece, following in zip(phrase.pieces, (*phrase.pieces[1:], Piece()), strict=True):
        if not piece.draw:
            parts.append((piece.text, piece.slot))
            continue
        before = _word_before(parts)
        outside, inside = lexicon.draw(piece.draw, rng, before)
        outside = _fit(outside, parts, before)
        if outside:
            parts.append((outside, None))
        if suffix := re.match(r"[a-z]+", following.text):  # "{weekday}s": the label takes the ending
            inside += suffix[0]
        parts.append((inside, piece.slot))
    return _capital(_joined(parts))


def _word_before(parts: Labelled) -> str:
    text = "".join(words for words, _ in parts).rstrip()
    return text.rsplit(" ", 1)[-1].lower() if text else ""


def _fit(outside: str, parts: Labelled, before: str) -> str:
    """No "on on Friday": drops a preposition that the phrase already has."""
    first = outside.split(" ", 1)[0]
    if first in ("on", "at", "in") and (
        before == first or before in ("for", "to", "by", "from", "until", "before", "after")
    ):
        return outside[len(first) + 1 :]
    return outside


def _joined(parts: Labelled) -> Labelled:
    """Letters that were moved into a label by `expand` are taken off the literal after it."""
    out: Labelled = []
    for text, slot in parts:
        if slot is None and out and out[-1][1] is not None and (suffix := re.match(r"[a-z]+", text)):
            text = text[suffix.end() :]
        if text:
            out.append((text, slot))
    return out


def _capital(parts: Labelled) -> Labelled:
    text, slot = parts[0]
    if len(parts) > 1 and text[:1].islower() and any(words[:1].isupper() for words, _ in parts[1:2]) is False:
        return parts
    return [(text[:1].upper() + text[1:], slot), *parts[1:]] if slot is not None else parts


def to_example(phrase: Phrase, desk: str, parts: Labelled) -> Example:
    """The labelled turn; PhraseError when a slot is not words of the utterance."""
    patient = re.sub(r"\s+", " ", "".join(words for words, _ in parts)).strip()
    slots: dict[Slot, str] = {}
    for words, slot in parts:
        if slot is not None:
            slots[slot] = re.sub(r"\s+", " ", words).strip()
            if not re.search(rf"(?<!\w){re.escape(slots[slot])}(?!\w)", patient) or not re.search(
                r"\w", slots[slot]
            ):
                raise PhraseError(f"{phrase.place}: {slot} {slots[slot]!r} is no span of {patient!r}")
    ordered = {slot: slots[slot] for slot in Slot if slot in slots and phrase.intent not in WITHOUT_SLOTS}
    return Example(desk, patient, phrase.intent, ordered, phrase.place)


class Expander:
    """Draws examples from phrases; one seed, one sequence."""

    def __init__(self, phrases: list[Phrase], seed: int) -> None:
        self._rng = Random(seed)
        self._recogniser = Recogniser((phrase.words for phrase in phrases), words=VOCABULARY)
        self._lexicon = Lexicon()
        self._exchange = Exchange(phrases)
        self._desk = DeskLines(self._lexicon)
        self._by_intent: dict[Intent, list[Phrase]] = defaultdict(list)
        for phrase in phrases:
            self._by_intent[phrase.intent].append(phrase)
        self._decks: dict[Intent, list[Phrase]] = {}
        self._said: dict[str, list[str]] = {}

    def draw(self, count: int, *, noisy: bool = True) -> Iterator[Example]:
        """`count` examples, intents by WEIGHTS, every phrase of an intent in turn."""
        intents = [intent for intent in Intent if self._by_intent.get(intent)]
        weights = [WEIGHTS[intent] for intent in intents]
        for intent in self._rng.choices(intents, weights, k=count):
            yield self.example(self._next(intent), noisy=noisy)

    def example(self, phrase: Phrase, *, noisy: bool = True) -> Example:
        """One example of a phrase."""
        rng = self._rng
        parts = expand(self._exchange.draw(phrase, rng) if noisy else phrase, self._lexicon, rng)
        desk = self._say(self._key(phrase))
        if noisy:
            dressed = parts if phrase.intent in _UNDRESSED else dress(parts, rng)
            try:
                return to_example(phrase, desk, disturb(dressed, rng, self._recogniser))
            except PhraseError:
                pass  # without its signs, a label may stick to the word beside it: then no noise
        return to_example(phrase, desk, parts)

    def _say(self, key: str) -> str:
        # Several answers to the same words: the trainer reads those words once for all of them, and the
        # model sees that one question can be answered in many ways.
        if not self._said.get(key):
            words = self._desk.say(key, self._rng)
            if self._rng.random() < HEARD_DESK:
                words = as_heard(words)
            self._said[key] = [words] * ANSWERS_PER_QUESTION
        return self._said[key].pop()

    def _key(self, phrase: Phrase) -> str:
        key = self._rng.choice(phrase.desks)
        if key == "request" and phrase.intent in _OPENING and self._rng.random() < 0.12:
            key = "anything_else" if self._rng.random() < 0.6 else "any"
        return self._rng.choice(DESK_KEYS) if key == "any" else key

    def _next(self, intent: Intent) -> Phrase:
        if not self._decks.get(intent):
            self._decks[intent] = self._rng.sample(self._by_intent[intent], len(self._by_intent[intent]))
        return self._decks[intent].pop()


def held_out(phrase: Phrase, share: float = 0.04) -> bool:
    """Whether a phrase is kept for validation: decided by its words alone."""
    digest = hashlib.sha256(f"{phrase.intent}|{phrase.source}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32 < share


def sgd_examples(folder: Path, count: int, rng: Random) -> list[Example]:
    """Up to `count` turns of the public data, no intent more than a quarter of them."""
    by_intent: dict[Intent, list[Example]] = defaultdict(list)
    seen: set[tuple[str, str]] = set()
    for turn in sgd.read_turns(folder):
        if (key := (turn["desk"], turn["patient"].lower())) not in seen:
            seen.add(key)
            by_intent[turn["intent"]].append(Example(**turn, source="sgd"))
    chosen: list[Example] = []
    for intent in Intent:
        rng.shuffle(by_intent[intent])
        chosen += by_intent[intent][: count // 4]
    rng.shuffle(chosen)
    return chosen[:count]


def read_corrections(path: Path) -> list[Phrase]:
    """The corrected turns of a practice; PhraseError names the line that is wrong."""
    return list(parse(path.read_text(encoding="utf-8"), path.name))


def as_case(example: Example) -> str:
    """The example as a line of test cases (`reception evaluate --cases`)."""
    case = {key: value for key, value in asdict(example).items() if key != "source"}
    return json.dumps(case | {"group": "corrected"}, ensure_ascii=False) + "\n"


def write(examples: list[Example], path: Path) -> str:
    """Writes JSON lines; returns the first 16 digits of their SHA-256."""
    text = "".join(json.dumps(asdict(example), ensure_ascii=False) + "\n" for example in examples)
    path.write_text(text, encoding="utf-8")
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def find_sgd(given: Path | None) -> Path | None:
    """The folder with the public training file: the option, SGD_DIR, or where it lies beside the checkout."""
    places = [
        given,
        Path(os.environ["SGD_DIR"]) if os.environ.get("SGD_DIR") else None,
        HERE.parents[1] / "shared/data/sgd",
    ]
    return next((place for place in places if place and (place / sgd.TRAINING_FILE).is_file()), None)


def main(arguments: list[str] | None = None) -> None:
    """Writes train.jsonl, valid.jsonl and info.json."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("runs/data"), help="folder to write to")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same data")
    parser.add_argument("--count", type=int, default=34000, help="training examples in all")
    parser.add_argument("--sgd", type=Path, help="folder with services_train.jsonl (or SGD_DIR)")
    parser.add_argument("--sgd-share", type=float, default=0.12, help="share of the public data")
    parser.add_argument("--phrases", type=Path, default=HERE / "phrases", help="folder of phrase files")
    parser.add_argument("--corrections", type=Path, help="what `reception corrections export` wrote")
    parser.add_argument("--often", nargs="+", default=[], help="phrase files whose lines come --times more")
    parser.add_argument(
        "--times",
        type=int,
        default=20,
        help="further examples of each such line or corrected turn [default: 20]",
    )
    parser.add_argument("--samples", type=int, default=50, help="examples to print")
    options = parser.parse_args(arguments)

    phrases = read_phrases(options.phrases)
    if unknown := set(options.often) - {phrase.place.split(":")[0] for phrase in phrases}:
        raise SystemExit(f"{options.phrases} has no {', '.join(sorted(unknown))} for --often")
    kept = [phrase for phrase in phrases if held_out(phrase)]
    used = [phrase for phrase in phrases if not held_out(phrase)]
    rng = Random(options.seed)
    folder = find_sgd(options.sgd)
    public = sgd_examples(folder, int(options.count * options.sgd_share), rng) if folder else []
    if not folder:
        print(f"No public dialogues found (--sgd or SGD_DIR; {SOURCE}): going on with the phrases alone.")
    train = public + list(Expander(used, options.seed).draw(options.count - len(public)))
    corrected = read_corrections(options.corrections) if options.corrections else []
    teacher = Expander(used + corrected, options.seed + 2)
    often = [phrase for phrase in used if phrase.place.split(":")[0] in options.often]
    train += [teacher.example(phrase) for phrase in corrected + often for _ in range(options.times)]
    rng.shuffle(train)
    checker = Expander(kept, options.seed + 1)
    valid = [checker.example(phrase) for phrase in kept for _ in range(2)]
    for phrase in phrases:  # every line must expand, drawn or not
        checker.example(phrase, noisy=False)

    options.out.mkdir(parents=True, exist_ok=True)
    info: dict[str, object] = {
        "train": write(train, options.out / "train.jsonl"),
        "valid": write(valid, options.out / "valid.jsonl"),
    }
    info |= {"seed": options.seed, "examples": len(train), "phrases": len(phrases), "public": len(public)}
    info["corrected"] = len(corrected)
    if corrected:  # as test cases, in other words than those that are learned from
        cases = [teacher.example(phrase, noisy=False) for phrase in corrected]
        (options.out / "corrected.jsonl").write_text("".join(map(as_case, cases)), encoding="utf-8")
    (options.out / "info.json").write_text(json.dumps(info, indent=1) + "\n")
    report(train, info, Random(options.seed), options.samples)


def report(examples: list[Example], info: dict[str, object], rng: Random, samples: int) -> None:
    """Prints counts by intent and slot and some examples."""
    print(json.dumps(info))
    for name, counts in (
        ("intents", Counter(example.intent for example in examples)),
        ("slots", Counter(slot for example in examples for slot in example.slots)),
    ):
        print(f"{name}: " + ", ".join(f"{key} {count}" for key, count in counts.most_common()))
    for example in rng.sample(examples, min(samples, len(examples))):
        slots = "; ".join(f"{slot}={words}" for slot, words in example.slots.items())
        print(f"  [{example.desk or '-'}] {example.patient}")
        print(f"      -> {example.intent} {slots} ({example.source})")


if __name__ == "__main__":
    main()
