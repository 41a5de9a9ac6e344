"""Whoever goes home without logging out: what they had is given back once their last session has ended."""

from __future__ import annotations

import asyncio
from typing import NoReturn

import structlog

from reception.attending import Attending
from reception.errors import ReceptionError
from reception.logging import where
from reception.staff.accounts import Accounts

log = structlog.get_logger()

#: Seconds between two looks.
INTERVAL = 60.0


async def give_back(accounts: Accounts, attending: Attending) -> int:
    """Gives back the conversations of all who have no session any more; returns how many people that were."""
    gone = await accounts.gone_home()
    for account in gone:
        await attending.leave(account)
    return len(gone)


async def keep_giving_back(accounts: Accounts, attending: Attending, interval: float = INTERVAL) -> NoReturn:
    """Looks again and again until cancelled. Any number of processes may do so."""
    while True:
        await asyncio.sleep(interval)
        try:
            count = await give_back(accounts, attending)
            if count:
                log.info("conversations_given_back", people=count)
        except ReceptionError:
            continue  # the database is away, which others say
        except Exception as error:  # a look that fails must not be the last one
            log.error("giving_back_failed", error=type(error).__name__, where=where(error))
