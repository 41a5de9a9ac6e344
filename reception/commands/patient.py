"""Commands about one patient's data: handing it out, and erasing it."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from reception.commands import read_settings
from reception.commands.data import open_database, the_practice
from reception.errors import Invalid, NotFound

if TYPE_CHECKING:
    from reception.database.store import Store
    from reception.erasure import Erased

_who = click.argument("patient")
_born = click.option("--born", type=click.DateTime(["%Y-%m-%d"]), help="The birth date, beside a name.")
_slug = click.option("--practice", "slug", default="", help="The practice's slug, where there are several.")


@click.group("patient", epilog="Example: reception patient export 'Mary Jones' --born 1980-03-03")
def patient_group() -> None:
    """What is kept of one patient, who is named by identifier, or by name and birth date."""


@patient_group.command(
    "export", epilog="Example: reception patient export 'Mary Jones' --born 1980-03-03 > mary.json"
)
@_who
@_born
@_slug
def export_one(patient: str, born: datetime | None, slug: str) -> None:
    """Writes everything that is kept of a patient as JSON on stdout."""
    settings = read_settings()
    from reception.erasure import export_patient

    async def work() -> dict[str, Any]:
        async with open_database(settings) as database, database.transaction(snapshot=True) as store:
            practice = await the_practice(store, slug or settings.practice)
            who = await _find(store, practice.id, patient, born)
            return await export_patient(store, practice.id, who)

    click.echo(json.dumps(asyncio.run(work()), ensure_ascii=False, indent=2))


@patient_group.command("erase", epilog="Example: reception patient erase 'Mary Jones' --born 1980-03-03")
@_who
@_born
@_slug
@click.option("--yes", is_flag=True, help="Don't ask.")
def erase(patient: str, born: datetime | None, slug: str, yes: bool) -> None:
    """Erases a patient from every table for good, coming appointments included.

    What stays: lines of the audit log, which hold identifiers and times only.
    """
    settings = read_settings()
    from reception.erasure import erase as erase_everywhere
    from reception.messaging.twilio_api import twilio_api
    from reception.recordings import Recordings

    async def work() -> Erased:
        async with open_database(settings) as database:
            async with database.transaction() as store:
                practice = await the_practice(store, slug or settings.practice)
                who = await _find(store, practice.id, patient, born)
            if not yes:
                click.confirm("Nothing of this can be brought back. Erase the patient?", abort=True)
            api = twilio_api(settings)
            try:
                return await erase_everywhere(database, Recordings(api), practice.id, who)
            finally:
                if api is not None:
                    await api.close()

    erased = asyncio.run(work())
    click.echo(
        f"Erased, with {erased.appointments} appointments, {erased.requests} requests, "
        f"{erased.conversations} conversations and {erased.texts} texts."
    )


async def _find(store: Store, practice_id: UUID, patient: str, born: datetime | None) -> UUID:
    """The patient's id. NotFound when there is nobody, Invalid when there are several."""
    try:
        return UUID(patient)
    except ValueError:
        pass
    day = born.date() if born else None
    found = await store.patients(practice_id, name=patient, date_of_birth=day)
    if not found:
        raise NotFound("There is nobody of that name and birth date.")
    if len(found) > 1:
        ids = "\n".join(f"  {one.id}" for one in found)
        raise Invalid(f"There are several; say which by identifier, or give --born:\n{ids}")
    return found[0].id
