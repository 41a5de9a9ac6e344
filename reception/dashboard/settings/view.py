"""What all settings pages share: the draft beside what holds, what is wrong in it, and their frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from reception.channels.phone_words import phone_words_of
from reception.dashboard.rendering import page
from reception.dashboard.settings.differences import Difference, differences
from reception.dashboard.settings.fields import DAY_NAMES
from reception.dashboard.settings.plain_words import plainly
from reception.dashboard.settings.preview import Preview
from reception.dashboard.settings.sections import SECTIONS, Section
from reception.database.records import Account, Draft
from reception.database.store import Store
from reception.drafts import Drafts
from reception.messaging.text_words import text_words_of
from reception.own_words import in_own_words
from reception.practice_checks import Wrong, setting_problems
from reception.practice_file import practice_from_json, whole_settings
from reception.practice_yaml import Path
from reception.service import Service
from reception.staff.access import Received


@dataclass(frozen=True)
class View:
    """The settings as an admin sees them: the draft (or what holds, where nobody changes it)."""

    draft: Draft
    held: Mapping[str, Any]
    latest: int
    begun: bool
    names: Mapping[UUID, str]

    @property
    def settings(self) -> Mapping[str, Any]:
        return self.draft.settings

    @cached_property
    def wrong(self) -> list[Wrong]:
        """Everything that can't be right yet."""
        return [plainly(one) for one in setting_problems(self.settings)]

    @cached_property
    def changes(self) -> list[Difference]:
        """What publishing the draft would change."""
        return differences(self.held, self.settings) if self.begun else []

    @property
    def outdated(self) -> bool:
        """Whether other settings hold than those the draft was begun with."""
        return self.begun and self.draft.based_on != self.latest

    def preview(self, service: Service) -> Preview:
        """The desk's words with these settings. ValidationError while something in them is wrong."""
        practice = practice_from_json(whole_settings(self.settings))
        prompts = service.settings.prompts_dir
        language = practice.languages[0] if practice.languages[0] in service.wordings else "en"
        return Preview(
            practice,
            in_own_words(service.wordings[language], practice, language, "desk"),
            phone_words_of(prompts, practice),
            text_words_of(prompts, practice),
            service.clock.now(practice.time_zone),
        )

    def by(self, staff_id: UUID | None) -> str:
        """Who that was, for lists."""
        return "Practice file" if staff_id is None else self.names.get(staff_id, "Somebody who left")

    def wrong_in(self, section: Section) -> list[Wrong]:
        return [one for one in self.wrong if section.holds(one.path)]

    def wrong_at(self, path: Sequence[str | int]) -> list[str]:
        """What is wrong with a value, or with anything in it."""
        return _said(one for one in self.wrong if one.path[: len(path)] == tuple(path))

    def wrong_just_at(self, path: Sequence[str | int]) -> list[str]:
        """What is wrong with an entry as a whole."""
        return _said(one for one in self.wrong if one.path == tuple(path))


def _said(found: Any) -> list[str]:
    words = dict.fromkeys(one.words for one in found)
    return [f"{one[:1].upper()}{one[1:]}." for one in words]


async def view(store: Store, me: Account) -> View:
    """The settings of my practice."""
    drafts = Drafts(store, me.practice_id, me.id)
    begun = await store.draft(me.practice_id) is not None
    draft = await drafts.current()
    held = await store.settings_of(me.practice_id)
    latest = await store.latest_version(me.practice_id)
    names = {one.id: one.name for one in await store.accounts(me.practice_id)}
    return View(draft, held, latest, begun, names)


async def view_of(service: Service, me: Account) -> View:
    """The same, in a transaction of its own."""
    async with service.database.transaction() as store:
        return await view(store, me)


async def settings_page(
    request: Received, seen: View, template: str, *, at: str, status: int = 200, **values: Any
) -> Any:
    """A page of the settings; `at` is its entry in their own navigation."""
    return await page(
        request,
        f"settings/{template}",
        here="settings",
        status=status,
        view=seen,
        sections=SECTIONS,
        days=DAY_NAMES,
        at=at,
        **values,
    )


def place(path: Path) -> str:
    """The name of an input for a place in the settings."""
    return ".".join(map(str, path))
