"""Red flags: words that may mean danger to life now, checked before the model and deaf to persuasion.

The list follows public guidance on when to call an ambulance; each heading names the pages it follows. It
only routes: nothing here judges how ill somebody is. Harmless expressions are taken out first (see
`expressions`, which also explains how patterns are written), so that "chest x-ray" or "dying to meet you"
alarms nobody; what danger is left counts. Speech that has to be understood as a whole is left to the model.
"""

from __future__ import annotations

from reception.dialogue.expressions import (
    as_meant,
    compiled,
    plain,
    read,
    sounds_like_danger,
    without_harmless,
)

RED_FLAGS = read("danger.yaml")

_DANGER = {heading: compiled(patterns) for heading, patterns in RED_FLAGS.items()}


def red_flag(heard: str) -> str:
    """The heading of the first danger to life that the words may tell of, or nothing."""
    text = plain(heard)
    meant = as_meant(text)
    return _flag(text) or (_flag(meant) if meant != text else "")


def _flag(text: str) -> str:
    left = ""
    for heading, danger in _DANGER.items():
        if danger.search(text):  # most callers say nothing of the kind, which saves the work below
            left = left or without_harmless(text)
            if danger.search(left):
                return heading
    return ""


def is_emergency(heard: str) -> bool:
    """Whether the words may tell of a danger to life that is happening now."""
    return bool(red_flag(heard))


def only_sounds_so(heard: str) -> bool:
    """Whether an alarm of the model alone is doubtful: the words have what sounds like danger and is none."""
    return sounds_like_danger(plain(heard)) and not is_emergency(heard)
