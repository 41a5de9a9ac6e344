"""Commands for what is in the database: practices, takeover, migration, export."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reception.commands import read_settings
from reception.errors import NotFound
from reception.settings import Settings

if TYPE_CHECKING:
    from reception.database.connection import Database
    from reception.database.load import ImportReport
    from reception.database.store import Store
    from reception.practice import Practice
    from reception.takeover import Kind

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_slug = click.option("--practice", "slug", default="", help="The practice's slug, where there are several.")
_dry_run = click.option("--dry-run", is_flag=True, help="Only tell what would be taken, and what not.")


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The migrated database, every practice of it; an embedded server of a running service is shared."""
    from reception.database.connection import Database
    from reception.database.fence import everywhere

    database = await Database.of(settings)
    try:
        await database.migrate()
        with everywhere():
            yield database
    finally:
        await database.close()


async def the_practice(store: Store, slug: str) -> Practice:
    """The practice of that slug, or the only one. NotFound says how to load one."""
    practice = await store.practice(slug or None)
    if practice is None:
        raise NotFound("There is no such practice; load one with `reception practice load FILE`.")
    return practice


@click.command(epilog="Example: reception migrate")
def migrate() -> None:
    """Brings the database to the current schema, and encrypts what an earlier version did not."""
    settings = read_settings()

    from reception.reencrypting import encrypt_plain

    async def work() -> int:
        async with open_database(settings) as database:  # opening it has migrated it
            return await encrypt_plain(database)

    rows = asyncio.run(work())
    click.echo("The database has the current schema.")
    if rows:
        click.echo(f"{rows} rows of an earlier version were encrypted.")


@click.command(epilog="Example: reception export > export.json")
def export() -> None:
    """Writes all appointments, requests and conversations as JSON on stdout; also while the service runs."""
    settings = read_settings()
    from reception.database.export import export as collect

    async def work() -> dict[str, Any]:
        async with open_database(settings) as database, database.transaction(snapshot=True) as store:
            return await collect(store)

    click.echo(json.dumps(asyncio.run(work()), ensure_ascii=False, indent=2))


@click.group("practice", epilog="Example: reception practice load data/practice.example.yaml")
def practice_group() -> None:
    """The practice the desk answers for."""


@practice_group.command("load", epilog="Example: reception practice load data/practice.example.yaml")
@click.argument("file", type=_FILE)
def load(file: Path) -> None:
    """Loads or updates a practice from a YAML file; repeating it changes nothing and removes nothing."""
    settings = read_settings()
    from reception.database.load import LoadReport, load_practice
    from reception.practice_file import read_practice_file

    practice_file = read_practice_file(file, _today(settings))

    async def work() -> LoadReport:
        async with open_database(settings) as database:
            return await database.run(lambda store: load_practice(store, practice_file))

    report = asyncio.run(work())
    click.echo(f"{report.practice.name} ({report.practice.slug}): settings {report.settings}.")
    _tell("Patients", report.patients)
    _tell("Appointments", report.appointments)


@practice_group.command(
    "new", epilog='Example: reception practice new "Harbor Clinic" --phone "+1 212 555 0100"'
)
@click.argument("name")
@click.option("--phone", required=True, help="The number patients call, with its country code.")
@click.option("--zone", "time_zone", default="America/New_York", show_default=True, help="Its time zone.")
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="Where the service is.")
def new(name: str, phone: str, time_zone: str, url: str) -> None:
    """Adds a practice that is not set up yet, and shows the link with which its first admin does that."""
    settings = read_settings()
    from reception.founding import found_practice
    from reception.staff.accounts import Accounts

    async def work() -> tuple[Practice, str | None]:
        async with open_database(settings) as database:
            practice = await database.run(lambda store: found_practice(store, name, phone, time_zone))
            idle = timedelta(minutes=settings.staff_idle_minutes)
            accounts = Accounts(database, idle=idle, longest=timedelta(hours=settings.staff_session_hours))
            return practice, await accounts.setup_token(practice.id)

    practice, token = asyncio.run(work())
    click.echo(
        f"{practice.name} ({practice.slug}): its desk is off until you have set it up, here, within the hour:"
    )
    click.echo(f"{settings.staff_base or url.rstrip('/')}/staff/join/{token}")


@practice_group.command("export", epilog="Example: reception practice export > practice.yaml")
@_slug
def export_settings(slug: str) -> None:
    """Writes a practice's settings as they are now, as a practice file without patients and appointments."""
    settings = read_settings()
    from reception.practice_file import settings_yaml

    async def work() -> dict[str, Any]:
        async with open_database(settings) as database, database.transaction(snapshot=True) as store:
            practice = await the_practice(store, slug or settings.practice)
            return await store.settings_of(practice.id)

    click.echo(settings_yaml(asyncio.run(work())), nl=False)


@click.group("import", epilog="Example: reception import patients patients.csv")
def import_group() -> None:
    """Takes over existing patients and appointments from CSV files."""


@import_group.command("patients", epilog="Example: reception import patients patients.csv --dry-run")
@click.argument("file", type=_FILE)
@_slug
@_dry_run
def patients(file: Path, slug: str, dry_run: bool) -> None:
    """Takes over patients: name, date_of_birth, phone, email, insurance.

    Repeating it changes nothing. A line that can't be taken is reported; the others are taken all the same.
    """
    settings = read_settings()
    from reception.csv_import import read_csv_text

    text = read_csv_text(file)
    _finish("Patients", asyncio.run(_import(settings, slug, "patients", text, dry_run)), dry_run)


@import_group.command("appointments", epilog="Example: reception import appointments calendar.csv")
@click.argument("file", type=_FILE)
@_slug
@_dry_run
def appointments(file: Path, slug: str, dry_run: bool) -> None:
    """Takes over a calendar: patient, practitioner, appointment_type, start, date_of_birth, reason.

    Repeating it changes nothing. A line that can't be taken is reported; the others are taken all the same.
    """
    settings = read_settings()
    from reception.csv_import import read_csv_text

    text = read_csv_text(file)
    _finish("Appointments", asyncio.run(_import(settings, slug, "appointments", text, dry_run)), dry_run)


async def _import(settings: Settings, slug: str, kind: Kind, text: str, dry_run: bool) -> ImportReport:
    from reception.takeover import TakeOver

    async with open_database(settings) as database:
        async with database.transaction() as store:
            practice = await the_practice(store, slug or settings.practice)
        return await TakeOver(database, practice, kind, _today(settings)).run(text, dry=dry_run)


def _tell(what: str, report: ImportReport) -> None:
    click.echo(
        f"{what}: {report.added} added, {report.changed} changed, {report.unchanged} unchanged, "
        f"{len(report.refused)} refused."
    )
    for one in sorted(report.refused, key=lambda one: one.line):
        click.echo(f"  line {one.line}: {one.reason}", err=True)


def _finish(what: str, report: ImportReport, dry_run: bool) -> None:
    """Tells the report; a line refused is a failure to the shell, after the others were taken."""
    if dry_run:
        click.echo("A dry run: nothing was changed. It would be:")
    _tell(what, report)
    if report.refused:
        raise click.exceptions.Exit(1)


def _today(settings: Settings) -> date | None:
    """The pinned clock's day, against which birth dates are checked; None means the real one."""
    return settings.now.date() if settings.now else None
