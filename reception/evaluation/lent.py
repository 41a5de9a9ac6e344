"""A model lent to a service that closes what it was given."""

from __future__ import annotations

from reception.inference.language_model import LanguageModel


class Lent:
    """A model that outlives the service it is lent to."""

    def __init__(self, model: LanguageModel) -> None:
        self.complete = model.complete
        self.ready = model.ready

    async def close(self) -> None:
        """Stays open for the next one."""
