"""What all tables share: constraint names, types, and the columns that most have."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    DateTime,
    ForeignKey,
    MetaData,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, Range
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Table(DeclarativeBase):
    """What all tables share: predictable constraint names, and Python types that map to PostgreSQL's."""

    metadata = MetaData(
        naming_convention={
            "ix": "%(table_name)s_%(column_0_N_name)s",
            "uq": "%(table_name)s_%(column_0_N_name)s_unique",
            "ck": "%(table_name)s_%(constraint_name)s",
            "fk": "%(table_name)s_%(column_0_N_name)s_refers",
            "pk": "%(table_name)s_key",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it from the class)
        str: Text(),
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(),
        list[dict[str, Any]]: JSONB(),
        Range[datetime]: TSTZRANGE(),
    }


def row_id() -> Mapped[UUID]:
    return mapped_column(primary_key=True, default=uuid4)


def written_at() -> Mapped[datetime]:
    """Real time of writing, whatever the desk's clock says."""
    return mapped_column(server_default=func.clock_timestamp())


def of_practice() -> Mapped[UUID]:
    return mapped_column(ForeignKey("practices.id"))
