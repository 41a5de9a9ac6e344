"""Every sentence of the desk, to be put in own words: checked, read as a patient would, listened to."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from reception.catalogue import FILES, Sentence, catalogue
from reception.channels.given import GivenService
from reception.dashboard.rendering import Flash, part, redirect
from reception.dashboard.settings.changing import entries
from reception.dashboard.settings.listening import spoken, voice_installed
from reception.dashboard.settings.pages import HOME, KEPT, TO_MEND
from reception.dashboard.settings.samples import samples
from reception.dashboard.settings.view import View, settings_page, view, view_of
from reception.drafts import Drafts
from reception.errors import Invalid, NotFound
from reception.own_words import LONGEST
from reception.service import Service
from reception.staff.access import Me, Received, admins_only, form_fields

CHANNELS = {
    "any": "Wherever it is said",
    "chat": "In chats",
    "phone": "On the phone",
    "sms": "In text messages",
}
#: Wordings of one sentence.
MOST = 8


@dataclass(frozen=True)
class Read:
    """A wording as a patient gets it, or what is to mend in it."""

    channel: str
    text: str
    mend: str


@get("/settings/words", guards=[admins_only])
async def words(request: Received, me: Me, service: GivenService, file: FromQuery[str] = "desk") -> Any:
    """The sentences of one file by topic, own ones marked."""
    chosen = file if file in FILES else "desk"
    seen = await view_of(service, me)
    language = _language(seen)
    known = catalogue(service.settings.prompts_dir, language)
    own = _own(seen.settings, language)
    sentences = [(one, _wordings(one, own)) for one in known[chosen].values()]
    topics = [(topic, list(each)) for topic, each in groupby(sentences, key=lambda one: one[0].topic)]
    return await settings_page(
        request,
        seen,
        "words.html",
        at="words",
        topics=topics,
        own=own.get(chosen, {}),
        file=chosen,
        files=[(name, label, len(own.get(name, {}))) for name, label in FILES.items()],
        language=language,
    )


@get("/settings/words/{file:str}/{key:str}", guards=[admins_only])
async def one_sentence(
    request: Received, file: FromPath[str], key: FromPath[str], me: Me, service: GivenService
) -> Any:
    """A sentence in its channels, and how it reads."""
    seen = await view_of(service, me)
    language = _language(seen)
    sentence = _sentence(service, language, file, key)
    own = _own(seen.settings, language)
    given = _wordings(sentence, own)
    named = samples(seen.settings.get("practice") or {}, _doctors(seen))
    return await settings_page(
        request,
        seen,
        "sentence.html",
        at="words",
        sentence=sentence,
        file_label=FILES[file],
        channels=CHANNELS,
        given={channel: "\n".join(each) for channel, each in given.items()},
        changed=key in own.get(file, {}),
        variables=[(name, named.get(name, "…")) for name in sorted(sentence.rule.allowed)],
        wrong=[one.words for one in seen.wrong if one.path[:4] == ("words", language, file, key)],
        read=_read(service, seen, sentence, given),
        voice=voice_installed(),
        longest=LONGEST,
    )


@post("/settings/words/{file:str}/{key:str}", guards=[admins_only])
async def save_sentence(
    request: Received, file: FromPath[str], key: FromPath[str], me: Me, service: GivenService
) -> Any:
    """Keeps own words in the draft; those that are the standard again are no own ones."""
    sent = await form_fields(request)
    async with service.database.transaction() as store:
        await Drafts(store, me.practice_id, me.id).lock()
        seen = await view(store, me)
        language = _language(seen)
        sentence = _sentence(service, language, file, key)
        typed = {} if "standard" in sent else _typed(sentence, sent)
        settings = _with(seen.settings, language, sentence, typed)
        drafts = Drafts(store, me.practice_id, me.id)
        if settings == seen.held:
            await drafts.discard()
        else:
            await drafts.save(settings)
    wrong = any(one.mend for one in _read(service, seen, sentence, typed))
    to = f"{HOME}/words/{file}/{key}" if wrong else f"{HOME}/words?file={file}#{key}"
    return redirect(request, to, flash=Flash(TO_MEND, "bad") if wrong else Flash(KEPT))


@post("/settings/words/{file:str}/{key:str}/read", guards=[admins_only], status_code=200)
async def read_sentence(
    request: Received, file: FromPath[str], key: FromPath[str], me: Me, service: GivenService
) -> Any:
    """How what is being typed reads, or what is to mend in it; nothing is kept."""
    seen = await view_of(service, me)
    sentence = _sentence(service, _language(seen), file, key)
    read = _read(service, seen, sentence, _typed(sentence, await form_fields(request)))
    return part(request, "settings/read.html", read=read, channels=CHANNELS, voice=voice_installed())


@get("/settings/listen", guards=[admins_only])
async def listen(me: Me, service: GivenService, text: FromQuery[str] = "") -> Response[bytes]:
    """A sentence as the phone would speak it. NotFound where no voice is installed."""
    if not text.strip() or len(text) > 2 * LONGEST:
        raise Invalid("There is nothing to listen to.")
    seen = await view_of(service, me)
    return Response(await spoken(text, _language(seen)), media_type="audio/wav")


def _language(seen: View) -> str:
    """The first language of the draft, in which it speaks by itself."""
    practice = seen.settings.get("practice")
    languages = practice.get("languages") if isinstance(practice, Mapping) else None
    return str(languages[0]) if isinstance(languages, list | tuple) and languages else "en"


def _own(settings: Mapping[str, Any], language: str) -> Mapping[str, Mapping[str, Any]]:
    """File → key → own words of the draft."""
    words = settings.get("words")
    found = words.get(language) if isinstance(words, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _sentence(service: Service, language: str, file: str, key: str) -> Sentence:
    found = catalogue(service.settings.prompts_dir, language).get(file, {}).get(key)
    if found is None:
        raise NotFound("There is no such sentence.")
    return found


def _wordings(sentence: Sentence, own: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """Channel → the wordings that hold in the draft."""
    mine = own.get(sentence.file, {}).get(sentence.key, {})
    mine = {"any": mine} if isinstance(mine, str | list) else mine
    return {
        channel: [given] if isinstance(given := mine.get(channel, standard), str) else list(given)
        for channel, standard in sentence.rule.standard.items()
    }


def _typed(sentence: Sentence, sent: Mapping[str, str]) -> dict[str, list[str]]:
    """Channel → the lines of its field."""
    return {
        channel: [" ".join(line.split()) for line in sent.get(channel, "").splitlines() if line.strip()][
            :MOST
        ]
        for channel in sentence.rule.standard
    }


def _with(
    settings: Mapping[str, Any], language: str, sentence: Sentence, typed: Mapping[str, list[str]]
) -> dict[str, Any]:
    """The settings with own words for a sentence, as far as they are not the standard's."""
    changed = copy.deepcopy(dict(settings))
    files = changed.setdefault("words", {}).setdefault(language, {})
    own = files.setdefault(sentence.file, {})
    standard = {channel: [one.strip() for one in each] for channel, each in sentence.rule.standard.items()}
    new = {channel: each for channel, each in typed.items() if each and each != standard[channel]}
    if new:
        own[sentence.key] = new
    else:
        own.pop(sentence.key, None)
    changed["words"][language] = {file: each for file, each in files.items() if each}
    changed["words"] = {code: each for code, each in changed["words"].items() if each}
    return changed


def _read(service: Service, seen: View, sentence: Sentence, given: Mapping[str, list[str]]) -> list[Read]:
    named = samples(seen.settings.get("practice") or {}, _doctors(seen))
    wording = service.wordings.get(_language(seen)) or next(iter(service.wordings.values()))
    found = []
    for channel, wordings in given.items():
        for one in wordings:
            mend = sentence.rule.objection(channel, one)
            text = (
                "" if mend else one.format(**{name: named.get(name, "…") for name in sentence.rule.allowed})
            )
            aloud = channel == "phone" or sentence.file == "phone"
            found.append(Read(channel, wording.aloud(text) if aloud else text, mend))
    return found


def _doctors(seen: View) -> list[str]:
    return [str(one.get("name")) for one in entries(seen.settings, "practitioners") if one.get("name")]


handlers = [words, one_sentence, save_sentence, read_sentence, listen]
