"""The base of the model that serves, with another adapter than its own."""

from __future__ import annotations

from pathlib import Path

from reception.errors import Invalid
from reception.inference.merge import Progress, merge
from reception.inference.models import CATALOGUE, chosen, locate
from reception.inference.storages import STORAGES
from reception.settings import Settings


def add_adapter(adapter: Path, settings: Settings, out: Path, progress: Progress) -> None:
    """Writes the whole model to `out`, stored as the one that serves was measured best.

    Raises Invalid where the settings' model has no base in the catalogue, and ModelMissing for an adapter of
    another model.
    """
    served = chosen(settings)
    if not served.base:
        raise Invalid(
            f"{adapter.name} is an adapter, and {served.name} is none to add it to: give a whole model."
        )
    base = locate(settings.model_copy(update={"model": CATALOGUE[served.base].name}))
    merge(base, adapter, out, STORAGES[served.storages[0]], progress)
