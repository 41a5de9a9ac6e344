"""Voices that read sentences aloud: Piper's "joe" at several paces and pitches, and espeak-ng."""

from __future__ import annotations

import io
import shutil
import subprocess
import wave
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from reception.errors import MisconfiguredError
from reception.evaluation.speech.sound import Sound

#: Piper's paces (1 is its own; more is slower) and how much higher the voice is made.
JOE = {"joe": (1.0, 1.0), "joe, quick": (0.85, 1.0), "joe, higher": (1.0, 1.2)}
ESPEAK = "espeak-ng"
#: Words a minute: a calm caller.
_ESPEAK_PACE = 150


class Voice(Protocol):
    """Anything that says a sentence, the same one always in the same way."""

    name: str

    def say(self, text: str) -> Sound: ...


class Piper:
    """Piper's voice, at a pace and pitch of its own."""

    def __init__(self, name: str, model: Any, pace: float, pitch: float) -> None:
        self.name = name
        self._model, self._pace, self._pitch = model, pace, pitch

    def say(self, text: str) -> Sound:
        """The sentence without Piper's chance variations; higher means squeezed, after slower speech."""
        from piper import SynthesisConfig

        config = SynthesisConfig(length_scale=self._pace * self._pitch, noise_scale=0.0, noise_w_scale=0.0)
        data = b"".join(chunk.audio_int16_bytes for chunk in self._model.synthesize(text, config))
        rate = self._model.config.sample_rate
        spoken = Sound(_floats(data), round(rate * self._pitch))
        return spoken.at(rate)


class Espeak:
    """espeak-ng, a program of the system: a robot's voice, harder to understand than any patient's."""

    def __init__(self, program: str) -> None:
        self.name = ESPEAK
        self._program = program

    def say(self, text: str) -> Sound:
        """The sentence in American English. MisconfiguredError when the program fails."""
        command = [self._program, "-v", "en-us", "-s", str(_ESPEAK_PACE), "--stdout", "--", text]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode != 0 or not done.stdout:
            raise MisconfiguredError("espeak-ng failed: install it anew (apt install espeak-ng)")
        with wave.open(io.BytesIO(done.stdout)) as file:
            rate = file.getframerate()
        return Sound(_floats(done.stdout[44:]), rate)  # what is streamed carries no length in its head


def all_voices(folder: Path) -> list[Voice]:
    """Every voice, the plainest first; `folder` holds the speech files. MisconfiguredError as below."""
    return [*joe(folder), espeak()]


def joe(folder: Path) -> list[Voice]:
    """Piper's voices. MisconfiguredError when Piper is not installed."""
    try:
        from piper import PiperVoice
    except ImportError as error:
        raise MisconfiguredError(
            "spoken tests need piper-tts, which is not installed: pip install 'reception[speech]'"
        ) from error
    model = PiperVoice.load(folder / "joe" / "voice.onnx")
    return [Piper(name, model, *shape) for name, shape in JOE.items()]


def espeak() -> Voice:
    """espeak-ng. MisconfiguredError when it is not on the PATH."""
    program = shutil.which(ESPEAK)
    if program is None:
        raise MisconfiguredError("spoken tests need the program espeak-ng: apt install espeak-ng")
    return Espeak(program)


def _floats(data: bytes) -> Any:
    return np.frombuffer(data, "<i2").astype(np.float64) / 32768
