"""Sound as numbers, and what a telephone line makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

#: A telephone line: samples a second, the band that it lets through in Hz, and the steps of µ-law.
LINE_RATE = 8000
LOWEST, HIGHEST = 300.0, 3400.0
MU, LEVELS = 255.0, 255
#: Decibels that the speech lies above the noise, and the level to which a line brings the speech.
SIGNAL_TO_NOISE = 15.0
PEAK = 0.5
#: Silence (with noise) before and after the words, seconds.
AROUND = 0.5
#: Frames this much quieter than the loudest, as a share of its power, are pauses: not counted as speech.
_PAUSE = 1e-3
_FRAME = LINE_RATE // 50
#: Below this many Hz the noise gets no louder.
_LOWEST_NOISE = 50.0


@dataclass(frozen=True)
class Sound:
    """One channel, from -1 to 1; `rate` in samples a second."""

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    def at(self, rate: int) -> Sound:
        """The same sound with other samples a second; what a lower rate can't hold is left out."""
        count = round(len(self.samples) * rate / self.rate)
        bins = np.fft.rfft(self.samples)
        kept = np.zeros(count // 2 + 1, complex)
        shared = min(len(kept), len(bins))
        kept[:shared] = bins[:shared]
        return Sound(np.fft.irfft(kept, count) * (count / max(1, len(self.samples))), rate)


def telephone(sound: Sound, seed: int, signal_to_noise: float = SIGNAL_TO_NOISE) -> Sound:
    """The sound as it comes out of a telephone line: 8 kHz, 300 to 3,400 Hz, µ-law, and noise.

    The noise falls with frequency, as that of rooms and streets does; it lies `signal_to_noise` decibels
    below the speech, pauses not counted, and is the same for the same `seed`.
    """
    speech = band(sound.at(LINE_RATE).samples)
    speech *= PEAK / max(float(np.abs(speech).max(initial=0.0)), 1e-9)
    silence = np.zeros(round(AROUND * LINE_RATE))
    level = np.sqrt(active_power(speech)) * 10 ** (-signal_to_noise / 20)
    words = np.concatenate([silence, speech, silence])
    noise = band(_noise(len(words), np.random.default_rng(seed)))
    noise *= level / max(float(np.sqrt(np.mean(noise**2))), 1e-9)
    return Sound(mu_law(words + noise), LINE_RATE)


def band(samples: Samples, rate: int = LINE_RATE) -> Samples:
    """Only what lies between `LOWEST` and `HIGHEST` Hz."""
    bins = np.fft.rfft(samples)
    frequencies = np.fft.rfftfreq(len(samples), 1 / rate)
    bins[(frequencies < LOWEST) | (frequencies > HIGHEST)] = 0
    return np.fft.irfft(bins, len(samples))


def mu_law(samples: Samples) -> Samples:
    """What is left of samples that went through one byte each, by the µ-law."""
    clipped = np.clip(samples, -1, 1)
    pressed = np.sign(clipped) * np.log1p(MU * np.abs(clipped)) / np.log1p(MU)
    steps = np.round((pressed + 1) / 2 * LEVELS) / LEVELS * 2 - 1
    opened: Samples = np.sign(steps) * np.expm1(np.abs(steps) * np.log1p(MU)) / MU
    return opened


def active_power(speech: Samples) -> float:
    """The mean power (of full scale) of the frames in which somebody speaks."""
    whole = speech[: len(speech) // _FRAME * _FRAME].reshape(-1, _FRAME)
    power: Any = np.mean(whole**2, axis=1) if len(whole) else np.zeros(1)
    return float(np.mean(power[power >= power.max() * _PAUSE]))


def _noise(count: int, rng: np.random.Generator) -> Samples:
    bins = np.fft.rfft(rng.standard_normal(count))
    frequencies = np.fft.rfftfreq(count, 1 / LINE_RATE)
    return np.fft.irfft(bins / np.sqrt(np.maximum(frequencies, _LOWEST_NOISE)), count)
