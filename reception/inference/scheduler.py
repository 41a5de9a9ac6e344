"""What the engine's thread does at each step: which jobs share the next batch, and what becomes of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import structlog

from reception.errors import Busy, Late, ReceptionError, Unavailable
from reception.inference import metrics
from reception.inference.cache import Lane, Lanes, Parked, Parking, Place, shared
from reception.inference.context import CacheFull, Context
from reception.inference.language_model import Listener, Priority, Request
from reception.inference.sequence import Generation

#: How many jobs are worked on at once on a CPU; beyond, its batches only get slower, not fuller.
PARALLEL = 32
#: How many of them, at most, may be only read ahead.
AHEAD_PARALLEL = 4
#: The most tokens of one step on a CPU: what joins next waits no longer than this takes.
STEP_TOKENS = 128
#: What everyone else may add to a step while someone is on the phone.
BESIDE_PHONE = 16

#: The most tokens that conversations at rest keep in the cache. Beyond, they are moved out, and back when
#: they go on: attention runs over all cells up to the highest one in use, so that every turn pays for each.
IDLE_TOKENS = 512

#: Is told after a step how many tokens of each job (by number) were in it.
Trace = Callable[[Sequence[tuple[int, int]]], None]

log = structlog.get_logger()


@dataclass(eq=False)
class Job:
    """One request in the engine's hands.

    `asked` is when, on the monotonic clock; `found` how many tokens the cache held already; `stepped` its
    last step, or the newest one when it came; `told` how many characters the listener has heard.
    """

    request: Request
    generation: Generation
    asked: float
    future: Future[None]
    listener: Listener | None = None
    lane: Lane | None = None
    found: int = 0
    stepped: int = 0
    told: int = 0
    evaluated: int = 0
    steps: int = 0

    @property
    def reading(self) -> bool:
        """Whether more of the prompt than its last token is unread."""
        return self.lane is not None and len(self.lane.tokens) < self.generation.prompt_length - 1

    @property
    def over(self) -> bool:
        """Whether nobody waits for the answer any more."""
        return self.future.cancelled() or self.overdue() is not None

    def overdue(self) -> Late | None:
        """Late when the deadline has passed."""
        deadline = self.request.deadline
        if deadline is None or time.monotonic() - self.asked < deadline:
            return None
        return Late("The answer was not there by its deadline.")

    def tell(self) -> None:
        """Passes on what has been written since the last time and can't change any more."""
        settled = self.generation.settled
        if self.listener is not None and settled > self.told:
            self.listener(self.generation.text[self.told : settled])
            self.told = settled

    def settle(self, error: ReceptionError | None = None) -> None:
        """Ends the future, unless the caller cancelled it meanwhile."""
        if self.future.done() or not self.future.set_running_or_notify_cancel():
            return
        if error is None:
            self.future.set_result(None)
        else:
            self.future.set_exception(error)


class Scheduler:
    """Works on several jobs at once, each on a lane of its own of one context's cache."""

    def __init__(self, context: Context, *, gpu: bool = False, trace: Trace | None = None) -> None:
        self.context = context
        self.lanes = Lanes(context.sequences)
        self.parking = Parking(context.tokens)
        self.running: list[Job] = []
        self._parallel = context.sequences if gpu else PARALLEL
        self._most = context.batch if gpu else min(STEP_TOKENS, context.batch)
        self._steps = 0
        self._trace = trace

    def start(self, job: Job) -> bool:
        """Gives a job a lane, with all that the cache holds of its prompt; False when there is none."""
        generation = job.generation
        reading = generation.rows == 0
        if not self._may_start(job.request.priority):
            return False
        place = self.lanes.take(
            generation.tokens, job.request.conversation, job.request.adapter, rest=0 if reading else 1
        )
        if place is None:
            return False
        lane = place.lane
        if place.source is not None:
            self.context.keep(lane.index, 0)
            self.context.copy(place.source.index, lane.index, place.shared)
            lane.tokens = place.source.tokens[: place.shared]
        elif place.shared < len(lane.tokens) and not (reading and place.shared == len(generation.tokens)):
            self._shorten(lane, place.shared)
        # Like one that had its turn just now: ahead of the rest, a stream of new jobs would starve the old.
        job.lane, job.found, job.stepped = lane, self._unpark(job, place), self._steps
        metrics.TOKENS.labels("remembered").inc(job.found)
        self.running.append(job)
        return True

    def _may_start(self, priority: Priority) -> bool:
        """What is only read ahead takes no place from those who wait for an answer."""
        if priority == Priority.AHEAD:
            idle = all(job.request.priority == Priority.AHEAD for job in self.running)
            return idle and len(self.running) < AHEAD_PARALLEL
        return len(self.running) < self._parallel

    def step(self) -> None:
        """One batch over the jobs whose turn it is, then each one's next choice."""
        for job in [job for job in self.running if job.over]:
            self._leave(job, job.overdue())
        chosen = self._turn()
        if not chosen:
            return
        try:
            self.context.use_adapter(chosen[0].request.adapter)
            read = self._evaluate(chosen)
            for job, rows in read:
                self._advance(job, rows)
        except CacheFull:
            self._make_room()
        except Exception as error:
            # A failure here is of the whole context, not of one request.
            log.error("model_step_failed", kind=type(error).__name__)
            for job in list(self.running):
                self._leave(job, Unavailable("The language model failed to answer."))
            self.context.clear()
            for lane in self.lanes.all:
                lane.tokens.clear()

    def _turn(self) -> list[Job]:
        """The jobs of the next batch: the most urgent first, then who has waited longest, of one adapter.

        Those who write go before those who read: they need few tokens and are soon done, and reading fills
        the rest of the batch. What is only read ahead has its turn when nobody waits for an answer.
        A job that is unsure has a batch of its own.
        """
        if not self.running:
            return []
        oldest = min(self.running, key=lambda job: (job.request.priority, job.stepped))
        if oldest.generation.unsure:
            return [oldest]
        first = oldest.request
        chosen = [
            job
            for job in self.running
            if job.request.adapter == first.adapter
            and not job.generation.unsure
            and (job.request.priority < Priority.AHEAD or first.priority == Priority.AHEAD)
        ]
        return sorted(chosen, key=lambda job: (job.request.priority, job.reading, job.stepped))

    def _evaluate(self, jobs: Sequence[Job]) -> list[tuple[Job, range]]:
        """Reads what the jobs have unread, as far as the batch reaches; each one's rows with scores."""
        tokens: list[int] = []
        positions: list[int] = []
        sequences: list[int] = []
        outputs: list[bool] = []
        read: list[tuple[Job, range, list[int]]] = []
        phone = jobs[0].request.priority == Priority.PHONE
        beside = BESIDE_PHONE if phone else self._most
        for job in jobs:
            lane = job.lane
            assert lane is not None
            feed, known = job.generation.feed, len(lane.tokens)
            room = self._most - len(tokens)
            if phone and job.request.priority != Priority.PHONE:
                room = min(room, beside)
            # Guesses are read with the token before them or not at all: their scores belong together.
            new = feed[known : known + room]
            first = len(feed) - job.generation.rows
            if known + len(new) < len(feed):
                new = new[: max(0, first - known)]
            if not new and known < len(feed):
                continue
            if job.request.priority != Priority.PHONE:
                beside -= len(new)
            wanted = [known + offset >= first for offset in range(len(new))]
            rows = range(len(tokens) + wanted.count(False), len(tokens) + len(new))
            positions += range(known, known + len(new))
            sequences += [lane.index] * len(new)
            outputs += wanted
            tokens += new
            read.append((job, rows, new))
        if tokens:
            self.context.decode(tokens, positions, sequences, outputs)
        self._note(read, len(tokens))
        return [(job, rows) for job, rows, _ in read]

    def _note(self, read: Sequence[tuple[Job, range, list[int]]], count: int) -> None:
        self._steps += 1
        for job, _, new in read:
            assert job.lane is not None
            before = len(job.lane.tokens)
            job.lane.tokens += new
            job.stepped = self._steps
            if job.generation.unsure:
                continue  # read before
            job.steps += bool(new)
            job.evaluated += max(0, min(len(job.lane.tokens), job.generation.prompt_length) - before)
        metrics.TOKENS.labels("evaluated").inc(count)
        metrics.BATCH.observe(count)
        if self._trace is not None:
            self._trace([(id(job), len(new)) for job, _, new in read])

    def _advance(self, job: Job, rows: range) -> None:
        generation, lane = job.generation, job.lane
        assert lane is not None
        if len(lane.tokens) < len(generation.feed):
            return  # a long prompt is read in several batches
        try:
            right = generation.advance([self.context.logits(row) for row in rows])
        except ReceptionError as error:
            self._leave(job, error)
            return
        if generation.unsure:
            self._shorten(lane, 0)
        elif generation.rows and right < len(lane.tokens):
            self._shorten(lane, right)
        job.tell()
        if generation.done:
            self._leave(job)

    def _make_room(self) -> None:
        """Forgets the longest idle lane; without one, turns away the least urgent job."""
        idle = self.lanes.idle()
        if idle:
            self._shorten(idle[0], 0)
            return
        job = max(self.running, key=lambda one: (one.request.priority, one.asked))
        lane = job.lane
        self._leave(job, Busy("The desk has too much to do at once."))
        assert lane is not None
        self._shorten(lane, 0)

    def _shorten(self, lane: Lane, length: int) -> None:
        self.context.keep(lane.index, length)
        del lane.tokens[length:]

    def _leave(self, job: Job, error: ReceptionError | None = None) -> None:
        self.running.remove(job)
        if job.lane is not None:
            if not job.request.remember and job.found < len(job.lane.tokens):
                self._shorten(job.lane, job.found)
            self.lanes.release(job.lane)
        job.settle(error)
        self._park()

    def _park(self) -> None:
        """Moves the longest idle lanes' tokens out of the cache while all of them hold too many."""
        while self.lanes.held() > IDLE_TOKENS and len(idle := self.lanes.idle()) > 1:
            lane = idle[0]
            if lane.owner:
                cells = self.context.save(lane.index)
                self.parking.put(lane.owner, Parked(lane.adapter, lane.tokens[:], cells))
            self._shorten(lane, 0)

    def _unpark(self, job: Job, place: Place) -> int:
        """Puts back what was moved out of the cache, where it is more of the prompt than the cache holds.

        Returns how many tokens of the prompt the lane holds then.
        """
        owner, lane = job.request.conversation, place.lane
        parked = self.parking.of(owner)
        self.parking.drop(owner)
        if parked is None or parked.adapter != lane.adapter:
            return place.shared
        most = len(job.generation.tokens) - min(job.generation.rows, 1)
        known = min(shared(parked.tokens, job.generation.tokens), most)
        if known <= place.shared:
            return place.shared
        self._shorten(lane, 0)
        if not self.context.restore(lane.index, parked.cells):
            return 0
        lane.tokens = parked.tokens[:]
        self._shorten(lane, known)
        self._share(lane)
        return known

    def _share(self, lane: Lane) -> None:
        """Lets a lane use another one's cells for what both begin with, instead of its own."""
        others = [one for one in self.lanes.all if one is not lane and one.adapter == lane.adapter]
        shares = {one.index: shared(one.tokens, lane.tokens) for one in others}
        index = max(shares, key=lambda one: shares[one], default=lane.index)
        if shares.get(index):
            self.context.replace(index, lane.index, shares[index])
