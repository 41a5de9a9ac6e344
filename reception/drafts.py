"""A practice's settings before they hold: a draft, checked, tried on a copy, published, taken back."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import ValidationError

from reception.database.load import import_patients, merged_settings
from reception.database.records import Draft
from reception.database.store import Store
from reception.errors import Invalid, NotFound
from reception.practice import AppointmentType, Practice, Practitioner
from reception.practice_checks import Wrong, setting_problems
from reception.practice_entries import PatientEntry
from reception.practice_file import practice_from_json, whole_if_right, whole_settings
from reception.scheduling.contradictions import Contradiction, contradictions

#: Who can be given as the patient of a trial chat. Without a number: nothing is sent to anybody.
TRIAL_PATIENTS = (
    PatientEntry.model_validate({"name": "Robin Example", "date_of_birth": "1980-03-14"}),
    PatientEntry.model_validate({"name": "Kim Sample", "date_of_birth": "2015-09-01"}),
)


class Changed(Invalid):
    """Somebody else has published other settings since the draft was begun."""

    status = 409
    title = "Changed meanwhile"


@dataclass(frozen=True)
class Drafts:
    """The settings of one practice, within one transaction; `staff_id` is whoever changes them."""

    store: Store
    practice_id: UUID
    staff_id: UUID | None

    async def current(self) -> Draft:
        """The draft; where there is none, one that says what holds."""
        found = await self.store.draft(self.practice_id)
        if found is not None:
            return found
        settings = await self.store.settings_of(self.practice_id)
        version = await self.store.latest_version(self.practice_id)
        return Draft(settings, version, None, datetime.now().astimezone())

    async def save(self, settings: Mapping[str, Any]) -> list[Wrong]:
        """Keeps the draft, right or wrong; what is wrong with it. The slug, by which all is found, stays."""
        known = await self.current()
        kept = dict(settings)
        if isinstance(kept.get("practice"), Mapping):
            kept["practice"] = {**kept["practice"], "slug": known.settings["practice"]["slug"]}
        await self.store.save_draft(self.practice_id, kept, known.based_on, self.staff_id)
        return setting_problems(kept)

    async def discard(self) -> None:
        """Forgets the draft."""
        await self.store.drop_draft(self.practice_id)

    async def contradicted(self, now: datetime) -> list[Contradiction]:
        """The appointments that the draft would contradict. Invalid while something in it is wrong."""
        practice = practice_from_json(_whole((await self.current()).settings))
        return list(contradictions(practice, await self.store.booked_after(self.practice_id, now), now))

    async def publish(self, note: str = "") -> int:
        """Makes the draft hold; the number of the version.

        Changed when other settings hold than those it began with, Invalid while something in it is wrong.
        """
        draft = await self.store.draft(self.practice_id)
        if draft is None:
            raise NotFound("There is no draft to publish")
        if draft.based_on != await self.lock():
            raise Changed(
                "Other settings were published since this draft was begun: look at them, then begin anew."
            )
        return await self._hold(draft.settings, note)

    async def rebase(self) -> None:
        """Puts the draft upon the settings that hold: its own changes stay, others' are taken over.

        Where both changed the same setting, the draft's stands. NotFound without a draft.
        """
        draft = await self.store.draft(self.practice_id)
        if draft is None:
            raise NotFound("There is no draft")
        latest = await self.lock()
        begun = {one.number: one.settings for one in await self.store.versions(self.practice_id)}
        holds = await self.store.settings_of(self.practice_id)
        before = begun.get(draft.based_on, holds)
        settings = merged_settings(*map(whole_if_right, (holds, before, draft.settings)))
        await self.store.save_draft(self.practice_id, settings, latest, draft.staff_id)

    async def undo(self, number: int) -> int:
        """Makes an earlier version hold again, as a new one. NotFound without such a version."""
        await self.lock()
        for one in await self.store.versions(self.practice_id):
            if one.number == number:
                return await self._hold(one.settings, f"back to version {number}")
        raise NotFound("There is no such version")

    async def answer(self, mode: Literal["on", "off", "after_hours"]) -> int:
        """Switches the desk on, off, or on after hours alone, at once; a draft goes on from there."""
        held = await self.lock()
        settings = await self.store.settings_of(self.practice_id)
        number = await self._publish(_answering(settings, mode), f"desk {mode.replace('_', ' ')}")
        draft = await self.store.draft(self.practice_id)
        if draft is not None and draft.based_on == held:
            await self.store.save_draft(
                self.practice_id, _answering(draft.settings, mode), number, draft.staff_id
            )
        return number

    async def trial(self, today: date) -> Practice:
        """The practice's copy, with the draft's settings, two invented patients and an empty calendar.

        Nobody reaches it but by its slug; nothing done there is in an export or sent to anyone.
        """
        settings = (await self.current()).settings
        slug = await self.store.trial_slug(self.practice_id)
        own = {
            **settings,
            "practice": {
                **settings["practice"],
                "slug": slug or f"trial-{secrets.token_hex(16)}",
                "answering": "on",  # whoever tries it wants to hear it
            },
        }
        own = _whole(own)
        practice = practice_from_json(own)
        if await self.store.add_practice(practice, own):
            await self.store.mark_trial(practice.id, self.practice_id)
        else:
            await self.store.empty_practice(practice.id)
            await self.store.update_practice(practice, own, own)
        await import_patients(self.store, practice.id, TRIAL_PATIENTS)
        return practice

    async def lock(self) -> int:
        """The version that holds; nobody else publishes one until this transaction ends."""
        settings = await self.store.settings_of(self.practice_id)
        await self.store.practice_settings(settings["practice"]["slug"])
        return await self.store.latest_version(self.practice_id)

    async def _hold(self, settings: Mapping[str, Any], note: str) -> int:
        number = await self._publish(settings, note)
        await self.store.drop_draft(self.practice_id)
        return number

    async def _publish(self, settings: Mapping[str, Any], note: str) -> int:
        settings = _whole(settings)
        practice = practice_from_json(settings)
        found = await self.store.practice_settings(practice.slug)
        if found is None or found[0] != self.practice_id:
            raise NotFound("No such practice")
        await self._rename(practice)
        return await self.store.update_practice(practice, settings, found[2], self.staff_id, note)

    async def _rename(self, new: Practice) -> None:
        """Who waits for a doctor or kind of visit that gets another name waits for them by the new one."""
        old = await self.store.practice_by_id(self.practice_id)
        if old is None:
            return
        names = {
            "practitioner": _renamed(old.practitioners, new.practitioners),
            "appointment_type": _renamed(old.appointment_types, new.appointment_types),
        }
        if not any(names.values()):
            return
        for request in await self.store.open_requests(self.practice_id, "waitlist"):
            changed = {
                key: renamed[request.details[key]]
                for key, renamed in names.items()
                if request.details.get(key) in renamed
            }
            if changed:
                await self.store.update_request(request.id, changed)


def _renamed(
    old: Sequence[Practitioner | AppointmentType], new: Sequence[Practitioner | AppointmentType]
) -> dict[str, str]:
    """Old name → new one, of those that have another one now."""
    names = {one.id: one.name for one in new}
    return {one.name: names[one.id] for one in old if names.get(one.id, one.name) != one.name}


def _answering(settings: Mapping[str, Any], mode: str) -> dict[str, Any]:
    return {**settings, "practice": {**settings["practice"], "answering": mode}}


def _whole(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as they are kept. Invalid says how many things are wrong; `Drafts.save` says which."""
    wrong = setting_problems(settings)
    if wrong:
        raise Invalid(f"{len(wrong)} of the settings can't be right yet; they are marked.")
    try:
        return whole_settings(settings)
    except ValidationError:
        raise Invalid("The settings are not whole.") from None
