"""Column types whose values are encrypted on their way to the database and decrypted on their way back.

Empty values stay empty, so that "is it there" can be asked. Nothing else can be asked of such a column in
SQL, except whether an `EncryptedKey` equals a value. The keys hang on the engine's dialect (`use_keys`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ClauseElement,
    Column,
    ColumnElement,
    Dialect,
    Table,
    Text,
    any_,
    case,
    cast,
    func,
    literal,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator

from reception.data_keys import MARK, DataKeys
from reception.errors import MisconfiguredError

_KEYS = "reception_data_keys"
_PRESENCE = (operators.is_, operators.is_not)
_EQUALITY = (operators.eq, operators.ne)


def use_keys(engine: AsyncEngine, keys: DataKeys) -> None:
    """Lets the engine encrypt and decrypt."""
    setattr(engine.sync_engine.dialect, _KEYS, keys)


def keys_of(dialect: Dialect) -> DataKeys:
    """The keys that the engine of this dialect was given."""
    keys: DataKeys | None = getattr(dialect, _KEYS, None)
    if keys is None:
        raise MisconfiguredError("There are no keys to encrypt data with: set RECEPTION_DATA_KEYS")
    return keys


class _Unreadable(TypeDecorator.Comparator[Any]):
    """Refuses what can't work on encrypted values, where it would silently find nothing."""

    def operate(self, op: Callable[..., Any], *other: Any, **options: Any) -> Any:
        alike = self.type if isinstance(self.type, EncryptedKey) else None
        presence = (op in _PRESENCE and other[0] is None) or (alike and op is operators.distinct_op)
        # SQLAlchemy itself asks whether a column equals another one.
        if presence or (op in _EQUALITY and (isinstance(other[0], ClauseElement) or not other[0])):
            return super().operate(op, *other, **options)
        if alike and op is operators.eq and isinstance(other[0], str):
            may_be = literal(other[0], _MayBe(alike.column, type(alike).candidates))
            return super().operate(operators.eq, any_(may_be))
        raise TypeError(f"{self.expr} is encrypted: {getattr(op, '__name__', op)} finds nothing in it")


def encrypted_columns(table: Table) -> list[Column[Any]]:
    """The columns of a table that are encrypted."""
    return [one for one in table.columns if isinstance(one.type, ENCRYPTED)]


def kept_text(column: Column[Any]) -> ColumnElement[str]:
    """What stands in an encrypted column, as text, to be told by how it begins; NULL where it is empty."""
    if isinstance(column.type, EncryptedJson):
        kept = type_coerce(column, JSONB())
        empty = kept.in_([literal([], JSONB()), literal({}, JSONB())])
        return case(
            (func.jsonb_typeof(kept) == "string", kept.op("#>>")(cast([], ARRAY(Text)))), (~empty, "")
        )
    if isinstance(column.type, EncryptedList):
        return type_coerce(column, ARRAY(Text))[1]
    return func.nullif(type_coerce(column, Text()), "")


class Encrypted(TypeDecorator[str]):
    """A text. `column` is its table and name, which the encryption holds on to."""

    impl = Text
    cache_ok = True
    comparator_factory = _Unreadable

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return keys_of(dialect).encrypt(value, self.column) if value else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return keys_of(dialect).decrypt(value, self.column) if value else value


class EncryptedKey(Encrypted):
    """A text that is looked up: `==` works, as equal texts of a column look equal. For numbers."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return keys_of(dialect).encrypt_alike(value, self.column) if value else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return keys_of(dialect).decrypt_alike(value, self.column) if value else value

    @staticmethod
    def candidates(keys: DataKeys, value: str, column: str) -> list[str]:
        """All that a value may be kept as."""
        return keys.all_alike(value, column)


class EncryptedNumber(EncryptedKey):
    """A telephone number that is also found by its last four digits (`number_ends`)."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return keys_of(dialect).encrypt_number(value, self.column) if value else value

    @staticmethod
    def candidates(keys: DataKeys, value: str, column: str) -> list[str]:
        return keys.all_numbers(value, column)


def number_ends(column: InstrumentedAttribute[str], digits: str) -> ColumnElement[bool]:
    """Whether a number's last four digits are the last four of these."""
    kept, name = (
        func.split_part(type_coerce(column, Text()), ".", 4),
        f"{column.class_.__tablename__}.{column.key}",
    )
    return kept == any_(literal(digits, _MayBe(name, DataKeys.all_ends)))


class EncryptedJson(TypeDecorator[Any]):
    """JSON data, kept as one JSON string. None is no value."""

    impl = JSONB(none_as_null=True)
    cache_ok = True
    comparator_factory = _Unreadable

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if not value:
            return value
        return keys_of(dialect).encrypt(json.dumps(value, separators=(",", ":")), self.column)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        if not isinstance(value, str):
            return value
        return json.loads(keys_of(dialect).decrypt(value, self.column))


class EncryptedList(TypeDecorator[list[str]]):
    """Texts, kept as a list of one."""

    impl = ARRAY(Text)
    cache_ok = True
    comparator_factory = _Unreadable

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> list[str] | None:
        return [keys_of(dialect).encrypt(json.dumps(value), self.column)] if value else value

    def process_result_value(self, value: list[str] | None, dialect: Dialect) -> list[str] | None:
        if not value or not value[0].startswith(MARK):
            return value
        kept: list[str] = json.loads(keys_of(dialect).decrypt(value[0], self.column))
        return kept


class _MayBe(TypeDecorator[str]):
    """A text as all that it may be kept as, for a comparison."""

    impl = ARRAY(Text)
    cache_ok = True

    def __init__(self, column: str, candidates: Callable[[DataKeys, str, str], list[str]]) -> None:
        super().__init__()
        self.column = column
        self.candidates = candidates

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else self.candidates(keys_of(dialect), value, self.column)


ENCRYPTED = (Encrypted, EncryptedJson, EncryptedList)
