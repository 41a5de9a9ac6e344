"""Commands for model files."""

from __future__ import annotations

from pathlib import Path

import click

from reception.commands import read_settings


@click.group("model", epilog="Example: reception model pull")
def model_group() -> None:
    """Model files: fetched, listed, checked against pinned SHA-256 sums."""


@model_group.command(epilog="Example: reception model pull")
def pull() -> None:
    """Fetches or builds the chosen model's file, unless it is there and whole."""
    settings = read_settings()
    from reception.inference.pull import pull_showing

    click.echo(f"The model is ready: {pull_showing(settings)}", err=True)


@model_group.command("list", epilog="Example: reception model list")
def listing() -> None:
    """The catalogue, and which files are there; the chosen model has a star."""
    settings = read_settings()
    from reception.inference.models import CATALOGUE, listing

    for check in listing(settings):
        star = "*" if check.name == settings.model else " "
        click.echo(
            f"{star} {check.name:14} {'ready' if check.ok else 'missing':8} {CATALOGUE[check.name].about}"
        )
        click.echo(f"{'':26}{check.path if check.ok else check.detail}")


@model_group.command(epilog="Example: reception model verify")
def verify() -> None:
    """Reads the chosen model's files and compares their sums; exit code 1 when one is damaged."""
    settings = read_settings()
    from reception.inference.models import verify

    checks = verify(settings)
    for check in checks:
        click.echo(f"{'ok ' if check.ok else 'BAD'} {check.name}: {check.path if check.ok else check.detail}")
    if not all(check.ok for check in checks):
        raise click.exceptions.Exit(1)


@model_group.command(
    "merge",
    epilog="""\b
Example: reception model merge runs/desk-135m-corrections/adapter.gguf taught.gguf
         RECEPTION_MODEL=taught.gguf reception serve""",
)
@click.argument("adapter", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def merge_adapter(adapter: Path, out: Path) -> None:
    """Writes a model to serve: the chosen model's base with another ADAPTER, to the file OUT."""
    settings = read_settings()
    from rich.progress import Progress

    from reception.inference.adapted import add_adapter

    half = out.with_name(f"{out.name}.part")
    with Progress() as bar:
        task = bar.add_task("merging", total=None)
        add_adapter(
            adapter, settings, half, lambda done, total: bar.update(task, completed=done, total=total)
        )
    half.replace(out)
    click.echo(f"Serve it with RECEPTION_MODEL={out}", err=True)


@model_group.command(
    epilog="Example: RECEPTION_MODEL=big.gguf RECEPTION_GPU_LAYERS=-1 reception model capacity"
)
@click.option(
    "--memory",
    multiple=True,
    type=float,
    default=(16.0, 24.0),
    show_default=True,
    help="GB; may be repeated.",
)
def capacity(memory: tuple[float, ...]) -> None:
    """How many conversations the chosen model can serve at once in so much memory, and what each costs."""
    settings = read_settings()
    from reception.inference.capacity import CONVERSATION_TOKENS, GB, cache_bytes, conversations, need
    from reception.inference.header import read_measures
    from reception.inference.models import locate

    measures, gpu = read_measures(locate(settings)), settings.gpu_layers != 0
    base, token = need(measures, 0, gpu=gpu), cache_bytes(measures)
    click.echo(f"weights            {base.weights / GB:8.2f} GB")
    click.echo(f"to work in         {base.work / GB:8.2f} GB (estimated)")
    click.echo(f"cache, a token     {token / 1000:8.1f} kB")
    click.echo(
        f"a conversation     {CONVERSATION_TOKENS * token / 1e6:8.1f} MB ({CONVERSATION_TOKENS} tokens)"
    )
    for size in memory:
        fit = conversations(measures, size * GB, gpu=gpu)
        said = (
            f"{fit} at once, RECEPTION_CONTEXT_TOKENS={fit * CONVERSATION_TOKENS}" if fit else "does not fit"
        )
        click.echo(f"in {size:5.1f} GB        {said}")
