"""All that text messages need in a worker: what is to be sent is planned, and what is due is sent."""

from __future__ import annotations

from dataclasses import dataclass

from reception.clock import Clock
from reception.database.connection import Database
from reception.messaging.delivery import Delivery
from reception.messaging.offers import LapsedOffers, OfferByText
from reception.messaging.reminders import Reminders
from reception.messaging.twilio_api import TwilioApi
from reception.messaging.words_of_staff import WordsOfStaff
from reception.settings import Settings


@dataclass(frozen=True)
class Texts:
    """One worker's text messages."""

    words_of_staff: WordsOfStaff
    lapsed_offers: LapsedOffers
    reminders: Reminders
    delivery: Delivery

    async def round(self) -> None:
        """Does everything that is due now. Unavailable while the database is away."""
        await self.words_of_staff.round()
        await self.lapsed_offers.round()
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
        Reminders(database, clock, prompts),
        Delivery(database, api, clock, prompts, settings.public_url),
    )
