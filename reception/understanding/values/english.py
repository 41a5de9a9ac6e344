"""English: number words, the words of dates and times, and the names things go by at a desk."""

from __future__ import annotations

import re

from reception.understanding.values.english_dates import DATES
from reception.understanding.values.english_details import CHOICES, EMAIL, NAME_NOISE
from reception.understanding.values.english_names import (
    ANYONE,
    PARTICLES,
    SPECIALTIES,
    TITLES,
    TYPE_NOISE,
    TYPE_PHRASES,
    TYPE_SYNONYMS,
)
from reception.understanding.values.english_times import TIMES
from reception.understanding.values.language import Language, Phrases, words

DIGITS = words("one two three four five six seven eight nine")
TEENS = words("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
TENS = words("twenty thirty forty fifty sixty seventy eighty ninety")
ORDINALS = words(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
FORGIVEN = words(
    "monday tuesday wednesday thursday friday saturday sunday "
    "mondays tuesdays wednesdays thursdays fridays saturdays sundays "
    "january february march april august september october november december "
    "tomorrow tonight today yesterday weekend fortnight morning afternoon evening midday lunchtime earliest "
    "between before after quarter oclock three seven eight eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety first second third "
    "fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth thirtieth"
)
# What a recogniser writes for a digit, in phone numbers and clock times.
HOMOPHONES = {
    "to": "2",
    "too": "2",
    "free": "3",
    "tree": "3",
    "for": "4",
    "fore": "4",
    "ate": "8",
    "won": "1",
}
# Words near a forgiven one that mean themselves.
REAL_WORDS = words(
    "match matches marsh mayor weeks months early later other there these those where which would could "
    "about again along money monkey sunny height weight sight light night right might often offer "
    "afters soften nineties thirsty forth fight even event events every thing things being doing "
    "going meeting evenings mornings afternoons weekends hours minutes daily todays seconds weird quarters"
)

ENGLISH = Language(
    digits={word: at for at, word in enumerate(DIGITS, 1)},
    teens={word: at for at, word in enumerate(TEENS, 10)},
    tens={word: 10 * at for at, word in enumerate(TENS, 2)} | {"fourty": 40},
    ordinals={word: at for at, word in enumerate(ORDINALS, 1)} | {"twentieth": 20, "thirtieth": 30},
    zeros=frozenset({"oh", "o", "zero", "nought", "naught"}),
    multiples={"hundred": 100, "thousand": 1000},
    repeats={"double": 2, "triple": 3, "treble": 3},
    joiner="and",
    dates=Phrases(DATES),
    times=Phrases(TIMES),
    ruled_out=re.compile(
        r"(?:'s| is| are)?,?(?: all| both)?"
        r" (?:out|no good|no use|no longer possible|(?:not|no|im) ?possible|a no|never)"
        r"(?: (?:to|for|with) me)?(?=$|[,.;]| and )"
        r"|(?: are|'re)?,? (?:days )?i (?:can'?t|cannot|don'?t|won'?t) (?:do|make|manage|come)$"
        r"|^(?:i )?(?:can'?t|cannot|don'?t|won'?t) (?:do|make|manage|come|put me)(?: on)?(?: an?)? ",
        re.IGNORECASE,
    ),
    clauses=re.compile(r"[,;.]| but ", re.IGNORECASE),
    no="not",
    forgiven=FORGIVEN,
    real_words=frozenset(REAL_WORDS),
    email=Phrases(EMAIL),
    email_at=("at", "ate", "add", "act", "aid"),
    email_noise=frozenset(
        words(
            "its it is that my the email mail address e would be um uh er so yes yeah sure ok okay and then"
        )
    ),
    top_domains=frozenset(words("com org net edu gov de uk ca au eu io co info me us fr ch at nl ie")),
    spelling=frozenset({"as", "like", "for"}),
    extension=frozenset({"ext", "extension", "x"}),
    homophones=HOMOPHONES,
    misheard_hour=re.compile(
        rf"\b(?:{'|'.join(HOMOPHONES)})\b(?= (?:fifteen|thirty|forty[- ]five|o'?clock|[ap]\.?m\b))"
        rf"|(?<=past )(?:{'|'.join(HOMOPHONES)})$",
        re.IGNORECASE,
    ),
    titles=TITLES,
    name_noise=Phrases(NAME_NOISE),
    particles=PARTICLES,
    choices=Phrases(CHOICES),
    type_noise=TYPE_NOISE,
    type_phrases=Phrases(TYPE_PHRASES),
    type_synonyms=TYPE_SYNONYMS,
    specialties=SPECIALTIES,
    anyone=ANYONE,
    this_day=("tonight", "tonite", "this evening", "this afternoon", "this morning", "today"),
    sick_note=frozenset({"sick", "certificate", "certified", "unwell"}),
)
