"""The frames that ConversationRelay takes from us, checked as strictly as it does. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

#: Twilio's code for a frame it does not take.
INVALID_MESSAGE = 64107

_WHO = ("none", "dtmf", "speech", "any")
#: Type → field → what it must be; a field with `!` must be there.
_FIELDS: Mapping[str, Mapping[str, type | tuple[type, ...]]] = {
    "text": {"token!": str, "last": bool, "lang": str, "interruptible": (bool, str), "preemptible": bool},
    "play": {"source!": str, "loop": int, "preemptible": bool, "interruptible": (bool, str)},
    "sendDigits": {"digits!": str},
    "language": {"ttsLanguage": str, "transcriptionLanguage": str},
    "end": {"handoffData": str},
}


class BadFrame(ValueError):
    """A frame that Twilio answers with error 64107."""


def read_frame(data: str | bytes) -> dict[str, Any]:
    """One of our frames. Raises BadFrame, which names what is wrong but quotes no value."""
    if isinstance(data, bytes):
        raise BadFrame("a binary frame")
    try:
        frame = json.loads(data)
    except ValueError:
        raise BadFrame("no JSON") from None
    if not isinstance(frame, dict):
        raise BadFrame("no object")
    fields = _FIELDS.get(str(frame.get("type")))
    if fields is None:
        raise BadFrame("an unknown type")
    known = {name.rstrip("!"): kind for name, kind in fields.items()} | {"type": str}
    missing = [name for name in fields if name.endswith("!") and name[:-1] not in frame]
    wrong = [name for name in frame if name not in known or not _is(frame[name], known[name])]
    if missing or wrong:
        raise BadFrame(f"{frame['type']}: {', '.join([*missing, *wrong])}")
    if isinstance(frame.get("interruptible"), str) and frame["interruptible"] not in _WHO:
        raise BadFrame(f"{frame['type']}: interruptible")
    return frame


def _is(value: Any, kind: type | tuple[type, ...]) -> bool:
    return isinstance(value, kind) and (kind is not int or not isinstance(value, bool))


def setup(form: Mapping[str, str], session: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The first frame of a session, from the call's form."""
    return {
        "type": "setup",
        "sessionId": session,
        "accountSid": form["AccountSid"],
        "parentCallSid": "",
        "callSid": form["CallSid"],
        "from": form["From"],
        "to": form["To"],
        "forwardedFrom": "",
        "callType": "PSTN",
        "callerName": "",
        "direction": "inbound",
        "callStatus": "RINGING",
        "customParameters": dict(parameters),
    }


def prompt(words: str, *, last: bool) -> dict[str, Any]:
    """What the caller said, or has said so far."""
    return {"type": "prompt", "voicePrompt": words, "lang": "en-US", "last": last}


def interrupt(heard: str, milliseconds: int) -> dict[str, Any]:
    """The caller spoke over the desk, of which they had heard so much."""
    return {
        "type": "interrupt",
        "utteranceUntilInterrupt": heard,
        "durationUntilInterruptMs": milliseconds,
    }
