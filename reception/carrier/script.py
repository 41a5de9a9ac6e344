"""Scripted calls in YAML: who calls, what they do step by step, what they hear, and the rows in the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from reception.errors import Invalid
from reception.evaluation.scenarios import Rows
from reception.yaml_text import parse


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Expect(_Strict):
    """What must be so now, or soon: texts are contained in what was heard since the caller's last doing."""

    heard: str | list[str] = ()  # type: ignore[assignment]
    not_heard: str | list[str] = ()  # type: ignore[assignment]
    over: bool | None = None
    transferred_to: str = ""
    whispered: str = ""


class Step(_Strict):
    """One thing a caller does, or that happens to the call. `interrupt_after` goes with `say` and `press`."""

    say: str | None = None
    press: str | None = None
    interrupt_after: float | None = Field(None, ge=0, description="seconds of the desk's words")
    partial: str | None = None
    wait: float | None = Field(None, ge=0)
    silence: bool | None = None
    drop: bool | None = None
    reconnect: bool | None = None
    kill: bool | None = None
    hang_up: bool | None = None
    deliver_again: str | None = None
    frame: dict[str, Any] | str | None = None
    expect: Expect | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Step:
        if len(self.model_fields_set - {"interrupt_after"}) != 1:
            raise ValueError("a step is exactly one thing: " + ", ".join(sorted(self._things())))
        return self

    @classmethod
    def _things(cls) -> set[str]:
        return set(cls.model_fields) - {"interrupt_after"}


class Transfer(_Strict):
    """Whoever a transfer rings."""

    answer: Literal["completed", "no-answer", "busy", "failed"] = "completed"
    after: float = 2.0
    talks: float = 20.0
    presses: str = "1"


class End(_Strict):
    """What the books must hold after the call; rows as in the conversations' scenarios."""

    expected: Rows = Rows()
    unexpected: Rows = Rows()
    conversations: int | None = None
    errors: Sequence[int] = ()  # of Twilio's, in order


class Script(_Strict):
    """One call. `understood` is what a scripted model reads (words → frame); else a real one is needed."""

    name: str
    practice: Path = Path("practice.yaml")  # beside the script
    now: datetime = datetime(2026, 6, 15, 9)
    caller: str = "+12125550111"
    called: str = ""
    relay: bool = True
    twice: bool = False  # each webhook is delivered twice at once
    retries: int = Field(1, ge=0, le=5)
    transfer: Transfer = Transfer()
    understood: Mapping[str, str] | None = None
    steps: Sequence[Step] = Field(min_length=1)
    end: End = End()

    @property
    def kills(self) -> bool:
        """Whether the service must be one that may be killed."""
        return any(step.kill for step in self.steps)


def load_scripts(path: Path) -> list[Script]:
    """The calls of a file, or of all `*.yaml` files in a folder that have `calls`.

    Raises Invalid naming the file, the call and what is wrong.
    """
    found: list[Script] = []
    for file in sorted(path.glob("*.yaml")) if path.is_dir() else [path]:
        try:
            content = parse(file.read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            raise Invalid(f"{file.name} is no YAML: {str(error).splitlines()[0]}") from None
        if isinstance(content, dict) and "calls" in content:
            found += [_read(file, row) for row in content["calls"]]
        elif not path.is_dir():
            raise Invalid(f"{file.name} has no `calls`")
    return found


def _read(file: Path, row: Any) -> Script:
    try:
        script = Script.model_validate(row)
    except ValidationError as error:
        name = row.get("name", "without a name") if isinstance(row, dict) else "not a mapping"
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Invalid(f"{file.name}, call {name}: {where}: {first['msg']}") from error
    return script.model_copy(update={"practice": file.parent / script.practice})
