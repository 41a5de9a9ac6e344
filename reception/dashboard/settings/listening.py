"""Sentences spoken by a voice of this machine, about as the phone would: espeak-ng, where it is installed."""

from __future__ import annotations

import asyncio
import shutil
import struct

from reception.errors import NotFound, Unavailable

PROGRAM = "espeak-ng"
#: Words a minute, and seconds within which a sentence must be spoken.
_PACE, _PATIENCE = 155, 15.0
_HEAD = 44  # bytes of a WAV file's head
#: Language → voice, where they are not called the same.
_VOICES = {"en": "en-us"}
_turn = asyncio.Semaphore(2)


def voice_installed() -> bool:
    return shutil.which(PROGRAM) is not None


async def spoken(text: str, language: str) -> bytes:
    """A WAV file. NotFound where no voice is installed, Unavailable when it fails."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise NotFound(f"No voice is installed here: whoever runs the service installs {PROGRAM}.")
    voice = _VOICES.get(language, language)
    command = [program, "-v", voice, "-s", str(_PACE), "--stdin", "--stdout"]
    async with _turn:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            sound, _ = await asyncio.wait_for(process.communicate(text.encode()), _PATIENCE)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise Unavailable("The voice took too long; please try again.") from None
    if process.returncode != 0 or len(sound) <= _HEAD:
        raise Unavailable("The voice failed; please try again.")
    return _with_length(sound)


def _with_length(sound: bytes) -> bytes:
    """What is streamed carries no length in its head, and browsers want one."""
    riff, data = struct.pack("<I", len(sound) - 8), struct.pack("<I", len(sound) - _HEAD)
    return sound[:4] + riff + sound[8:40] + data + sound[_HEAD:]
