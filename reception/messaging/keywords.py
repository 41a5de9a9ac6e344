"""The words by which carriers let anybody end, resume or explain text messages. Pure."""

from __future__ import annotations

import re
from typing import Literal

Keyword = Literal["stop", "start", "help"]

#: What carriers in North America take as each; a whole text, in any case, signs aside.
_STOP = frozenset(
    {"stop", "stopall", "stop-all", "stop all", "unsubscribe", "cancel", "end", "quit", "optout", "opt-out",
     "opt out", "revoke"}
)  # fmt: skip
_START = frozenset({"start", "unstop"})
_HELP = frozenset({"help", "info"})
#: Other words that plainly ask for no more texts, which the law honours as well; in a short text.
_NO_MORE = re.compile(
    r"\b(?:stop (?:texting|messaging)(?: me)?|stop sending (?:me )?(?:texts?|messages?|these)"
    r"|no more (?:texts|messages)|(?:don'?t|do not) (?:text|message) me(?: any ?more| again)?"
    r"|(?:remove|take) me (?:from|off) (?:your|the|this) list|unsubscribe me|opt me out)\b",
    re.IGNORECASE,
)
_SHORT = 8
#: What a carrier that has answered such a word itself says it was (Twilio's Advanced Opt-Out).
_TYPES = {"STOP": "stop", "START": "start", "HELP": "help"}


def keyword(text: str, opt_out_type: str = "") -> Keyword | None:
    """What the text asks for, if it is such a word; `opt_out_type` is what the carrier took it for."""
    known = _TYPES.get(opt_out_type.upper())
    if known is not None:
        return known  # type: ignore[return-value]  # one of the three
    word = " ".join(text.casefold().strip(" \t\n.,!?\"'*").split())
    if word in _STOP or (len(word.split()) <= _SHORT and _NO_MORE.search(word)):
        return "stop"
    if word in _START:
        return "start"
    return "help" if word in _HELP else None


def is_bare_cancel(text: str) -> bool:
    """Whether the text is CANCEL, which carriers take as STOP although a patient may mean an appointment."""
    return text.casefold().strip(" \t\n.,!?\"'*") == "cancel"
