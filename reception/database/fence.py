"""Whose rows the present task may see: one practice's, every practice's, or nobody's until one is named.

An edge names the practice once, where it has found out whose the token, number or link is; every transaction
of the task then sees that practice's rows and no others, whatever its queries say. PostgreSQL keeps the
fence (row-level security, migration 0021); this module only says which one holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, TypeAlias
from uuid import UUID

from reception.errors import ReceptionError


class _Everywhere(Enum):
    EVERYWHERE = "every practice"


EVERYWHERE: Final = _Everywhere.EVERYWHERE
#: A practice's id, or EVERYWHERE.
Where: TypeAlias = UUID | Literal[_Everywhere.EVERYWHERE]


class Unfenced(ReceptionError):
    """Something would have been read or written without saying for which practice: a mistake of ours."""


@dataclass
class _Fence:
    """Shared by a request and all tasks it starts, so that each of them can name the practice for all."""

    where: Where | None


_fence: ContextVar[_Fence | None] = ContextVar("fence", default=None)


def enter(practice_id: UUID) -> None:
    """From here on the request is this practice's. Unfenced when it is another's already, or no request.

    Whoever sees every practice (the worker, a terminal) goes on doing so.
    """
    fence = _fence.get()
    if fence is None:
        raise Unfenced("No request: name the practice with `of_practice`")
    if fence.where is EVERYWHERE:
        return
    if fence.where not in (None, practice_id):
        raise Unfenced("This request belongs to another practice already")
    fence.where = practice_id


@contextmanager
def of_practice(practice_id: UUID) -> Iterator[None]:
    """Within the block, one practice's rows and no others."""
    with _fenced(practice_id):
        yield


@contextmanager
def everywhere() -> Iterator[None]:
    """Within the block, every practice's rows: for the worker's rounds, and for who sits at the machine."""
    with _fenced(EVERYWHERE):
        yield


@contextmanager
def unnamed() -> Iterator[None]:
    """Within the block nobody's rows, until `enter` names a practice."""
    with _fenced(None):
        yield


def named() -> Where:
    """Whose rows the present task may see. Unfenced where nobody said."""
    fence = _fence.get()
    if fence is None or fence.where is None:
        raise Unfenced("Nobody said whose rows: see reception/database/fence.py")
    return fence.where


@contextmanager
def _fenced(where: Where | None) -> Iterator[None]:
    before = _fence.set(_Fence(where))
    try:
        yield
    finally:
        _fence.reset(before)
