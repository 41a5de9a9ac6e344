"""Settings as a practice file: downloaded, and uploaded into the draft."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from reception.channels.given import GivenService
from reception.dashboard.rendering import Flash, by_htmx, redirect
from reception.dashboard.settings.pages import HOME
from reception.dashboard.settings.uploads import uploaded
from reception.dashboard.settings.view import settings_page, view_of
from reception.drafts import Drafts
from reception.errors import Invalid, PracticeFileError
from reception.practice_file import parse_practice, settings_yaml, whole_if_right
from reception.staff.access import Me, Received, admins_only

#: Bytes of a practice file: hundreds of doctors and answers.
MOST = 1_000_000


@get("/settings/file", guards=[admins_only])
async def file_page(request: Received, me: Me, service: GivenService) -> Any:
    """The settings as one file, down and up."""
    return await settings_page(request, await view_of(service, me), "file.html", at="file", problems=[])


@get("/settings/practice.yaml", guards=[admins_only])
async def download(me: Me, service: GivenService) -> Response[str]:
    """The settings that hold, as a practice file without patients and appointments."""
    async with service.database.transaction() as store:
        settings = await store.settings_of(me.practice_id)
    named = f'attachment; filename="{settings["practice"]["slug"]}.yaml"'
    return Response(
        settings_yaml(settings), media_type="application/yaml", headers={"Content-Disposition": named}
    )


@post("/settings/file", guards=[admins_only], status_code=200, request_max_body_size=MOST + 10_000)
async def upload(request: Received, me: Me, service: GivenService) -> Any:
    """The file's settings become the draft. What is wrong in it is listed by line, and nothing is changed."""
    sent, _ = await uploaded(request, "file", MOST)
    try:
        read = parse_practice(_text(sent), "The file")
    except (PracticeFileError, Invalid) as error:
        problems = [line.strip() for line in str(error).splitlines()]
        status = 200 if by_htmx(request) else 422  # htmx puts only what went well into the page
        seen = await view_of(service, me)
        return await settings_page(request, seen, "file.html", at="file", status=status, problems=problems)
    async with service.database.transaction() as store:
        drafts = Drafts(store, me.practice_id, me.id)
        held = await store.settings_of(me.practice_id)
        slug = held["practice"]["slug"]
        settings = read.settings()
        settings["practice"]["slug"] = slug
        if settings == whole_if_right(held):
            return redirect(request, f"{HOME}/file", flash=Flash("The file says what is in use already."))
        await drafts.save(settings)
    left = "" if not (read.patients or read.appointments) else " Its patients and appointments were left out."
    return redirect(request, f"{HOME}/review", flash=Flash(f"The file is in the draft now.{left}"))


def _text(sent: bytes) -> str:
    try:
        return sent.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = sent.count(b"\n", 0, error.start) + 1
        raise Invalid(f"line {line}: not UTF-8, expected a text file in UTF-8") from None


handlers = [file_page, download, upload]
