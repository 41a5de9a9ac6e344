"""What PostgreSQL refuses or fails at, put into our own errors: code and constraint, never a value."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from reception.errors import Contended, MisconfiguredError, ReceptionError, Unavailable

AWAY = "The database can't be reached"
BUSY = "The database is busy and nothing was changed: please try again in a moment"
FULL = "The database's disk is full: free space on it or enlarge it"
UNPREPARED = "The database's schema is not this version's: run `reception migrate`"
NOT_A_MEMBER = "RECEPTION_DATABASE_URL: its role must be a member of reception_service and reception_across"
LOST = {"40P01", "40001"}  # deadlock_detected, serialization_failure
#: lock_not_available, query_canceled (its time was up), too_many_connections: PostgreSQL is there, and busy.
WAITED = {"55P03", "57014", "53300"}
FORBIDDEN = "42501"  # insufficient_privilege, and a row outside the fence
INVALID_VALUE = "22023"  # of a setting: here a role that does not exist yet
DISK_FULL = "53100"


def sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's five-letter code of what went wrong, where there is one."""
    return getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None


def not_begun(error: DBAPIError) -> ReceptionError:
    """Why a transaction could not take the service's role."""
    if sqlstate(error) == INVALID_VALUE:
        return Unavailable(UNPREPARED)
    if sqlstate(error) == FORBIDDEN:
        return MisconfiguredError(NOT_A_MEMBER)
    return translated(error)


def translated(error: SQLAlchemyError) -> ReceptionError:
    """Our error for SQLAlchemy's: names the code and the constraint, never a value."""
    if sqlstate(error) == DISK_FULL:
        return Unavailable(FULL)
    if isinstance(error, PoolTimeout) or sqlstate(error) in LOST | WAITED:
        return Contended(BUSY)
    if isinstance(error, OperationalError | InterfaceError):
        return Unavailable(AWAY)
    if not isinstance(error, DBAPIError):
        return ReceptionError(f"The database could not be used ({type(error).__name__})")
    if error.connection_invalidated:
        return Unavailable(AWAY)
    if sqlstate(error) == FORBIDDEN:
        return MisconfiguredError(
            "The database allows this neither to the role of RECEPTION_DATABASE_URL nor to the practice named"
        )
    constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    return ReceptionError(
        f"The database refused a change ({sqlstate(error)}, {constraint or 'no constraint'})"
    )
