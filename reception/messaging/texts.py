"""All that text messages need in a worker: what is to be sent is planned, and what is due is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from reception.clock import Clock
from reception.database.connection import Database
from reception.messaging.delivery import Delivery
from reception.messaging.notices import Notices
from reception.messaging.offers import LapsedOffers, OfferByText
from reception.messaging.reminders import Reminders
from reception.messaging.replacements import ReplacementByText, Replacements
from reception.messaging.twilio_api import TwilioApi
from reception.messaging.words_of_staff import WordsOfStaff
from reception.scheduling.by_hand import GRACE
from reception.settings import Settings


@dataclass(frozen=True)
class Texts:
    """One worker's text messages."""

    words_of_staff: WordsOfStaff
    lapsed_offers: LapsedOffers
    replacements: Replacements
    reminders: Reminders
    delivery: Delivery

    async def round(self) -> None:
        """Does everything that is due now. Unavailable while the database is away."""
        await self.words_of_staff.round()
        await self.lapsed_offers.round()
        await self.replacements.round()
        await self.reminders.round()
        await self.delivery.round()


def build_texts(settings: Settings, database: Database, clock: Clock, api: TwilioApi | None) -> Texts | None:
    """Those of these settings; None where no texts can be sent."""
    if api is None:
        return None
    prompts = settings.prompts_dir
    return Texts(
        WordsOfStaff(database),
        LapsedOffers(database, clock, OfferByText(prompts)),
        Replacements(
            database,
            clock,
            ReplacementByText(prompts, timedelta(0) if clock.pinned else GRACE),
            Notices(prompts, settings.public_url),
        ),
        Reminders(database, clock, prompts),
        Delivery(database, api, clock, prompts, settings.public_url),
    )
