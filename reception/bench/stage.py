"""What the rows of one run share: settings, plan, utterances, everything that is open, and what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.progress import Progress

from reception.bench.contenders import PeerMissing
from reception.bench.llama_server import Form, Server, serving
from reception.bench.orders import Kind, Setup
from reception.bench.plan import Deck, Plan
from reception.bench.process import Process, started
from reception.inference.factory import thread_count
from reception.inference.models import locate
from reception.settings import Settings


@dataclass
class Stage:
    """One run. `samples` keeps all milliseconds by contender, `notes` what could not be measured and why."""

    settings: Settings
    plan: Plan
    deck: Deck
    progress: Progress
    open: AsyncExitStack
    samples: dict[str, list[float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    _running: dict[Kind, Process] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """The model's file that all contenders but the base model's read; raises ModelMissing."""
        return locate(self.settings)

    @property
    def threads(self) -> int:
        """Threads of every contender."""
        return thread_count(self.settings)

    async def contender(self, kind: Kind) -> Process:
        """The one process of a kind, kept for all rows; none is given an utterance twice."""
        if kind not in self._running:
            self._running[kind] = await self.start(self.open, kind, self.file)
        return self._running[kind]

    async def start(self, until: AsyncExitStack, kind: Kind, file: Path) -> Process:
        """A fresh process, stopped by `until`; our engine as the service has it."""
        setup = Setup(
            kind=kind,
            model=str(file),
            threads=self.threads,
            gpu_layers=self.settings.gpu_layers,
            sequences=self.settings.sequences,
            context_tokens=self.settings.context_tokens,
            adapters=self.settings.adapters,
        )
        return await until.enter_async_context(started(setup))

    async def servers(self, until: AsyncExitStack, *, slots: int) -> list[Server]:
        """A fresh llama-server for each form, stopped by `until`; none, with a note, where it won't run."""
        options = {"threads": self.threads, "slots": slots, "gpu_layers": self.settings.gpu_layers}
        servers = [serving(self.plan.llama_server, self.file, form, **options) for form in Form]
        try:
            return [await until.enter_async_context(server) for server in servers]
        except PeerMissing as error:
            self.note(str(error))
            return []

    def note(self, text: str) -> None:
        """Keeps a remark for the report, once."""
        if text not in self.notes:
            self.notes.append(text)

    @contextmanager
    def steps(self, label: str, total: int) -> Iterator[Callable[[], None]]:
        """A line of the progress bar; the function given moves it on by one."""
        task = self.progress.add_task(label, total=total)
        yield lambda: self.progress.advance(task)
