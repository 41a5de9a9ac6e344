"""The keys with which what patients say is encrypted before it reaches the database.

The first key encrypts, all of them decrypt. A text that is kept looks like `~1.<key's name>.<base64>`,
a number like `~1.<key's name>.<base64>.<mark of its end>`.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from reception.errors import MisconfiguredError
from reception.settings import Settings

#: How every encrypted text begins.
MARK = "~1."
KEY_BYTES = 32
NONCE_BYTES = 12
KEY_FILE = "data.key"
#: Digits of a number by which it is found, and how long their mark is.
END, END_MARK = 4, 8


class DataKeys:
    """A ring of keys. `column` goes into each encryption: a text copied into another column is refused."""

    def __init__(self, secret_keys: Sequence[bytes]) -> None:
        """Each of 32 random bytes; the first one encrypts."""
        self._keys = {_name(one): _Key(one) for one in secret_keys}
        self.first = next(iter(self._keys))

    def __repr__(self) -> str:
        return f"DataKeys({', '.join(self._keys)})"

    @property
    def names(self) -> tuple[str, ...]:
        """The keys by their public names, the one that encrypts first."""
        return tuple(self._keys)

    def encrypt(self, text: str, column: str) -> str:
        """Never twice the same (AES-256-GCM, a random nonce)."""
        nonce = os.urandom(NONCE_BYTES)
        hidden = self._keys[self.first].gcm.encrypt(nonce, text.encode(), column.encode())
        return _kept(self.first, nonce + hidden)

    def encrypt_alike(self, text: str, column: str) -> str:
        """The same for the same text, column and key (AES-256-SIV), so that it can be looked up."""
        return self._alike(self.first, text, column)

    def all_alike(self, text: str, column: str) -> list[str]:
        """What the text may be kept as: under each key, and as it was before anything was encrypted."""
        return [*(self._alike(name, text, column) for name in self._keys), text]

    def encrypt_number(self, number: str, column: str) -> str:
        """Like `encrypt_alike`, and a mark behind it by which its last four digits are found."""
        return self._number(self.first, number, column)

    def all_numbers(self, number: str, column: str) -> list[str]:
        """What the number may be kept as."""
        return [*(self._number(name, number, column) for name in self._keys), number]

    def all_ends(self, digits: str, column: str) -> list[str]:
        """The marks that a number with these last four digits may have."""
        return [self._end(name, digits, column) for name in self._keys]

    def decrypt(self, kept: str, column: str) -> str:
        """The text; one that was never encrypted is its own. MisconfiguredError without the right key."""
        return self._open(kept, column, alike=False)

    def decrypt_alike(self, kept: str, column: str) -> str:
        """The text of what `encrypt_alike` gave."""
        return self._open(kept, column, alike=True)

    def _alike(self, name: str, text: str, column: str) -> str:
        return _kept(name, self._keys[name].siv.encrypt(text.encode(), [column.encode()]))

    def _number(self, name: str, number: str, column: str) -> str:
        return f"{self._alike(name, number, column)}.{self._end(name, number, column)}"

    def _end(self, name: str, number: str, column: str) -> str:
        return self._alike(name, number[-END:], f"{column} end").rpartition(".")[2][:END_MARK]

    def _open(self, kept: str, column: str, *, alike: bool) -> str:
        if not kept.startswith(MARK):
            return kept
        name, rest, *_ = [*kept[len(MARK) :].split("."), ""]
        key = self._keys.get(name)
        if key is None:
            raise MisconfiguredError(
                f"RECEPTION_DATA_KEYS lacks the key {name}, with which data is encrypted"
            )
        try:
            hidden = base64.urlsafe_b64decode(rest)
            if alike:
                return key.siv.decrypt(hidden, [column.encode()]).decode()
            nonce, hidden = hidden[:NONCE_BYTES], hidden[NONCE_BYTES:]
            return key.gcm.decrypt(nonce, hidden, column.encode()).decode()
        except (InvalidTag, ValueError):
            raise MisconfiguredError(f"Data in {column} was changed from outside, or damaged") from None


class _Key:
    """One key's two uses, each with a key of its own derived from it."""

    def __init__(self, secret: bytes) -> None:
        self.gcm = AESGCM(_derived(secret, b"values", 32))
        self.siv = AESSIV(_derived(secret, b"looked up", 64))


def new_key() -> str:
    """A new key as it stands in RECEPTION_DATA_KEYS."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode().rstrip("=")


def parse_keys(text: str) -> DataKeys:
    """The ring of RECEPTION_DATA_KEYS: keys of 32 bytes in base64, between commas.

    MisconfiguredError, which does not quote them, when one is none.
    """
    keys = [_bytes(one.strip()) for one in text.split(",") if one.strip()]
    if not keys or any(len(one) != KEY_BYTES for one in keys):
        raise MisconfiguredError(
            "RECEPTION_DATA_KEYS: each key is 32 bytes in base64; make one with `reception keys new`"
        )
    return DataKeys(keys)


def folder_keys(folder: Path) -> DataKeys:
    """The ring of a data folder, for development: made at first use, readable by its owner alone."""
    file = folder / KEY_FILE
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"{KEY_FILE}.{secrets.token_hex(4)}"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(f"{new_key()}\n")
        try:
            os.link(draft, file)  # fails where another process was faster: its key is used then
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return parse_keys(file.read_text().replace("\n", ","))


def keys_of(settings: Settings) -> DataKeys:
    """The ring of these settings, or (never in production) of their data folder where they name none."""
    given = settings.data_keys.get_secret_value()
    if not given and settings.env == "production":
        raise MisconfiguredError("RECEPTION_DATA_KEYS: missing; make one with `reception keys new`")
    return parse_keys(given) if given else folder_keys(settings.data_dir)


def _name(secret: bytes) -> str:
    return _derived(secret, b"name", 4).hex()


def _derived(secret: bytes, use: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, None, b"reception " + use).derive(secret)


def _kept(name: str, hidden: bytes) -> str:
    return f"{MARK}{name}.{base64.urlsafe_b64encode(hidden).decode()}"


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(
            text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True
        )
    except (binascii.Error, ValueError):
        return b""
