"""Makes a clean utterance look typed in a hurry or heard by a recogniser; labels follow their words."""

from __future__ import annotations

import re
from random import Random

from fine_tune import spoken
from reception.dialogue.meaning import Slot
from reception.evaluation.mishearing import Recogniser

#: Of the recognised speech, the share with misheard words, and the errors a word in it.
MISHEARD, ERROR_RATES = 0.85, (0.05, 0.1, 0.15)

#: Of the misheard speech, the share that is written with its capitals and punctuation.
PUNCTUATED = 0.4

#: (words, slot or None) in order; joined they are the utterance.
Labelled = list[tuple[str, Slot | None]]

_SHORT = {
    "appointment": "appt", "appointments": "appts", "please": "pls", "tomorrow": "tmrw", "you": "u",
    "are": "r",
    "because": "cos", "thanks": "thx", "tonight": "2nite", "doctor": "dr", "with": "w/", "to": "2",
    "for": "4",
    "Monday": "mon", "Tuesday": "tues", "Wednesday": "weds", "Thursday": "thurs", "Friday": "fri",
    "January": "jan", "February": "feb", "September": "sept", "October": "oct", "November": "nov",
    "December": "dec",
    "going to": "gonna", "want to": "wanna", "your": "ur", "I'm": "im", "don't": "dont",
    "can't": "cant",
}  # fmt: skip
_SAFE_IN_SLOT = frozenset({"tomorrow", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "doctor"})
_FILLERS = ["um ", "uh ", "er ", "well ", "like ", "so ", "yeah ", "you know ", "hmm ", "ah ", "okay so "]
_OPENERS = [
    "Hi, ",
    "Hello, ",
    "Hey ",
    "Good morning, ",
    "Um, ",
    "Yes hi, ",
    "Okay, ",
    "So, ",
    "Excuse me, ",
    "Right, ",
]
_CLOSERS = [
    " please",
    ", please",
    " thanks",
    ", thank you",
    " if possible",
    ", ok?",
    " thank you very much",
    " cheers",
]
_EXACT = frozenset({Slot.EMAIL, Slot.PHONE, Slot.DATE_OF_BIRTH})


def disturb(parts: Labelled, rng: Random, recogniser: Recogniser | None = None) -> Labelled:
    """`parts` in one of several styles: as written, typed in lower case, in a hurry, or recognised speech.

    With a `recogniser`, most of the recognised speech is also misheard.
    """
    draw = rng.random()
    if draw < 0.20:
        return parts
    if draw < 0.32:
        return _lower(_typos(parts, rng, 0.01) if rng.random() < 0.3 else parts, bare=rng.random() < 0.6)
    if draw < 0.41:
        return _hurry(parts, rng)
    if recogniser is not None and rng.random() < MISHEARD:
        parts = _mishear(parts, recogniser, rng)
        if rng.random() < PUNCTUATED:
            return parts
    return _recognised(parts, rng)


def as_heard(words: str) -> str:
    """Unlabelled `words` as a recogniser writes them: small letters, no punctuation, numbers in words."""
    return _lower([(_say_numbers(re.sub(r"\bDr\.? ", "doctor ", words)), None)], bare=True)[0][0]


def _mishear(parts: Labelled, recogniser: Recogniser, rng: Random) -> Labelled:
    """Words taken for others, lost and added; a slot is what became of its words, never lost whole."""
    rate = rng.choice(ERROR_RATES)
    out: Labelled = []
    for text, slot in parts:
        heard, added = recogniser.mishear(text, rate, rng)
        if not heard and slot is not None:
            heard = text
        before, after = (" " if text[at].isspace() else "" for at in (0, -1))
        out.append(((before + heard + after) if heard else " ", slot))
        if added:
            out.append((f" {added}{after}", None))
    return out if any(text.strip() for text, _ in out) else parts  # "yep" alone may be the word that is lost


def _lower(parts: Labelled, *, bare: bool) -> Labelled:
    out: Labelled = []
    for text, slot in parts:
        text = text.lower()
        if bare and slot not in _EXACT:
            text = re.sub(r"\b([ap])\.m\.", r"\1m", text)
            text = re.sub(r"(?<!\d)[.,!?;:]+(?=\s|$)|[.,!?;]+(?=\s|$)", "", text) or text
        out.append((text, slot))
    return out


def _hurry(parts: Labelled, rng: Random) -> Labelled:
    out: Labelled = []
    for text, slot in parts:
        if slot is None or slot in (Slot.DATE, Slot.TIME, Slot.REASON, Slot.PRACTITIONER):
            for long, short in _SHORT.items():
                if rng.random() < 0.35 and (slot is None or long in _SAFE_IN_SLOT):
                    text = re.sub(rf"\b{re.escape(long)}\b", short, text)
        out.append((text, slot))
    out = _typos(out, rng, 0.025)
    return _lower(out, bare=rng.random() < 0.7) if rng.random() < 0.75 else out


def _typos(parts: Labelled, rng: Random, rate: float) -> Labelled:
    return [(text if slot in _EXACT else _mistype(text, rng, rate), slot) for text, slot in parts]


def _mistype(text: str, rng: Random, rate: float) -> str:
    def spoil(match: re.Match[str]) -> str:
        word = match[0]
        if rng.random() > rate * len(word):
            return word
        at = rng.randrange(1, len(word) - 1)
        return rng.choice(
            [
                word[:at] + word[at + 1 :],
                word[:at] + word[at] + word[at:],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            ]
        )

    return re.sub(r"[A-Za-zäöüéß]{4,}", spoil, text)


def _recognised(parts: Labelled, rng: Random) -> Labelled:
    """As a speech recogniser writes: number words, hesitation, words said twice."""
    out: Labelled = []
    for text, slot in parts:
        if slot is None:
            text = _hesitate(text, rng)
        elif (
            slot in (Slot.TIME, Slot.DATE, Slot.OLD_DATE, Slot.OLD_TIME, Slot.PRACTITIONER)
            and rng.random() < 0.7
        ):
            text = _say_numbers(re.sub(r"\bDr\.? ", "doctor ", text))
        out.append((text, slot))
    return _lower(out, bare=True) if rng.random() < 0.75 else out


def _hesitate(text: str, rng: Random) -> str:
    spoken_words = re.split(r"(\s+)", text)
    for index in range(0, len(spoken_words) - 1, 2):
        word = spoken_words[index]
        if not word or not word.strip(".,!?").isalpha():
            continue
        if rng.random() < 0.03:
            spoken_words[index] = rng.choice(_FILLERS) + word
        elif rng.random() < 0.025 and len(word) < 6:
            spoken_words[index] = f"{word.strip('.,!?')} {word}"
        elif rng.random() < 0.012:
            spoken_words[index] = f"{word[:2].strip('.,!?')} {word}"
    return "".join(spoken_words)


def _say_numbers(text: str) -> str:
    text = re.sub(r"\b(\d{1,2}):(\d\d)\b", _said_clock, text)
    text = re.sub(r"\b(\d{1,2})(?:st|nd|rd|th)\b", lambda m: spoken.ordinal_words(int(m[1])), text)
    return re.sub(r"(?<![\d./-])(\d{1,2})(?![\d./-])(?:\s?(am|pm))?\b", _said_number, text)


def _said_clock(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    tail = "" if minute == 0 else f" oh {spoken.words(minute)}" if minute < 10 else f" {spoken.words(minute)}"
    return spoken.words(hour) + tail


def _said_number(match: re.Match[str]) -> str:
    return spoken.words(int(match[1])) + (f" {match[2]}" if match[2] else "")


def dress(parts: Labelled, rng: Random) -> Labelled:
    """Sometimes a greeting before or a courtesy after, outside all labels."""
    text = "".join(words for words, _ in parts)
    if rng.random() < 0.07 and not re.match(
        r"(?i)hi|hello|hey|good|um|yes|no|ok|so|well|thank|sure|right", text
    ):
        parts = [(rng.choice(_OPENERS), None), *parts]
    if rng.random() < 0.06 and text[-1:].isalnum() and len(text) < 80:
        parts = [*parts, (rng.choice(_CLOSERS), None)]
    return parts
