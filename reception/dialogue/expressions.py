"""How the patterns in `red_flags` are written, read and found.

Patterns are meant to be read by a doctor. They are ordinary regular expressions over plain text (small
letters, no apostrophes, one blank between words) with a few additions:

    {pain}   one of a family of words, listed in red_flags/words.yaml
    bleed*   any ending: bleeds, bleeding
    ~        up to four other words of the same sentence
    ~~       up to ten other words of the same sentence
    ~>       the same within a clause, without a comma, where nothing says that it is now, again or but
    &        up to thirty other words, of this sentence or the next ones
    , /      a comma; the beginning or end of a sentence
    ^ $      the beginning or end of all that was said

Words that are often misheard are listed apart, in red_flags/misheard.yaml.

Every harmless expression lets something dangerous-sounding pass, so it must be sure of its case: it takes out
only the words it matches, and whatever danger is left beside them still counts.
"""

from __future__ import annotations

import re
from pathlib import Path

from reception.yaml_text import parse

FOLDER = Path(__file__).with_name("red_flags")
#: Families of words that patterns share.
WORDS: dict[str, str] = parse((FOLDER / "words.yaml").read_text(encoding="utf-8"))


def read(name: str) -> dict[str, tuple[str, ...]]:
    """The patterns of one of the files, by their heading."""
    groups = parse((FOLDER / name).read_text(encoding="utf-8"))
    return {heading: tuple(group["patterns"]) for heading, group in groups.items()}


_ENDINGS = str.maketrans({"…": " ", "’": "", "‘": "", "'": "", "`": ""})


_NOW = r"(?:again|back|but|just|now|suddenly|today|tonight|worse)"

#: Words that people say with an s ("my throat's closing"), which the patterns need not repeat.
_NOUN = re.compile(
    r"(?<![\w\\])(airway|arm|artery|asthma|baby|back|belly|blood|boy|breath|breathing|brother|bump|cheek|dad|daughter"
    r"|eye|eyelid|face|father|hand|head|heart|husband|jaw|leg|lip|mother|mouth|mum|neck|nose|pulse|side|sight|skin"
    r"|son|speech|throat|tongue|vision|voice|windpipe)(?=[|)]| (?!\))|$)"
)


def plain(heard: str) -> str:
    """The words as the patterns expect them: " / i cant breathe , help / "."""
    text = re.sub(r"\.{2,}", " ", heard.casefold().translate(_ENDINGS))
    text = re.sub(r"[.?!;:\n]+(?=\s|$)", " / ", text)
    text = re.sub(r",+|\s[-–—]+\s|[–—]+", " , ", text)
    words = [
        word
        for word in re.findall(r"[^\W_]+(?:\.\d+)?|[,/]", text)
        if word not in {"um", "uh", "erm", "er", "uhm"}
    ]
    # A word said twice in hesitation is one word: "I I can't can't breathe".
    words = [word for at, word in enumerate(words) if not at or word != words[at - 1]]
    return f" / {' '.join(words)} / "


def regex(pattern: str) -> str:
    """The regular expression that a pattern stands for."""
    for _ in range(3):  # a family may name another one
        # Without brackets of its own where it needs none: the engine is much faster on flat alternatives.
        pattern = re.sub(r"(?<=[(|])\{([a-z]+)\}(?=[|)])", lambda family: WORDS[family[1]], pattern)
        pattern = re.sub(r"\{([a-z]+)\}", lambda family: f"({WORDS[family[1]]})", pattern)
    pattern = re.sub(r"(?<=[a-z])(?<!\\w)\*", r"\\w*", pattern)
    pattern = re.sub(r"^\^ ", "(?<=^ )/ ", re.sub(r" \$$", " /(?= $)", pattern))
    pattern = pattern.replace(" ~~ ", " (?:[^ /]+ ){0,10}?").replace(" ~ ", " (?:[^ /]+ ){0,4}?")
    pattern = pattern.replace(" ~> ", rf" (?:(?!{_NOW} )[^ /,]+ ){{0,10}}?")
    pattern = _NOUN.sub(r"\1s?", pattern)
    return re.sub(r"(?<!\\)\((?!\?)", "(?:", pattern.replace(" & ", " (?:[^ ]+ ){0,30}?"))


def compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Something that finds any of the patterns as whole words of plain text."""
    return re.compile(" (?:" + "|".join(f"(?:{regex(one)})" for one in patterns) + ")(?= )")


def _misheard() -> list[tuple[re.Pattern[str], str]]:
    """What is often misheard, and the words to put in its place; what stands before it stays."""
    meant = parse((FOLDER / "misheard.yaml").read_text(encoding="utf-8"))
    found = []
    for right, patterns in meant.items():
        for pattern in patterns:
            before, _, word = pattern.rpartition(" > ")
            kept = rf"(?:{regex(before)}) " if before else ""
            found.append((re.compile(rf"( {kept})(?:{regex(word)})(?= )"), rf"\g<1>{right}"))
    return found


_MISHEARD = _misheard()


def as_meant(text: str) -> str:
    """Plain text with the words that a recogniser often mishears put right."""
    for pattern, right in _MISHEARD:
        text = pattern.sub(right, text)
    return text


_HARMLESS = {heading: compiled(patterns) for heading, patterns in read("harmless.yaml").items()}
#: Under these stands no danger at all, neither denied nor over.
_NO_DANGER = ("names", "figures", "mild")


def without_harmless(text: str) -> str:
    """Plain text without what only sounds like danger."""
    for group in _HARMLESS.values():
        text = group.sub(" …", text)
    return text


def sounds_like_danger(text: str) -> bool:
    """Whether plain text has a figure of speech, a name or something mild that sounds like danger."""
    return any(_HARMLESS[heading].search(text) for heading in _NO_DANGER)
