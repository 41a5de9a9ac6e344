"""Cleans a patient's name as it was said, spelled or typed: "chen, c h e n" becomes "Chen"."""

from __future__ import annotations

import re

from reception.understanding.values.language import Language

_WORD = re.compile(r"[^\W\d_]+(?:[.'’-][^\W\d_]+)*|,", re.UNICODE)
_SPELLED_RUN = re.compile(r"(?<![^\W_])(?:[^\W\d_](?:\s*[-.,]\s*|\s+)){2,}[^\W\d_](?![^\W_])")
_SPELLED_BY_DASHES = re.compile(r"[^\W\d_](?:[-.][^\W\d_])+\.?")


def read_name(text: str, language: Language) -> str:
    """The name in the usual spelling of names, letters joined; empty when no name is left."""
    text = text.replace("’", "'")
    words, letters = _parts(text, language)
    first, last = _labelled(words)
    if last:
        words = [*first, *last]
    elif "," in words and not letters:
        comma = words.index(",")
        before, after = words[:comma], [word for word in words[comma + 1 :] if word != ","]
        # "Chen, Maya" is turned round; "Maya Chen, Junior" is not.
        again = [word.casefold() for word in before] == [word.casefold() for word in after[-1:]]
        turned = len(_solid(before, language)) == 1 and after and not again
        words = after + before if turned else before + after
    words = [word for word in words if word not in (",", "spelled", "first", "last")]
    if len(words) > 2 and words[0].casefold() == words[-1].casefold():
        words = words[1:]  # "Lowell, Edith Lowell"
    words = _with_letters(words, letters)
    return _cased(words, language)


def _parts(text: str, language: Language) -> tuple[list[str], list[list[str]]]:
    """The words said, with noise gone, and the runs of single letters in order."""
    runs: list[list[str]] = []

    def keep(match: re.Match[str]) -> str:
        """Double blanks between letters part one spelled name from the next ("m a y a  c h e n")."""
        mixed = not (match[0].islower() or match[0].isupper())  # "M a y a C h e n"
        pattern = r"\s{2,}|,|(?=[A-Z])" if mixed else r"\s{2,}|,"
        pieces = [re.findall(r"[^\W\d_]", piece) for piece in re.split(pattern, match[0].strip())]
        runs.extend(piece for piece in pieces if piece)
        return " "

    spelled = _SPELLED_RUN.sub(keep, f" {text} ")
    words = []
    for word in _WORD.findall(spelled):
        if _SPELLED_BY_DASHES.fullmatch(word) and len(word) > 3:
            runs.append(re.findall(r"[^\W\d_]", word))
        else:
            words.append(word)
    lowered = [word.casefold().replace("'", "") for word in words]
    return _without_noise(words, lowered, language), runs


def _without_noise(words: list[str], lowered: list[str], language: Language) -> list[str]:
    """The words without "my name is" and titles; "first", "last" and "spelled" mark where theirs stood."""
    tagged = language.name_noise.replace_at(lowered)
    out: list[str] = []
    for start, end, meaning in tagged:
        if meaning is None:
            out.extend(words[start:end])
        else:
            out.extend(meaning)
    return out


def _labelled(words: list[str]) -> tuple[list[str], list[str]]:
    """What follows the marks "first" and "last"."""
    parts: dict[str, list[str]] = {"first": [], "last": []}
    current = "first"
    for word in words:
        if word in parts:
            current = word
        elif word not in (",", "and", "spelled"):
            parts[current].append(word)
    return parts["first"], parts["last"]


def _solid(words: list[str], language: Language) -> list[str]:
    return [word for word in words if word.casefold() not in language.particles]


def _with_letters(words: list[str], runs: list[list[str]]) -> list[str]:
    """Spelled letters put right the word they spell, or stand for it when it was not said."""
    spelled = ["".join(run) for run in runs]
    if not words:
        return [part.capitalize() for part in spelled]
    for letters in spelled:
        at = _closest(words, letters)
        if at is None:
            words = [*words, letters.capitalize()]
        else:
            words[at] = letters.capitalize()
    return words


def _closest(words: list[str], letters: str) -> int | None:
    """The word the letters spell: the same first letter and a similar length, the last such word first."""
    small = letters.casefold()
    for at in range(len(words) - 1, -1, -1):
        word = words[at].casefold().replace("'", "").replace("-", "")
        shared = len(set(word) & set(small)) / max(len(set(word) | set(small)), 1)
        if word == small or (word[:1] == small[:1] and shared >= 0.4):
            return at
    return None


def _cased(words: list[str], language: Language) -> str:
    """Names written in small or capital letters get their capitals; mixed ones stay as typed."""
    joined = " ".join(words)
    if joined and not (joined.islower() or joined.isupper()):
        return " ".join(
            word if not word.islower() or word in language.particles else _capital(word) for word in words
        )
    small = [word.casefold() for word in words]
    return " ".join(
        word if word in language.particles and 0 < at < len(small) - 1 else _capital(word)
        for at, word in enumerate(small)
    )


def _capital(word: str) -> str:
    """Capitals at the start and after hyphen, "O'" and "Mc"."""
    word = re.sub(r"(?:^|(?<=[-']))[^\W\d_]", lambda match: match[0].upper(), word)
    return re.sub(r"^Mc([a-z])(?=[a-z]{2})", lambda match: "Mc" + match[1].upper(), word)
