"""The way from nothing to a first test call: one page a step, each of which fills the draft."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.params import FromPath

from reception.channels.given import GivenService
from reception.channels.proxies import public_base
from reception.dashboard.rendering import Flash, page, part, redirect
from reception.dashboard.settings.changing import entries, group_entry, with_groups
from reception.dashboard.settings.fields import DAY_NAMES, number
from reception.dashboard.settings.pages import TO_MEND
from reception.dashboard.settings.sections import BY_NAME, Group
from reception.dashboard.settings.view import View, view, view_of
from reception.database.records import Account
from reception.drafts import Drafts
from reception.errors import NotFound
from reception.service import Service
from reception.staff.access import Me, Received, admins_only, form_fields
from reception.staff.audit import did

HOME = "/staff/setup"
#: Rows that are offered for doctors and kinds of visit, and how many of them are empty at least.
ROWS, EMPTY = 4, 2
_FIRST = ("name", "phone", "time_zone", "address", "emergency_number", "transfer_number")

Rows = list[Mapping[str, Any]]


@dataclass(frozen=True)
class Step:
    """A page of the path; `keys` are the parts of the practice file that it fills."""

    name: str
    title: str
    intro: str
    keys: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()


def _first_fields() -> Group:
    [group] = BY_NAME["practice"].groups
    fields = {one.name: one for one in group.fields}
    return Group(group.key, "", tuple(fields[name] for name in _FIRST))


STEPS = (
    Step(
        "practice",
        "Your practice",
        "Three things must be right: the name, the number patients call, and the time zone.",
        ("practice",),
        (_first_fields(),),
    ),
    Step(
        "hours",
        "When are you open?",
        "Holidays and exceptions can be added later.",
        ("opening_hours",),
        BY_NAME["hours"].groups,
    ),
    Step(
        "doctors",
        "Who is booked?",
        "Doctors, nurses, therapists: everybody with a calendar.",
        ("practitioners",),
    ),
    Step("visits", "What do patients book?", "Some usual ones to begin with.", ("appointment_types",)),
    Step("try", "Talk to your desk", "Book something as a patient would. Nothing of it is real."),
    Step("phone", "The telephone", "Point your number at the desk, and call it."),
)
_BY_NAME = {one.name: one for one in STEPS}


@get("/setup", guards=[admins_only])
async def first(request: Received) -> Any:
    """The path begins with the practice."""
    return redirect(request, f"{HOME}/{STEPS[0].name}")


@get("/setup/{name:str}", guards=[admins_only])
async def step(request: Received, name: FromPath[str], me: Me, service: GivenService) -> Any:
    """One step, filled with what the draft has."""
    chosen = _step(name)
    seen = await view_of(service, me)
    reached = await _reached(service, me) if chosen.name == "phone" else None
    place = STEPS.index(chosen)
    return await page(
        request,
        "settings/setup.html",
        here="settings",
        view=seen,
        steps=STEPS,
        step=chosen,
        number=place + 1,
        before=STEPS[place - 1].name if place else "",
        groups=[(group, group_entry(seen.settings, group)) for group in chosen.groups],
        rows=_rows(seen, chosen),
        days=DAY_NAMES,
        base=public_base(request, service.settings),
        carrier=bool(service.settings.twilio_account_sid),
        public=service.settings.public_url.startswith("https://"),
        call=reached,
    )


@post("/setup/{name:str}", guards=[admins_only])
async def save(request: Received, name: FromPath[str], me: Me, service: GivenService) -> Any:
    """Keeps the step in the draft; goes on when it is right, and opens the desk at the last one but one."""
    chosen, sent = _step(name), await form_fields(request)
    following = STEPS[min(STEPS.index(chosen) + 1, len(STEPS) - 1)].name
    if chosen.name == "try":
        return await _open(request, me, service, following)
    async with service.database.transaction() as store:
        seen = await view(store, me)
        settings = _filled(seen, chosen, sent)
        wrong = await Drafts(store, me.practice_id, me.id).save(settings)
    if any(one.path[:1] in [(key,) for key in chosen.keys] for one in wrong):
        return redirect(request, f"{HOME}/{chosen.name}", flash=Flash(TO_MEND, "bad"))
    return redirect(request, f"{HOME}/{following}")


@get("/setup/phone/call", guards=[admins_only])
async def first_call(request: Received, me: Me, service: GivenService) -> Any:
    """Whether a call has come, again."""
    return part(request, "settings/first_call.html", call=await _reached(service, me))


async def _open(request: Received, me: Account, service: Service, following: str) -> Any:
    async with service.database.transaction() as store:
        seen = await view(store, me)
        if seen.begun:
            number = await Drafts(store, me.practice_id, me.id).publish("set up")
            details = {"version": number}
            await did(store, me, "settings_published", "practice", me.practice_id, details=details)
    return redirect(request, f"{HOME}/{following}", flash=Flash("Your desk is open."))


async def _reached(service: Service, me: Account) -> Any:
    async with service.database.transaction() as store:
        found = await store.latest_call(me.practice_id)
        practice = await store.practice_by_id(me.practice_id)
    if found is None or practice is None:
        return None
    return found[0], found[1].astimezone(practice.time_zone)


def _filled(seen: View, chosen: Step, sent: Mapping[str, str]) -> Mapping[str, Any]:
    if chosen.groups:
        return with_groups(seen.settings, chosen.groups, sent)
    [key] = chosen.keys
    read = _READ[key]
    old = entries(seen.settings, key)
    given = [read(dict(old[row]) if row < len(old) else {}, sent, f"{row}.") for row in _numbers(sent)]
    return {**copy.deepcopy(dict(seen.settings)), key: [one for one in given if one.get("name")]}


def _numbers(sent: Mapping[str, str]) -> list[int]:
    rows = {name.partition(".")[0] for name in sent}
    return sorted(int(one) for one in rows if one.isdecimal() and len(one) < 4)


def _doctor(entry: dict[str, Any], sent: Mapping[str, str], row: str) -> dict[str, Any]:
    entry |= {key: sent.get(f"{row}{key}", "").strip() for key in ("name", "specialty")}
    return entry | {"accepts_new_patients": f"{row}accepts_new_patients" in sent}


def _visit(entry: dict[str, Any], sent: Mapping[str, str], row: str) -> dict[str, Any]:
    entry |= {
        "name": sent.get(f"{row}name", "").strip(),
        "minutes": number(sent.get(f"{row}minutes", "").strip()),
    }
    return entry | {"new_patients": f"{row}new_patients" in sent}


_READ: Mapping[str, Callable[[dict[str, Any], Mapping[str, str], str], dict[str, Any]]] = {
    "practitioners": _doctor,
    "appointment_types": _visit,
}


def _rows(seen: View, chosen: Step) -> Rows:
    """The entries there are, and empty ones to fill."""
    if chosen.groups or not chosen.keys:
        return []
    found = entries(seen.settings, chosen.keys[0])
    return [*found, *([{}] * max(EMPTY, ROWS - len(found)))]


def _step(name: str) -> Step:
    if name not in _BY_NAME:
        raise NotFound("There is no such step.")
    return _BY_NAME[name]


handlers = [first, step, save, first_call]
