"""Settings as forms: every section of the practice file, kept in the draft until that is published."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from litestar import get, post
from litestar.params import FromPath

from reception.channels.given import GivenService
from reception.dashboard.rendering import Flash, redirect
from reception.dashboard.settings.changing import (
    entries,
    fields_of,
    group_entry,
    mark_of,
    with_entry,
    with_groups,
    without_entry,
)
from reception.dashboard.settings.sections import BY_NAME, Listed, Section
from reception.dashboard.settings.view import View, settings_page, view, view_of
from reception.database.records import Account
from reception.drafts import Drafts
from reception.errors import NotFound, Taken
from reception.service import Service
from reception.staff.access import Me, Received, admins_only, form_fields

HOME = "/staff/settings"
MEANWHILE = "Somebody changed this meanwhile. Nothing of yours was saved: look at it again, then change it."
KEPT, TO_MEND = "Kept in the draft.", "Kept in the draft; please correct what is marked."


@get("/settings", guards=[admins_only])
async def first(request: Received) -> Any:
    """Settings begin with the practice itself."""
    return redirect(request, f"{HOME}/practice")


@get("/settings/{section:str}", guards=[admins_only])
async def one_section(request: Received, section: FromPath[str], me: Me, service: GivenService) -> Any:
    """A section: its forms, and the entries of its list."""
    chosen = _section(section)
    seen = await view_of(service, me)
    return await settings_page(
        request,
        seen,
        "section.html",
        at=chosen.name,
        section=chosen,
        groups=[(group, group_entry(seen.settings, group)) for group in chosen.groups],
        lists=[(listed, entries(seen.settings, listed.key)) for listed in chosen.lists],
        mark=mark_of(seen.settings, chosen),
        sayings=seen.preview(service).of(chosen.name) if not seen.wrong else [],
    )


@post("/settings/{section:str}", guards=[admins_only])
async def save_section(request: Received, section: FromPath[str], me: Me, service: GivenService) -> Any:
    """Keeps the section's forms in the draft, right or wrong."""
    chosen, sent = _section(section), await form_fields(request)
    wrong = await save(
        service, me, chosen, sent, lambda seen: with_groups(seen.settings, chosen.groups, sent)
    )
    return redirect(request, f"{HOME}/{chosen.name}", flash=_kept(wrong))


@get("/settings/{section:str}/new", guards=[admins_only])
async def new_entry(request: Received, section: FromPath[str], me: Me, service: GivenService) -> Any:
    """An empty form for another entry."""
    chosen, listed = _list(section)
    return await _entry_page(request, await view_of(service, me), chosen, listed, None)


@get("/settings/{section:str}/{index:int}", guards=[admins_only])
async def one_entry(
    request: Received, section: FromPath[str], index: FromPath[int], me: Me, service: GivenService
) -> Any:
    """The form of one entry of the section's list."""
    chosen, listed = _list(section)
    seen = await view_of(service, me)
    _entry(seen.settings, listed, index)
    return await _entry_page(request, seen, chosen, listed, index)


@post("/settings/{section:str}/new", guards=[admins_only])
async def add_entry(request: Received, section: FromPath[str], me: Me, service: GivenService) -> Any:
    """Adds an entry to the draft."""
    (chosen, listed), sent = _list(section), await form_fields(request)
    places: list[int] = []

    def changed(seen: View) -> dict[str, Any]:
        places.append(len(entries(seen.settings, listed.key)))
        return with_entry(seen.settings, seen.held, listed, None, sent)

    wrong = await save(service, me, chosen, sent, changed, listed)
    return redirect(request, _after(chosen, wrong, places[0]), flash=_kept(wrong))


@post("/settings/{section:str}/{index:int}", guards=[admins_only])
async def save_entry(
    request: Received, section: FromPath[str], index: FromPath[int], me: Me, service: GivenService
) -> Any:
    """Keeps an entry in the draft."""
    (chosen, listed), sent = _list(section), await form_fields(request)

    def changed(seen: View) -> dict[str, Any]:
        _entry(seen.settings, listed, index)
        return with_entry(seen.settings, seen.held, listed, index, sent)

    wrong = await save(service, me, chosen, sent, changed, listed, index)
    return redirect(request, _after(chosen, wrong, index), flash=_kept(wrong))


@post("/settings/{section:str}/{index:int}/remove", guards=[admins_only])
async def remove_entry(
    request: Received, section: FromPath[str], index: FromPath[int], me: Me, service: GivenService
) -> Any:
    """Takes an entry out of the draft."""
    (chosen, listed), sent = _list(section), await form_fields(request)

    def changed(seen: View) -> dict[str, Any]:
        _entry(seen.settings, listed, index)
        return without_entry(seen.settings, listed, index)

    await save(service, me, chosen, sent, changed)
    flash = Flash("Taken out of the draft; its appointments stay as they are.")
    return redirect(request, f"{HOME}/{chosen.name}", flash=flash)


async def save(
    service: Service,
    me: Account,
    section: Section,
    sent: Mapping[str, str],
    changed: Callable[[View], Mapping[str, Any]],
    listed: Listed | None = None,
    index: int | None = None,
) -> bool:
    """Keeps changed settings in the draft; whether something in the section (or that entry) is wrong.

    Taken when the section is not any more what the form was made from (its field `mark`).
    """
    async with service.database.transaction() as store:
        await Drafts(store, me.practice_id, me.id).lock()
        seen = await view(store, me)
        if sent.get("mark") != mark_of(seen.settings, section):
            raise Taken(MEANWHILE)
        new = changed(seen)
        drafts = Drafts(store, me.practice_id, me.id)
        if new == seen.held:
            await drafts.discard()
            return False
        wrong = await drafts.save(new)
    place = (listed.key, len(entries(new, listed.key)) - 1 if index is None else index) if listed else ()
    return any(one.path[: len(place)] == place if place else section.holds(one.path) for one in wrong)


async def _entry_page(
    request: Received, seen: View, section: Section, listed: Listed, index: int | None
) -> Any:
    found = entries(seen.settings, listed.key)
    return await settings_page(
        request,
        seen,
        "entry.html",
        at=section.name,
        section=section,
        listed=listed,
        fields_shown=fields_of(seen.settings, listed.fields),
        entry=_blank(listed) if index is None else found[index],
        index=index,
        mark=mark_of(seen.settings, section),
    )


def _blank(listed: Listed) -> Mapping[str, Any]:
    """What a new entry begins with: boxes that are usually ticked are ticked."""
    return {one.name: True for one in listed.fields if one.kind == "check"}


def _entry(settings: Mapping[str, Any], listed: Listed, index: int) -> Mapping[str, Any]:
    found = entries(settings, listed.key)
    if not 0 <= index < len(found):
        raise NotFound("This is not in the draft any more.")
    return found[index]


def _section(name: str) -> Section:
    if name not in BY_NAME:
        raise NotFound("There is no such section.")
    return BY_NAME[name]


def _list(name: str) -> tuple[Section, Listed]:
    section = _section(name)
    if not section.lists:
        raise NotFound("This section has no list.")
    return section, section.lists[0]


def _after(section: Section, wrong: bool, index: int) -> str:
    """Back to the list; to the form again while something in it is marked."""
    return f"{HOME}/{section.name}/{index}" if wrong else f"{HOME}/{section.name}"


def _kept(wrong: bool) -> Flash:
    return Flash(TO_MEND, "bad") if wrong else Flash(KEPT)


handlers = [first, one_section, save_section, new_entry, one_entry, add_entry, save_entry, remove_entry]
