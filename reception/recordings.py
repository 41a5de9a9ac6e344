"""What was recorded lies at the carrier: it goes there before the row goes that tells of it."""

from __future__ import annotations

import re
from collections.abc import Iterable

import structlog

from reception.messaging.twilio_api import NotSent, TwilioApi, Unsure

log = structlog.get_logger()

#: A recording's identifier, by itself or in its address.
_SID = re.compile(r"RE[0-9a-f]{32}")


class Recordings:
    """Recordings at the carrier; without an account there are none."""

    def __init__(self, api: TwilioApi | None) -> None:
        self._api = api

    async def delete(self, kept: Iterable[str]) -> bool:
        """Has recordings deleted, by identifiers or addresses; False when that has to be tried again later.

        Without an account nobody can: the log names what stays.
        """
        sids = {found[0] for one in kept if (found := _SID.search(one))}
        if self._api is None:
            for sid in sids:
                log.warning("recording_stays", recording=sid, error="no account")
            return True
        for sid in sorted(sids):
            try:
                await self._api.delete_recording(sid)
            except (NotSent, Unsure) as error:
                log.warning("recording_stays", recording=sid, error=type(error).__name__)
                return False
        return True
