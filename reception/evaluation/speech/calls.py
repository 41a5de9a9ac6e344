"""Lets the desk hear sentences as it hears them on the phone: as Twilio's frames, over a relay session."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from reception.beginning import hashed
from reception.channels.relay import RelaySession
from reception.database.fence import everywhere
from reception.database.scratch import scratch_server
from reception.dialogue.meaning import Frame, Intent
from reception.dialogue.state import Expects, State
from reception.evaluation.cases import Case
from reception.evaluation.lent import Lent
from reception.inference.language_model import LanguageModel
from reception.kept import pack
from reception.service import Service
from reception.settings import Settings
from reception.understanding.expected import complete
from reception.understanding.interpret import Setting
from reception.understanding.understander import Understander

_CALLER = "+12025550199"
#: A recogniser tells what it has heard so far every few words.
_PARTIAL_WORDS = 3
#: What a turn comes to whose words were none.
_NOTHING = Frame(Intent.OUT_OF_SCOPE, confidence=0.0)


class Noting(Understander):
    """Understands as ever, and keeps what was heard last, as the turn's own rules read it."""

    frame = _NOTHING
    expects = ""

    async def understand(self, desk: str, patient: str, setting: Setting, **more: Any) -> Frame:
        """As ever, but without a deadline: a busy machine must not cost a sentence."""
        frame = await super().understand(desk, patient, setting, **{**more, "deadline": None})
        self.frame = complete(frame, self.expects, patient, desk, setting)
        return frame


class Calls:
    """Calls to a service, one a sentence, each in the middle of a conversation."""

    def __init__(self, service: Service, understander: Noting) -> None:
        self._service = service
        self._understander = understander

    async def understand(self, case: Case, words: str) -> Frame:
        """What the desk makes of `words` at the case's question; out_of_scope when nothing was heard."""
        practice = await self._service.practice()
        call = f"CA{uuid4().hex}"
        state = State(said=case.desk, expects=Expects(case.expects) if case.expects else None)
        async with self._service.database.transaction() as store:
            await store.create_conversation(
                practice.id, "phone", "en", hashed(call), _CALLER, pack(state), call_sid=call
            )
        session = RelaySession(self._service, _nobody_listens)
        self._understander.frame, self._understander.expects = _NOTHING, case.expects
        setup = {"type": "setup", "sessionId": f"VX{uuid4().hex}", "callSid": call, "from": _CALLER}
        await session.receive({**setup, "to": practice.phone or ""})
        said = words.split()
        for count in range(_PARTIAL_WORDS, len(said), _PARTIAL_WORDS):
            await session.receive(_prompt(" ".join(said[:count]), last=False))
        await session.receive(_prompt(words, last=True))
        return self._understander.frame


@asynccontextmanager
async def calls(
    model: LanguageModel, practice: Path, now: datetime, settings: Settings
) -> AsyncIterator[Calls]:
    """Calls to a practice, on a database of their own; `now` is the practice's local time."""
    async with scratch_server() as scratch:
        own = settings.model_copy(
            update={
                "env": "development",
                "now": now,
                "practice_file": practice,
                "database_url": await scratch.fresh(),
                "rate_limit": 0,
                "worker": False,
            }
        )
        service = Service(own, Lent(model))
        service.understander = understander = Noting(service.model)
        try:
            await service.open()
            with everywhere():
                yield Calls(service, understander)
        finally:
            await service.close()


async def _nobody_listens(frame: Mapping[str, Any]) -> None:
    """What the desk answers is of no interest here."""


def _prompt(words: str, *, last: bool) -> dict[str, Any]:
    return {"type": "prompt", "voicePrompt": words, "lang": "en-US", "last": last}
