"""Records of accounts, the audit log and guessing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Guesses:
    """Failed identifications: those this caller denied; their different birth dates for one person, and
    everybody's for that person; this caller's for anybody; and those of all who hide their number."""

    denied: int
    of_person: int
    at_person: int
    by_caller: int
    by_hidden: int = 0


@dataclass(frozen=True)
class ChainedLine:
    """A place in a practice's chain, with the line of the audit log that is there; `line` is empty when it
    is gone, and else all of it that is hashed, as text.
    """

    position: int
    audit_id: int
    hash: str
    line: tuple[str, ...]


@dataclass(frozen=True)
class AuditLine:
    """Who saw or changed what; nobody of staff for what the desk did."""

    at: datetime
    staff_id: UUID | None
    staff_name: str
    action: str
    entity: str
    entity_id: UUID | None
    conversation_id: UUID | None
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Account:
    """A member of staff of one practice."""

    id: UUID
    practice_id: UUID
    name: str
    email: str
    role: str  # admin | staff | viewer
    active: bool
    logged_in_at: datetime | None = None

    @property
    def may_change(self) -> bool:
        """Viewers look only."""
        return self.role in ("admin", "staff")


@dataclass(frozen=True)
class Access:
    """What is kept of how somebody logs in; of the recovery codes the hashes."""

    password_hash: str = field(repr=False)
    totp_secret: str = field(repr=False)
    totp_step: int
    recovery_codes: Sequence[str] = field(repr=False)


@dataclass(frozen=True)
class Credentials:
    """What a log-in is checked against."""

    staff_id: UUID
    practice_id: UUID
    password_hash: str = field(repr=False)
    totp_secret: str = field(repr=False)


@dataclass(frozen=True)
class Invitation:
    """An open invitation; `first` is the set-up link, `staff_id` an account whose access is renewed."""

    practice_id: UUID
    staff_id: UUID | None
    role: str
    first: bool
    email: str
    totp_secret: str = field(repr=False)
