"""How often somebody asked of late: nobody's data, only marks of addresses and numbers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ARRAY, DateTime
from sqlalchemy.orm import Mapped, mapped_column

from reception.database.tables.base import Table


class RequestCountRow(Table):
    """When the requests of the last minute came; `key` is a hash of who sent them and of what they are."""

    __tablename__ = "request_counts"
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012 (SQLAlchemy reads it from the class)

    key: Mapped[str] = mapped_column(primary_key=True)
    times: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
