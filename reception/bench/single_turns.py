"""The rows about one turn at a time: ours in each mode, its floor, and every peer, on the same utterances.

The clock runs from the end of the patient's words to intent and slots. Each utterance goes to all before the
next one does, each time in another order; a mode's floor follows right after it.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import AsyncExitStack

from reception.bench.contenders import Contender, PeerMissing
from reception.bench.figures import Row, row, times_as_long, times_faster
from reception.bench.orders import ENGINES, Kind
from reception.bench.process import Process
from reception.bench.stage import Stage
from reception.bench.utterances import Said
from reception.errors import ModelMissing
from reception.inference.models import locate

BASE = "smollm2-135m"
FASTER_THAN_COMPLETION = 2.5
FASTER_THAN_SERVER = 2.5
FASTER_THAN_CHAT_API = 10.0
OVER_FLOOR = 1.25

FRAME_READ = "floor, frame read"
FLOORS = {
    "floor": "bare llama_decode: the new prompt tokens in one batch, then one token per later step",
    FRAME_READ: "the same with the frame's other tokens in the first batch",
}

_ABOUT = {
    Kind.COLD: "nothing read ahead",
    Kind.CHAT: "the desk's words read while the patient wrote",
    Kind.PHONE: "the desk's words and partial transcripts read while the patient spoke",
}


async def single_turns(stage: Stage) -> list[Row]:
    """The rows `completion`, `server`, `chat-api` and `floor`, as far as the plan wants them."""
    plan = stage.plan
    if not plan.wants("completion", "server", "chat-api", "floor"):
        return []
    ours = await asyncio.gather(*(stage.contender(kind) for kind in ENGINES))
    async with AsyncExitStack() as open_peers:
        peers = await _peers(stage, open_peers)
        await _measure(stage, [*ours, *(peer for _, peer, _ in peers)])
    measured = [one for one in peers if one[1].name in stage.samples]
    rows = [_against(stage, name, peer, target, one) for name, peer, target in measured for one in ours]
    pairs = [(one, floor) for floor in FLOORS for one in ours if _floor_of(one, floor) in stage.samples]
    return rows + [_over_floor(stage, one, floor) for one, floor in pairs]


async def _measure(stage: Stage, contenders: list[Contender]) -> None:
    """Fills the stage's samples; a peer that gives up loses them, and leaves a note."""
    plan, cut = stage.plan, Counter[str]()
    lines = stage.deck.deal(plan.warm_up + plan.turns)
    with stage.steps("One turn at a time", len(lines)) as advance:
        for number, said in enumerate(lines):
            for contender in random.Random(number).sample(contenders, len(contenders)):
                try:
                    times, whole = await _one(stage, contender, said)
                except PeerMissing as error:
                    stage.note(str(error))
                    stage.samples.pop(contender.name, None)
                    contenders = [one for one in contenders if one is not contender]
                    continue
                if number >= plan.warm_up:
                    for name, ms in times.items():
                        stage.samples.setdefault(name, []).append(ms)
                    cut[contender.name] += not whole
            advance()
    for name, count in cut.items():
        if count:
            stage.note(f"{name}: {count} of {plan.turns} answers were cut short at the limit of tokens")


async def _one(stage: Stage, contender: Contender, said: Said) -> tuple[dict[str, float], bool]:
    """The milliseconds of one contender, and of the floor that belongs to it; and whether it finished."""
    taken = await contender.turn(said)
    times = {contender.name: taken.ms}
    if stage.plan.wants("floor") and taken.work is not None:
        bare = await stage.contender(Kind.FLOOR)
        for floor in FLOORS:
            ms = await bare.floor_of_turn(taken.work, frame_read=floor == FRAME_READ)
            times[_floor_of(contender, floor)] = ms
    return times, taken.whole


async def _peers(stage: Stage, open_peers: AsyncExitStack) -> list[tuple[str, Contender, float]]:
    """Row, contender and target of each peer that is wanted and there."""
    peers: list[tuple[str, Contender, float]] = []
    if stage.plan.wants("completion"):
        for kind in (Kind.JSON, Kind.FRAME):
            peer = await stage.start(open_peers, kind, stage.file)
            peers.append(("completion", peer, FASTER_THAN_COMPLETION))
    if stage.plan.wants("server"):
        servers = await stage.servers(open_peers, slots=1)
        peers += [("server", server, FASTER_THAN_SERVER) for server in servers]
    if stage.plan.wants("chat-api"):
        try:
            base = locate(stage.settings.model_copy(update={"model": BASE}))
            chat = await stage.start(open_peers, Kind.CHAT_API, base)
            peers.append(("chat-api", chat, FASTER_THAN_CHAT_API))
        except ModelMissing as error:
            stage.note(f"the chat API's row needs the base model: {error}")
    return peers


def _against(stage: Stage, name: str, peer: Contender, target: float, ours: Process) -> Row:
    figures = times_faster(stage.samples[ours.name], stage.samples[peer.name])
    what = f"one turn, {ours.kind}"
    return row(name, what, peer.name, figures, unit="ms", at_least=target, about=_ABOUT[ours.kind])


def _over_floor(stage: Stage, ours: Process, floor: str) -> Row:
    figures = times_as_long(stage.samples[ours.name], stage.samples[_floor_of(ours, floor)])
    what = f"one turn, {ours.kind}"
    return row("floor", what, floor, figures, unit="ms", at_most=OVER_FLOOR, about=FLOORS[floor])


def _floor_of(contender: Contender, floor: str) -> str:
    return f"{floor}, of {contender.name}"
