"""Plays scenarios through the public chat API, as any client could, and grades how they end."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from reception.evaluation.scenarios import Lines, OneOf, Pick, Scenario, Words, load_scenarios
from reception.evaluation.styles import STYLES

__all__ = ["Scenario", "Transcript", "Verdict", "grade", "load_scenarios", "play"]

FAREWELL = "No, that's all, thank you."
LOCAL_MINUTE = len("2026-06-15T09:30")

#: Fields that hold a patient's own words, of which a scenario names the telling part.
FREE = frozenset({"words", "text", "reason", "test", "topic", "callback"})


@dataclass
class Transcript:
    """What was said in a conversation, (role, text) in order, and what went wrong while playing it."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    conversation_id: str = ""
    status: str = ""
    seconds: list[float] = field(default_factory=list)  # of each turn
    problems: list[str] = field(default_factory=list)

    @property
    def turns(self) -> int:
        return len(self.seconds)


@dataclass(frozen=True)
class Verdict:
    """A scenario's outcome; no problems means it passed."""

    scenario: Scenario
    transcript: Transcript
    problems: Sequence[str]
    seed: int = 0

    @property
    def name(self) -> str:
        return self.scenario.name

    @property
    def passed(self) -> bool:
        return not self.problems

    @property
    def turns(self) -> int:
        return self.transcript.turns


async def play(
    scenario: Scenario, client: httpx.AsyncClient, practice: str = "", seed: int = 0
) -> Transcript:
    """Holds the scenario's conversation with the service behind `client` (its base URL).

    `practice` is a slug, empty for the service's own choice. Another `seed` is another wording and style, 0
    the first wordings as they are written. HTTP errors end up in the transcript's problems.
    """
    meanwhile = scenario.meanwhile

    async def before_answering(message: Mapping[str, Any] | None) -> None:
        nonlocal meanwhile
        if meanwhile is not None and message is not None and message.get("expects") == meanwhile.at:
            other, meanwhile = meanwhile, None
            rival = await _Caller(client, other, scenario.max_turns, practice, seed).hold()
            transcript.problems.extend(f"meanwhile: {problem}" for problem in rival.problems)

    caller = _Caller(client, scenario, scenario.max_turns, practice, seed)
    transcript = caller.transcript
    await caller.hold(before_answering)
    if meanwhile is not None:
        transcript.problems.append(f"the desk never asked for {meanwhile.at}")
    return transcript


async def _nothing(message: Mapping[str, Any] | None) -> None:
    """What happens between two turns when nobody else calls."""


class _Caller:
    """One simulated patient in one conversation."""

    def __init__(
        self, client: httpx.AsyncClient, lines: Lines, max_turns: int, practice: str, seed: int
    ) -> None:
        self.transcript = Transcript()
        self._client = client
        self._lines = lines
        self._max_turns = max_turns
        self._practice = practice
        self._used: dict[str, int] = {}
        self._seed = seed
        self._rng = Random(seed)
        self._style = STYLES[seed % len(STYLES)]

    async def hold(self, before_answering: Any = _nothing) -> Transcript:
        """The whole conversation, from the greeting until nothing is left to say."""
        body = {"language": "en"} | ({"practice": self._practice} if self._practice else {})
        opened = await self._post("/api/chat/conversations", body, {})
        if opened is None:
            return self.transcript
        self.transcript.conversation_id = opened["id"]
        path = f"/api/chat/conversations/{opened['id']}/messages"
        headers = {"Authorization": f"Bearer {opened['token']}"}
        message = self._note(opened)
        while (text := self._next(message)) is not None:
            await before_answering(message)
            if self.transcript.turns == self._max_turns:
                self.transcript.problems.append(f"not finished within {self._max_turns} turns")
                break
            self.transcript.lines.append(("patient", text))
            start = time.perf_counter()
            reply = await self._post(path, {"text": text, "client_id": str(uuid.uuid4())}, headers)
            self.transcript.seconds.append(time.perf_counter() - start)
            if reply is None:
                break
            message = self._note(reply)
        return self.transcript

    async def _post(self, path: str, body: Any, headers: Mapping[str, str]) -> dict[str, Any] | None:
        try:
            response = await self._client.post(path, json=body, headers=headers)
        except httpx.HTTPError as error:
            self.transcript.problems.append(f"no answer: {type(error).__name__}")
            return None
        if response.status_code != 201:
            self.transcript.problems.append(f"HTTP {response.status_code} instead of 201")
            return None
        return dict(response.json())

    def _note(self, reply: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Writes the desk's messages down and returns the last one."""
        self.transcript.status = reply["status"]
        self.transcript.lines += [(one["role"], one["text"]) for one in reply["messages"]]
        return reply["messages"][-1] if reply["messages"] else None

    def _next(self, message: Mapping[str, Any] | None) -> str | None:
        """What the patient says now; None ends the conversation."""
        turn = self.transcript.turns
        if self.transcript.status == "closed":
            if turn < len(self._lines.says):
                self.transcript.problems.append("closed before everything was said")
            return None
        if turn < len(self._lines.says):
            return self._said(self._lines.says[turn])
        if not self._lines.answers or message is None or not message.get("expects"):
            return None
        return self._answer(message)

    def _answer(self, message: Mapping[str, Any]) -> str | None:
        asked, about = message["expects"], message.get("about")
        names = [f"{asked}.{about}", asked] if about else [asked]
        for name in names:
            before, used = self._lines.instead.get(name, []), self._used.get(f"instead of {name}", 0)
            before = before if isinstance(before, list) else [before]
            if used < len(before):
                self._used[f"instead of {name}"] = used + 1
                return self._said(before[used])
        name = next((name for name in names if name in self._lines.answers), None)
        if name is None:
            if asked == "anything_else":
                return FAREWELL
            self.transcript.problems.append(
                f"the desk asked for {names[0]}, which the scenario does not answer"
            )
            return None
        answer = self._lines.answers[name]
        if isinstance(answer, list):
            used = self._used.get(name, 0)
            self._used[name] = used + 1
            answer = answer[min(used, len(answer) - 1)]
        return self._picked(answer, message) if isinstance(answer, Pick) else self._said(answer)

    def _said(self, words: Words) -> str:
        """One of the wordings, in this patient's style."""
        if isinstance(words, OneOf):
            words = self._rng.choice(words.one_of) if self._seed else words.one_of[0]
        return self._style(words, self._rng)

    def _picked(self, pick: Pick, message: Mapping[str, Any]) -> str | None:
        """The text of the option a patient would click, or what they say when there is none for them."""
        options = message.get("options") or []
        if isinstance(pick.option, int):
            chosen = options[pick.option : pick.option + 1 or None]
        else:
            wanted = pick.option
            chosen = [
                one for one in options if isinstance(one["value"], dict) and matches(wanted, one["value"])
            ]
        if chosen:
            return str(chosen[0]["text"])
        if not pick.otherwise:
            self.transcript.problems.append("the desk did not offer the option that the scenario picks")
            return None
        return self._said(pick.otherwise)


def grade(scenario: Scenario, transcript: Transcript, export: Mapping[str, Any], seed: int = 0) -> Verdict:
    """Compares the end of a conversation with what the scenario wants; rows first, words second."""
    problems = [*transcript.problems, *_rows(scenario, export), *_words(scenario, transcript)]
    if scenario.status and transcript.status != scenario.status:
        problems.append(f"the conversation is {transcript.status}, not {scenario.status}")
    return Verdict(scenario, transcript, problems, seed)


def _rows(scenario: Scenario, export: Mapping[str, Any]) -> Iterator[str]:
    for kind in ("appointments", "requests"):
        left = list(export[kind])
        for wanted in getattr(scenario.expected, kind):
            found = next((row for row in left if matches(wanted, row)), None)
            if found is None:
                yield f"missing in {kind}: {wanted}"
            else:
                left.remove(found)  # two wanted rows need two rows
        for unwanted in getattr(scenario.unexpected, kind):
            if any(matches(unwanted, row) for row in export[kind]):
                yield f"should not be in {kind}: {unwanted}"


def _words(scenario: Scenario, transcript: Transcript) -> Iterator[str]:
    desk = [text.casefold() for role, text in transcript.lines if role == "desk"]
    roles = [role for role, _ in transcript.lines]
    greeting = (
        roles.index("patient") if "patient" in roles else len(roles)
    )  # it names the emergency number too
    if any(one == two == three for one, two, three in zip(desk, desk[1:], desk[2:], strict=False)):
        yield "the desk said the same three times running"
    for words in scenario.said:
        if not any(words.casefold() in text for text in desk[greeting:]):
            yield f"the desk never said {words!r}"
    for words in scenario.never_said:
        if any(words.casefold() in text for text in desk[greeting:]):
            yield f"the desk said {words!r}"


def matches(wanted: Any, actual: Any, key: str = "") -> bool:
    """Whether everything named in `wanted` is so in `actual`.

    Mappings match as subsets, `start` and `end` by the practice's local minute, free words (see `FREE`) when
    they contain the wanted ones, all other texts regardless of case.
    """
    if isinstance(wanted, Mapping):
        return isinstance(actual, Mapping) and all(
            name in actual and matches(part, actual[name], name) for name, part in wanted.items()
        )
    if isinstance(wanted, str) and isinstance(actual, str):
        if key in ("start", "end"):
            return wanted[:LOCAL_MINUTE] == actual[:LOCAL_MINUTE]
        if key in FREE:
            return wanted.casefold() in actual.casefold()
        return wanted.casefold() == actual.casefold()
    return bool(wanted == actual)
