"""The `reception` command: one group, its commands in `reception.commands`."""

from __future__ import annotations

import logging
import sys
from typing import Any

import click

from reception import __version__
from reception.commands.auditing import audit_group
from reception.commands.corrections import corrections_group
from reception.commands.data import export, import_group, migrate, practice_group
from reception.commands.drain import drain
from reception.commands.hours import hours
from reception.commands.keys import keys_group
from reception.commands.measure import bench, evaluate, understand
from reception.commands.models import model_group
from reception.commands.patient import patient_group
from reception.commands.serving import inference, serve, settings_table, worker
from reception.commands.staffing import staff_group
from reception.commands.talking import call, carrier, chat
from reception.errors import ReceptionError
from reception.logging import configure_logging


class Commands(click.Group):
    """Shows a foreseen error as one text and exit code 1, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ReceptionError as error:
            raise click.ClickException(str(error)) from error
        except BrokenPipeError:
            # Whoever read our output has enough, as in `reception export | head`.
            sys.stderr.close()
            ctx.exit(1)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: reception serve",
)
@click.version_option(__version__, prog_name="reception")
def main() -> None:
    """A medical reception desk that answers the phone and the web chat on the practice's own hardware."""
    configure_logging(logging.ERROR)  # stdout belongs to results; services log more


for _command in (
    serve,
    inference,
    chat,
    call,
    carrier,
    understand,
    practice_group,
    import_group,
    migrate,
    worker,
    hours,
    drain,
    staff_group,
    patient_group,
    keys_group,
    audit_group,
    export,
    corrections_group,
    model_group,
    evaluate,
    bench,
    settings_table,
):
    main.add_command(_command)

if __name__ == "__main__":
    main()
