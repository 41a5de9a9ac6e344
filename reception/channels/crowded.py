"""A call while too many go on: by keys to be called back or put through, by words once there is time."""

from __future__ import annotations

from typing import Annotated, Any

import structlog
from litestar import Request, Response, post
from litestar.params import QueryParameter

from reception.channels import twiml
from reception.channels.call_form import GivenCall, xml
from reception.channels.calls import crowded_menu, practice_of, reachable, talk_of, unavailable, words_of
from reception.channels.gathering import answered, begin, hear
from reception.channels.given import GivenService
from reception.channels.left_messages import promise_callback
from reception.channels.proxies import public_base
from reception.dialogue.safety import is_emergency
from reception.errors import Invalid, Overloaded, ReceptionError
from reception.turn import MAX_TEXT

log = structlog.get_logger()

#: How often the menu is said before a silent caller is let go.
MOST_SILENCES = 2


@post("/crowded")
async def crowded(
    request: Request[Any, Any, Any],
    form: GivenCall,
    service: GivenService,
    silences: Annotated[int, QueryParameter(ge=0, le=10)] = 0,
) -> Response[str]:
    """What the caller pressed or said. An emergency is answered whatever goes on."""
    call, practice = form.first("CallSid"), await practice_of(service, form.first("To"))
    talk = talk_of(service, public_base(request, service.settings), practice)
    words, key = words_of(service, practice), form.first("Digits")[:1]
    said = form.first("SpeechResult")[:MAX_TEXT]
    try:
        if key == "1":
            await service.database.run(lambda store: promise_callback(store, call))
            return xml(twiml.farewell(talk, words.say("callback_promised")))
        if key == "0" and practice is not None and reachable(practice, service.clock.now(practice.time_zone)):
            async with service.database.transaction() as store:
                await store.note_dialled(call)
            return xml(twiml.transfer(talk, words.say("connecting"), practice.transfer_number, call))
        if said:
            started = await begin(service, form, even_crowded=is_emergency(said))
            heard = await hear(service, started, form, words, f"crowded-{silences}")
            return xml(await answered(service, talk, practice, call, started.id, heard))
    except (Overloaded, Invalid):
        pass
    except ReceptionError as error:
        log.warning("call_failed", call=call, error=type(error).__name__)
        return xml(unavailable(service, talk, practice, call))
    if silences >= MOST_SILENCES:
        return xml(twiml.farewell(talk, words.say("goodbye")))
    return xml(crowded_menu(service, talk, practice, silences + 1))
