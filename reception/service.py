"""Everything one process of the service needs, built once: model, sentences, clock, database, desk."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import structlog

from reception.admission import Admission
from reception.attending import Attending
from reception.channels.hub import Hub
from reception.channels.limits import WATCHING, WATCHING_ONE, Limits, Watchers
from reception.channels.phone_words import phone_words
from reception.channels.proxies import networks
from reception.channels.sites import Sites
from reception.channels.widget_words import read_widget_words
from reception.clock import Clock
from reception.database.connection import Database
from reception.database.fence import everywhere
from reception.database.load import load_practice
from reception.dialogue.wording import Wording
from reception.errors import MisconfiguredError, NotFound, ReceptionError, Unavailable
from reception.founding import Founding
from reception.inference.factory import build_language_model
from reception.inference.language_model import LanguageModel
from reception.logging import where
from reception.messaging.notices import Notices
from reception.messaging.offers import OfferByText
from reception.messaging.text_words import text_words
from reception.messaging.texts import build_texts
from reception.messaging.twilio_api import twilio_api
from reception.practice import Practice
from reception.practice_file import read_practice_file
from reception.production import check_production, check_role
from reception.recordings import Recordings
from reception.retention import Retention
from reception.settings import Settings
from reception.staff.accounts import Accounts
from reception.staff.going_home import keep_giving_back
from reception.staff.provider import provider_of
from reception.staff.signing_on import SigningOn
from reception.staff_words import StaffWords
from reception.stages import trace_to
from reception.turn import Desk
from reception.understanding.understander import Understander
from reception.worker import work

log = structlog.get_logger()

DEMO_PRACTICE = Path(__file__).with_name("demo_practice.yaml")
#: Seconds between two attempts to prepare a database that is away.
RETRY = 2.0
#: Seconds within which the model must say that it is ready.
MODEL_PATIENCE = 5.0


class Service:
    """The parts of one process. `open` before use, `close` after."""

    def __init__(self, settings: Settings, model: LanguageModel | None = None) -> None:
        """Raises MisconfiguredError for unsafe or contradictory settings; opens nothing yet."""
        check_production(settings)
        networks(settings.trusted_proxies)
        self.settings = settings
        self.clock = Clock(settings.now)
        self.hub = Hub()
        self.admission = Admission(settings.turns_at_once)
        self.limits = Limits(lambda: self.database, settings.rate_limit)
        self.watchers = Watchers(WATCHING, WATCHING_ONE)
        self.model = model or build_language_model(settings)
        self.understander = Understander(self.model)
        self.texts_api = twilio_api(settings)
        self.recordings = Recordings(self.texts_api)
        texts_on = self.texts_api is not None
        #: Tells patients by text what was booked or changed, and offers freed times; None without texts.
        self.notices = Notices(settings.prompts_dir, settings.public_url) if texts_on else None
        self.ask_by_text = OfferByText(settings.prompts_dir) if texts_on else None
        self.wordings = read_wordings(settings.prompts_dir)
        self.widget_words = read_widget_words(settings.prompts_dir)
        self.founding = Founding()
        self.sites = Sites(lambda: self.database, settings.practice, settings.public_url)
        for file in settings.prompts_dir.glob("*/phone.yaml"):
            phone_words(settings.prompts_dir, file.parent.name)
        text_words(settings.prompts_dir)
        for file in settings.prompts_dir.glob("*/texts.yaml"):
            text_words(settings.prompts_dir, file.parent.name)
        self._staff_words = {
            language: StaffWords(settings.prompts_dir, language) for language in self.wordings
        }
        self._database: Database | None = None
        self._desk: Desk | None = None
        self._accounts: Accounts | None = None
        self._attending: Attending | None = None
        self._signing_on: SigningOn | None = None
        #: Where staff sign on, if the practice has such a place.
        self.provider = provider_of(settings)
        self._waiting_for = "The service is starting"
        self._opened = False  # whether it has been ready once
        self._tasks: list[asyncio.Task[None]] = []
        self._practices: dict[str, Practice] = {}

    async def open(self) -> None:
        """Opens the database and loads the model. What is away is tried again in the background."""
        settings = self.settings
        trace_to(settings.traces_url)
        self._database = await Database.of(settings)
        self._accounts = Accounts(
            self._database,
            idle=timedelta(minutes=settings.staff_idle_minutes),
            longest=timedelta(hours=settings.staff_session_hours),
        )
        self._attending = Attending(self._database, self._staff_words)
        self._signing_on = SigningOn(
            self._database,
            self._accounts,
            roles_from_provider=self.provider is not None and self.provider.gives_roles,
        )
        self._tasks.append(asyncio.create_task(keep_giving_back(self._accounts, self._attending)))
        if not await self._prepared():
            self._tasks.append(asyncio.create_task(self._keep_preparing()))
        self._tasks.append(asyncio.create_task(self._load_model()))
        self._tasks.append(
            asyncio.create_task(self.database.listen(self.hub.announce, self.hub.announce_all))
        )
        if settings.worker:
            texts = build_texts(settings, self.database, self.clock, self.texts_api)
            retention = Retention(self.database, self.clock, self.recordings)
            self._tasks.append(asyncio.create_task(work(self.database, texts, retention=retention)))

    async def close(self) -> None:
        """Ends what runs in the background, the model and the database."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._desk is not None:
            await self._desk.close()
        await self.model.close()
        if self.texts_api is not None:
            await self.texts_api.close()
        if self._database is not None:
            await self._database.close()
        await asyncio.to_thread(trace_to, "")

    @property
    def database(self) -> Database:
        """The database, prepared or not. Unavailable before `open`."""
        if self._database is None:
            raise Unavailable(self._waiting_for)
        return self._database

    @property
    def desk(self) -> Desk:
        """The receptionist. Unavailable, with the reason, until the database is prepared."""
        if self._desk is None:
            raise Unavailable(self._waiting_for)
        return self._desk

    @property
    def accounts(self) -> Accounts:
        """Who of the practice may see the dashboard. Unavailable before `open`."""
        if self._accounts is None:
            raise Unavailable(self._waiting_for)
        return self._accounts

    @property
    def signing_on(self) -> SigningOn:
        """How who signed on at the provider gets in. Unavailable before `open`."""
        if self._signing_on is None:
            raise Unavailable(self._waiting_for)
        return self._signing_on

    @property
    def attending(self) -> Attending:
        """How staff take conversations over. Unavailable before `open`."""
        if self._attending is None:
            raise Unavailable(self._waiting_for)
        return self._attending

    async def ready(self) -> None:
        """Returns when a conversation can start, else raises a ReceptionError with one line."""
        if self._desk is None:
            raise Unavailable(self._waiting_for)
        await self.database.check()
        await self.practice()
        try:
            async with asyncio.timeout(MODEL_PATIENCE):
                await self.model.ready()
        except TimeoutError:
            raise Unavailable("The model is still loading") from None

    async def open_for_all(self) -> None:
        """Returns when people may be sent here: since it was `ready` once. Until then raises what that does.

        What is away later is away for every process: they must be reached to say so, and what to do instead.
        """
        if not self._opened:
            await self.ready()
            self._opened = True

    async def practice(self, called_number: str = "") -> Practice:
        """The practice with that number, else the default or only one.

        NotFound for a number that is nobody's where there are several; Unavailable when there is none.
        """
        async with self.database.look_up() as store:
            found = await store.practice_called(called_number, self.settings.practice)
            if found is None and called_number and await store.practice() is not None:
                raise NotFound("No practice has this number.")
            found = found or await store.practice(self.settings.practice or None)
        if found is None:
            raise Unavailable(
                "There is no practice yet: run `reception practice new` or `reception practice load FILE`"
            )
        self._practices[called_number] = found
        return found

    def known_practice(self, called_number: str = "") -> Practice | None:
        """The practice as last seen: what can still be said of it while the database is away."""
        return self._practices.get(called_number) or next(iter(self._practices.values()), None)

    async def _prepared(self) -> bool:
        """One attempt at migrating, loading a practice and setting up the desk; False when away."""
        try:
            await self._prepare()
        except Unavailable as error:
            if str(error) != self._waiting_for:
                log.warning("database_away", reason=str(error))
            self._waiting_for = str(error)
            return False
        return True

    async def _prepare(self) -> None:
        if self.settings.migrate:
            await self.database.migrate()
        await self.database.check()
        await check_role(self.settings, self.database)
        async with self.database.look_up() as store:
            await store.decrypt_something()
        await self._load_practice()
        self._desk = Desk(
            self.database,
            self.understander,
            self.wordings,
            self.clock,
            self.settings.practice,
            self.notices,
            self.ask_by_text,
            limited=self.settings.rate_limit > 0,
            admission=self.admission,
        )
        log.info("desk_open")

    async def _keep_preparing(self) -> None:
        while True:
            await asyncio.sleep(RETRY)
            try:
                if await self._prepared():
                    return
            except ReceptionError as error:
                self._waiting_for = str(error).splitlines()[0]
                log.error("not_prepared", reason=self._waiting_for)

    async def _load_practice(self) -> None:
        """The practice file of the settings; or the demo practice, where nobody could take it for real."""
        file = self.settings.practice_file
        with everywhere():
            async with self.database.transaction() as store:
                real = self.settings.env == "production" or not self.settings.demo
                if file is None and (real or await store.practice() is not None):
                    return
                pinned = self.settings.now
                read = read_practice_file(file or DEMO_PRACTICE, pinned.date() if pinned else None)
                await load_practice(store, read)

    async def _load_model(self) -> None:
        try:
            await self.model.ready()
        except ReceptionError as error:
            log.error("model_not_ready", reason=str(error))
        except Exception as error:  # a task's error is seen by nobody else
            log.error("model_failed", error=type(error).__name__, where=where(error))


def read_wordings(folder: Path) -> Mapping[str, Wording]:
    """Language → the desk's sentences, one per folder that has a `desk.yaml`."""
    if not folder.is_dir():
        raise MisconfiguredError(f"RECEPTION_PROMPTS_DIR: {folder} is no folder")
    wordings = {each.parent.name: Wording(each.parent) for each in sorted(folder.glob("*/desk.yaml"))}
    if not wordings:
        raise MisconfiguredError(f"RECEPTION_PROMPTS_DIR: {folder} has no <language>/desk.yaml")
    return wordings
