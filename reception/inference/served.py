"""What the inference server asks of the model behind it, beyond what the desk does."""

from __future__ import annotations

from typing import Protocol

from reception.inference.language_model import Control, LanguageModel


class Served(LanguageModel, Protocol):
    """A model with the facts that a server for chats must know."""

    @property
    def adapters(self) -> tuple[str, ...]:
        """The names of the LoRA adapters that a request may choose."""
        ...

    async def chat_template(self) -> str:
        """The model's own chat template (Jinja); "" when its file has none."""
        ...

    async def special_tokens(self) -> tuple[str, str]:
        """The texts of the tokens that begin and end a text; "" for those the model lacks."""
        ...

    async def count(self, prompt: str | tuple[str | Control, ...]) -> int:
        """How many tokens a prompt has."""
        ...

    async def limit(self) -> int:
        """The most tokens that prompt and answer may have together."""
        ...
