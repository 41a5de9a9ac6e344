"""Records of versions of a practice's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Version:
    """Settings of a practice that hold or held; `staff_id` is None where a file brought them."""

    number: int
    settings: Mapping[str, Any]
    staff_id: UUID | None
    note: str
    at: datetime


@dataclass(frozen=True)
class Draft:
    """Settings that somebody is changing; `based_on` is the version they began with."""

    settings: Mapping[str, Any]
    based_on: int
    staff_id: UUID | None
    at: datetime


@dataclass(frozen=True)
class Trial:
    """The test chat on a practice's copy, and the settings it was begun with."""

    conversation_id: UUID
    practice_id: UUID
    status: str
    channel: str
    settings: Mapping[str, Any]
