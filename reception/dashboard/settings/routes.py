"""All handlers of the settings pages."""

from __future__ import annotations

from reception.dashboard.settings import (
    importing,
    pages,
    practice_file,
    publishing,
    setting_up,
    trying,
    words,
)

settings_handlers = [
    *publishing.handlers,
    *trying.handlers,
    *practice_file.handlers,
    *setting_up.handlers,
    *importing.handlers,
    *words.handlers,
    *pages.handlers,
]
