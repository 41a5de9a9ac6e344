"""Who calls, what a caller can do at a point of a call, and what became of the call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol
from uuid import uuid4

from reception.carrier.session import Ended, Session, Turn
from reception.errors import ReceptionError

#: A number of nobody: the service then takes its own practice.
NOBODY = "+15005550006"
#: An account of nobody, where the service has none.
ACCOUNT = f"AC{'0' * 32}"


class CallOver(ReceptionError):
    """The call has ended; nobody hears what is said now."""

    def __init__(self) -> None:
        super().__init__("The call is over.")


class Stage(Protocol):
    """What a caller can do while a call is at some point of a document."""

    pending: bool

    async def say(self, words: str, interrupt_after: float | None = None) -> None: ...

    async def press(self, keys: str, interrupt_after: float | None = None) -> None: ...

    async def answered(self, patience: float) -> bool: ...

    def hang_up(self) -> None: ...


@dataclass(frozen=True)
class Caller:
    """Who calls whom, by which account."""

    number: str = "+13125550199"
    called: str = ""
    account: str = ""

    def form(self) -> dict[str, str]:
        """What Twilio sends along with every request about the call."""
        called = self.called or NOBODY
        return {
            "CallSid": f"CA{uuid4().hex}",
            "AccountSid": self.account or ACCOUNT,
            "ApiVersion": "2010-04-01",
            "Direction": "inbound",
            "From": self.number,
            "Caller": self.number,
            "To": called,
            "Called": called,
        }


@dataclass
class Course:
    """What became of a call, for whoever grades it."""

    warnings: list[str] = field(default_factory=list)  # of Twilio's, about our documents and frames
    errors: list[int] = field(default_factory=list)  # Twilio's codes
    transfers: list[str] = field(default_factory=list)
    whispered: list[str] = field(default_factory=list)
    recordings: list[str] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    sessions: list[Ended] = field(default_factory=list)


def hears_no_more(stage: Stage) -> bool:
    """Whether a stage hears nothing more: Twilio's own end with what was said, a session when it is ended."""
    return stage.over if isinstance(stage, Session) else stage.pending
