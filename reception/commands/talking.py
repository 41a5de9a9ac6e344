"""Commands to talk to the desk: by chat in the terminal, and by a simulated phone call."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click
from click.core import ParameterSource

from reception.commands import read_settings

_URL = click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="A running service.")


@click.command(epilog="Example: echo 'I need a check-up next Tuesday' | reception chat")
@_URL
@click.option("--practice", default=None, help="The practice's slug, where there are several.")
@click.option("--language", default=None, help="For example en.")
def chat(url: str, practice: str | None, language: str | None) -> None:
    """Talks to the desk: with the service at --url when it runs, else with one of its own.

    Options are numbered; Ctrl-D ends. From a pipe each line is one message, and a plain transcript is
    written.
    """
    settings = read_settings()
    from reception.channels.terminal import hold_chat

    asyncio.run(hold_chat(settings, url.rstrip("/"), practice, language))


@click.command(
    epilog="""\b
Example: reception call
         reception call --say 'When are you open?' --say 'Goodbye'
         reception call --from anonymous --say '#0'
         reception call --script tests/calls/talking.yaml"""
)
@_URL
@click.option(
    "--from", "caller", default="+13125550199", show_default=True, help="The caller's number, or `anonymous`."
)
@click.option("--to", "called", default="", help="The number called [default: the practice's].")
@click.option(
    "--say", "lines", multiple=True, help="What the caller says or does; #1 presses a key. Else from stdin."
)
@click.option(
    "--script",
    type=click.Path(exists=True, path_type=Path),
    help="Plays the calls of a YAML file or folder; each with a service of its own unless --url is given.",
)
@click.option(
    "--speed",
    type=click.FloatRange(0.1, 100),
    help="How much faster than life people speak [default: 1, with --script 10].",
)
def call(
    url: str, caller: str, called: str, lines: tuple[str, ...], script: Path | None, speed: float | None
) -> None:
    """A simulated phone call through the same webhooks and WebSocket that Twilio uses, signed like Twilio's.

    Calls the service at --url when it runs, else starts one of its own. What is typed is said. A line like #1
    or #0303 presses keys; /help lists what else a caller can do: interrupt, be silent, lose the connection.
    """
    settings = read_settings()
    if script is not None:
        from reception.carrier.scripted import play

        given = click.get_current_context().get_parameter_source("url") is not ParameterSource.DEFAULT
        raise SystemExit(1 if play(settings, url.rstrip("/") if given else "", script, speed or 10.0) else 0)
    from reception.carrier.caller import Caller
    from reception.carrier.terminal import hold_call

    who = Caller(caller, called, settings.twilio_account_sid)
    asyncio.run(hold_call(settings, url.rstrip("/"), who, lines, speed or 1.0))


@click.command(
    epilog="""\b
Example: reception carrier &
         RECEPTION_TWILIO_API_URL=http://127.0.0.1:8300 \\
           RECEPTION_TWILIO_ACCOUNT_SID=AC00000000000000000000000000000000 \\
           RECEPTION_TWILIO_AUTH_TOKEN=secret reception serve"""
)
@_URL
@click.option("--port", default=8300, show_default=True, type=click.IntRange(0, 65535), help="Port.")
def carrier(url: str, port: int) -> None:
    """A simulated carrier for text messages, with Twilio's interface: shows what is sent, delivers answers.

    A typed line is sent to the service at --url as the answer of whoever got the last text; a line that
    begins with a number in E.164 comes from that number. Needs the same RECEPTION_TWILIO_… settings as the
    service.
    """
    settings = read_settings()
    from reception.carrier.texting import run_carrier

    asyncio.run(run_carrier(settings, url.rstrip("/"), port))
