"""What staff corrected, as training data."""

from __future__ import annotations

import asyncio

import click

from reception.commands import read_settings
from reception.commands.data import open_database, the_practice


@click.group("corrections", epilog="Example: reception corrections export > corrections.txt")
def corrections_group() -> None:
    """What staff say that patients meant, where the desk misunderstood them."""


@corrections_group.command(
    "export",
    epilog="""\b
Example: reception corrections export > corrections.txt
         python -m fine_tune.prepare --corrections corrections.txt""",
)
@click.option("--practice", "slug", default="", help="The practice's slug, where there are several.")
def export_corrections(slug: str) -> None:
    """Writes the corrected turns as a phrase file on stdout, with other names, dates and numbers in them."""
    settings = read_settings()
    from reception.corrections import training_file
    from reception.understanding.interpret import language_of

    async def work() -> tuple[str, int]:
        async with open_database(settings) as database, database.transaction(snapshot=True) as store:
            practice = await the_practice(store, slug or settings.practice)
            spoken = practice.languages[0]
            found = await store.corrections(practice.id)
            return training_file(found, language_of(spoken), spoken), len(found)

    lines, count = asyncio.run(work())
    click.echo(lines, nl=False)
    turns = "1 corrected turn" if count == 1 else f"{count} corrected turns"
    click.echo(
        f"{turns}. Names typed in lower case may have stayed: read it before you pass it on.", err=True
    )
