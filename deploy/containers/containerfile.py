"""Reads a Containerfile into its stages and steps, as far as ours go."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Step:
    """One instruction: its name in capitals, and all the rest."""

    name: str
    text: str

    @property
    def words(self) -> list[str]:
        """The rest, word by word, without flags such as --from."""
        return [word for word in shlex.split(self.text) if not word.startswith("--")]

    @property
    def source_stage(self) -> str:
        """What `--from` names; "" for the context."""
        flags = (word for word in shlex.split(self.text) if word.startswith("--from="))
        return next((flag.removeprefix("--from=") for flag in flags), "")


@dataclass
class Stage:
    """An image that is built: what it starts from, its name, and its steps."""

    base: str
    name: str
    steps: list[Step] = field(default_factory=list)

    def of(self, name: str) -> list[Step]:
        """The steps of that instruction."""
        return [step for step in self.steps if step.name == name]


def read_containerfile(path: Path) -> list[Stage]:
    """The stages in order, with the arguments before the first filled in. ValueError for a step before it."""
    arguments: dict[str, str] = {}
    stages: list[Stage] = []
    for line in _lines(path.read_text("utf-8")):
        name, _, text = line.partition(" ")
        if name == "ARG" and not stages:
            key, _, value = text.partition("=")
            arguments[key] = value
        elif name == "FROM":
            base, _, alias = _filled(text, arguments).partition(" AS ")
            stages.append(Stage(base.strip(), alias.strip()))
        elif stages:
            stages[-1].steps.append(Step(name, text.strip()))
        else:
            raise ValueError(f"{path.name}: {name} before the first FROM")
    return stages


def _lines(text: str) -> list[str]:
    kept = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return [line.strip() for line in "\n".join(kept).replace("\\\n", " ").splitlines() if line.strip()]


def _filled(text: str, arguments: dict[str, str]) -> str:
    for key, value in arguments.items():
        text = text.replace(f"${{{key}}}", value)
    return text
