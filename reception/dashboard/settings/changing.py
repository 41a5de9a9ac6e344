"""Changes to settings as plain data: an entry read from a form, one added, removed, or given another name."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from reception.dashboard.settings.fields import Field
from reception.dashboard.settings.sections import Group, Listed, Section

Settings = Mapping[str, Any]


def group_entry(settings: Settings, group: Group) -> Mapping[str, Any]:
    """The entry that a group's form shows."""
    entry = settings.get(group.key) if group.key else settings
    return entry if isinstance(entry, Mapping) else {}


def entries(settings: Settings, key: str) -> list[Mapping[str, Any]]:
    """The entries of a list."""
    found = settings.get(key)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list | tuple) else []


def fields_of(settings: Settings, fields: Iterable[Field]) -> tuple[Field, ...]:
    """The fields, where they offer doctors to choose from with those there are."""
    names = tuple(str(one.get("name") or "") for one in entries(settings, "practitioners"))
    offered = tuple((name, name) for name in names if name)
    return tuple(
        replace(one, options=offered) if one.kind == "some" and not one.options else one for one in fields
    )


def with_groups(settings: Settings, groups: Iterable[Group], sent: Mapping[str, str]) -> dict[str, Any]:
    """The settings with what the forms of these groups say."""
    changed = copy.deepcopy(dict(settings))
    for group in groups:
        new = _filled(group_entry(settings, group), group.fields, sent, group.key)
        changed = {**changed, group.key: new} if group.key else new
    return changed


def with_entry(
    settings: Settings, held: Settings, listed: Listed, index: int | None, sent: Mapping[str, str]
) -> dict[str, Any]:
    """The settings with one entry of a list as its form says; without an index it is added.

    Whoever has appointments keeps them under another name: `held` are the settings that hold.
    """
    changed, all_entries = copy.deepcopy(dict(settings)), entries(settings, listed.key)
    old = all_entries[index] if index is not None else {}
    new = _filled(old, fields_of(settings, listed.fields), sent, listed.key)
    if listed.renames:
        new = _renamed(old, new, held, listed.key)
        if listed.key == "practitioners":
            changed["appointment_types"] = _offered_under(changed, str(old.get("name")), str(new.get("name")))
    place = len(all_entries) if index is None else index
    changed[listed.key] = [*all_entries[:place], new, *all_entries[place + 1 :]]
    return changed


def without_entry(settings: Settings, listed: Listed, index: int) -> dict[str, Any]:
    """The settings without one entry of a list.

    A kind of visit that only a doctor offered who is removed is left with nobody, and marked for that.
    """
    changed, all_entries = copy.deepcopy(dict(settings)), entries(settings, listed.key)
    gone = str(all_entries[index].get("name"))
    changed[listed.key] = all_entries[:index] + all_entries[index + 1 :]
    if listed.key == "practitioners":
        changed["appointment_types"] = [
            {**one, "practitioners": [name for name in one["practitioners"] if name != gone]}
            if one.get("practitioners")
            else one
            for one in entries(changed, "appointment_types")
        ]
    return changed


def mark_of(settings: Settings, section: Section) -> str:
    """Stands for what a page showed of the settings: another one means that somebody changed it since."""
    keys = sorted(
        {key for group in section.groups for key in group.keys} | {one.key for one in section.lists}
    )
    text = json.dumps({key: settings.get(key) for key in keys}, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _filled(
    old: Mapping[str, Any], fields: Iterable[Field], sent: Mapping[str, str], at: str
) -> dict[str, Any]:
    new = copy.deepcopy(dict(old))
    for field in fields:
        for key in field.filled():
            new.pop(key, None)
        read = field.read(sent, at)
        if field.kind == "week" and not read[field.name]:
            continue  # no hours at all: then those of the doctors alone count
        new.update(read)
    return new


def _renamed(old: Mapping[str, Any], new: dict[str, Any], held: Settings, key: str) -> dict[str, Any]:
    """The entry, remembering the name under which its appointments were made."""
    known = {_first_name(one) for one in entries(held, key)}
    first = _first_name(old)
    new.pop("formerly", None)
    if first in known and first != str(new.get("name", "")).casefold():
        new["formerly"] = old.get("formerly") or old.get("name")
    return new


def _first_name(entry: Mapping[str, Any]) -> str:
    return str(entry.get("formerly") or entry.get("name") or "").casefold()


def _offered_under(settings: Settings, old: str, new: str) -> list[Mapping[str, Any]]:
    """The kinds of visits, offered by the doctor under the new name."""
    return [
        {**one, "practitioners": [new if name == old else name for name in one["practitioners"]]}
        if one.get("practitioners")
        else one
        for one in entries(settings, "appointment_types")
    ]
