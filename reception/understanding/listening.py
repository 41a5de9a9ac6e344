"""The tables of phrases by language; English where a language has none of its own."""

from __future__ import annotations

from collections.abc import Mapping

from reception.understanding import english_phrases
from reception.understanding.phrases import Forms, Sayings

_SAYINGS: Mapping[str, Sayings] = {"en": english_phrases.SAYINGS}
_FORMS: Mapping[str, Forms] = {"en": english_phrases.FORMS}


def sayings(language: str) -> Sayings:
    """The turns of phrase of a language ("en", "en-GB")."""
    return _SAYINGS.get(language[:2].lower(), english_phrases.SAYINGS)


def forms(language: str) -> Forms:
    """The words around details of a language ("en", "en-GB")."""
    return _FORMS.get(language[:2].lower(), english_phrases.FORMS)
