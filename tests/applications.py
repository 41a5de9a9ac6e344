"""Applications for tests: their routes are built once in a process and serve one test after the other."""

from __future__ import annotations

from litestar import Litestar

from reception import app
from reception.inference.language_model import LanguageModel
from reception.settings import Settings

_idle: list[Litestar] = []
_lent: list[Litestar] = []


def create_app(settings: Settings, model: LanguageModel | None = None) -> Litestar:
    """An application with a service of its own, until the test ends; so for no fixture that outlives one."""
    made = app.create_app(settings, model, _idle.pop() if _idle else None)
    _lent.append(made)
    return made


def take_back() -> None:
    """The test is over, and all services are closed."""
    _idle.extend(_lent)
    _lent.clear()
