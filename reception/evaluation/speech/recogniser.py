"""Turns sound into words, as the speech recogniser of a phone line does: faster-whisper on the processor."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from reception.errors import MisconfiguredError
from reception.evaluation.speech.sound import Sound

#: What the recogniser wants, samples a second.
RATE = 16_000


class Recogniser:
    """faster-whisper with the model of the speech files; the same sound always gives the same words."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """`folder` holds the speech files. MisconfiguredError when faster-whisper is not installed."""
        try:
            from faster_whisper import WhisperModel
        except ImportError as error:
            raise MisconfiguredError(
                "spoken tests need faster-whisper, which is not installed: pip install 'reception[speech]'"
            ) from error
        self._model = WhisperModel(
            str(folder / "whisper-base"), device="cpu", compute_type="int8", cpu_threads=threads
        )

    def hear(self, sound: Sound, hints: Sequence[str] = ()) -> str:
        """The words of an English sentence; `hints` are names to expect, about 70 of them."""
        segments, _ = self._model.transcribe(
            sound.at(RATE).samples.astype(np.float32),
            language="en",
            beam_size=5,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
            hotwords=", ".join(hints) or None,
        )
        return "".join(segment.text for segment in segments).strip()
