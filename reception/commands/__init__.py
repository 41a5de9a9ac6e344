"""The commands of `reception`; what is slow to import is imported by the command that needs it."""

from __future__ import annotations

from pydantic import ValidationError

from reception.errors import MisconfiguredError
from reception.settings import Settings


def read_settings() -> Settings:
    """The settings of the environment. MisconfiguredError names each wrong variable, without its value."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"  RECEPTION_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}"
            for one in error.errors(include_input=False, include_url=False)
        ]
        raise MisconfiguredError("\n".join(["A setting is wrong:", *lines])) from None
