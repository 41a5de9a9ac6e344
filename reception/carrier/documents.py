"""TwiML as Twilio reads it: a document becomes verbs, what Twilio does not know becomes a warning. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from reception.carrier.schema import ATTRIBUTES


class BadDocument(ValueError):
    """No TwiML at all; `code` is Twilio's error."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Say:
    """Words to be spoken; empty when only something is played."""

    text: str


@dataclass(frozen=True)
class Pause:
    """Silence, in seconds."""

    seconds: float


@dataclass(frozen=True)
class Gather:
    """Listens to speech or keys; without anything heard the document goes on after it."""

    action: str
    prompts: tuple[Say | Pause, ...]
    inputs: frozenset[str]
    timeout: float
    digits: int
    finish: str


@dataclass(frozen=True)
class Relay:
    """ConversationRelay. `interruptible` and the like: none, dtmf, speech or any."""

    url: str
    action: str
    greeting: str
    greeting_interruptible: str
    interruptible: str
    reported: str  # input during speech that can't be interrupted
    dtmf: bool
    partials: bool
    reconnects: bool
    events: frozenset[str]
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class Dial:
    """A transfer. `whisper` is the address of a document that the called person hears first."""

    action: str
    number: str
    whisper: str
    timeout: float


@dataclass(frozen=True)
class Record:
    """A voicemail; `transcribed` and `recorded` are the addresses that are told of it later."""

    action: str
    seconds: float
    timeout: float
    finish: str
    transcribed: str
    recorded: str


@dataclass(frozen=True)
class StartRecording:
    """The call is recorded from here on; the address is told of the recording after the call."""

    told: str


@dataclass(frozen=True)
class Redirect:
    """On to another document."""

    url: str


@dataclass(frozen=True)
class Hangup:
    """The end; also a call that is rejected."""


Verb = Say | Pause | Gather | Relay | Dial | Record | StartRecording | Redirect | Hangup


@dataclass(frozen=True)
class Document:
    """The verbs in order, and what Twilio would warn of (error 12200)."""

    verbs: tuple[Verb, ...]
    warnings: list[str] = field(default_factory=list)


def read_document(text: str) -> Document:
    """Raises BadDocument when it is no XML (12100) or no `<Response>` (12102)."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise BadDocument(12100, "the document is no XML") from error
    if root.tag != "Response":
        raise BadDocument(12102, "the document is no <Response>")
    verbs = tuple(verb for element in root for verb in _verbs(element))
    return Document(verbs, list(_warnings(root)))


def _warnings(root: Element) -> Iterator[str]:
    for element in root.iter():
        if element is not root and element.tag not in ATTRIBUTES:
            yield f"unknown element <{element.tag}>"
        elif element is not root:
            for name in set(element.keys()) - ATTRIBUTES[element.tag]:
                yield f"unknown attribute {name} of <{element.tag}>"


def _verbs(element: Element) -> Iterator[Verb]:
    get = element.get
    match element.tag:
        case "Say" | "Play" | "Pause":
            yield _prompt(element)
        case "Gather":
            yield _gather(element)
        case "Connect":
            yield from (_relay(one, get("action", "")) for one in element.findall("ConversationRelay"))
        case "Dial":
            number = element.find("Number")
            called = "".join((element if number is None else number).itertext()).strip()
            whisper = "" if number is None else number.get("url", "")
            yield Dial(get("action", ""), called, whisper, float(get("timeout", "30")))
        case "Record":
            wanted = get("transcribe", "false") == "true" or get("transcribeCallback") is not None
            yield Record(
                get("action", ""),
                float(get("maxLength", "3600")),
                float(get("timeout", "5")),
                get("finishOnKey", "1234567890*#"),
                get("transcribeCallback", "") if wanted else "",
                get("recordingStatusCallback", ""),
            )
        case "Start":
            recordings = element.findall("Recording")
            yield from (StartRecording(one.get("recordingStatusCallback", "")) for one in recordings)
        case "Redirect":
            yield Redirect((element.text or "").strip())
        case "Hangup" | "Reject":
            yield Hangup()


def _prompt(element: Element) -> Say | Pause:
    if element.tag == "Pause":
        return Pause(float(element.get("length", "1")))
    return Say("".join(element.itertext()).strip() if element.tag == "Say" else "")


def _gather(element: Element) -> Gather:
    get = element.get
    prompts = tuple(_prompt(one) for one in element if one.tag in ("Say", "Play", "Pause"))
    return Gather(
        get("action", ""),
        prompts,
        frozenset(get("input", "dtmf").split()),
        float(get("timeout", "5")),
        int(get("numDigits", "0")),
        get("finishOnKey", "#"),
    )


def _relay(element: Element, action: str) -> Relay:
    get = element.get
    interruptible = _who(get("interruptible", "any"))
    return Relay(
        url=get("url", ""),
        action=action,
        greeting=get("welcomeGreeting", ""),
        greeting_interruptible=_who(get("welcomeGreetingInterruptible", "any")),
        interruptible=interruptible,
        reported=_who(get("reportInputDuringAgentSpeech", "none")),
        dtmf=get("dtmfDetection", "false") == "true",
        partials=get("partialPrompts", "false") == "true",
        reconnects=get("applicationReconnect", "false") == "true",
        events=frozenset(get("events", "").split()),
        parameters={one.get("name", ""): one.get("value", "") for one in element.findall("Parameter")},
    )


def _who(value: str) -> str:
    """Older documents say true and false."""
    return {"true": "any", "false": "none"}.get(value, value)
