"""English: number words, the words of dates and times, and the names things go by at a desk."""

from __future__ import annotations

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

DIGITS = "one two three four five six seven eight nine"
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
MONTHS = "january february march april may june july august september october november december"
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday"
MONTH_SHORT = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9} | {
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
FORGIVEN = (
    *WEEKDAYS.split(),
    *(f"{day}s" for day in WEEKDAYS.split()),
    *(month for month in MONTHS.split() if len(month) > 4),
    *("tomorrow", "tonight", "today", "yesterday", "weekend", "fortnight", "morning", "afternoon"),
    *("evening", "midday", "lunchtime", "earliest", "between", "before", "after", "quarter", "oclock"),
    *(word for word in f"{DIGITS} {TEENS} {TENS} {ORDINALS} twentieth thirtieth".split() if len(word) > 4),
)
# Words near a forgiven one that mean themselves.
REAL_WORDS = frozenset(
    "match matches marsh mayor weeks months early later other there these those where which would could "
    "about again along money monkey sunny first fifty eighth eighty sixty height weight sight light night "
    "right might often offer afters soften ninety nineties thirty thirsty forth forty fourty fight even "
    "seven event events every thing things being doing going meeting evenings mornings afternoons "
    "tonights weekends hours minutes daily today todays second seconds third weird quarters".split()
)

ENGLISH = Language(
    digits={word: at for at, word in enumerate(DIGITS.split(), 1)},
    teens={word: at for at, word in enumerate(TEENS.split(), 10)},
    tens={word: 10 * at for at, word in enumerate(TENS.split(), 2)} | {"fourty": 40},
    ordinals={word: at for at, word in enumerate(ORDINALS.split(), 1)} | {"twentieth": 20, "thirtieth": 30},
    zeros=frozenset({"oh", "o", "zero", "nought", "naught"}),
    multiples={"hundred": 100, "thousand": 1000},
    repeats={"double": 2, "triple": 3, "treble": 3},
    joiner="and",
    months={word: at for at, word in enumerate(MONTHS.split(), 1)} | MONTH_SHORT,
    dates=Phrases(DATES),
    times=Phrases(TIMES),
    forgiven=FORGIVEN,
    real_words=REAL_WORDS,
    email=Phrases(EMAIL),
    email_noise=frozenset(
        "its it is that my the email mail address e that thats thatd be would um uh er so yes yeah sure all lower "
        "lowercase case upper uppercase capital one word together no spaces space spelled then followed by "
        "ok okay and you can reach me send to use".split()
    ),
    top_domains=frozenset("com org net edu gov de uk ca au eu io co info me us fr ch at nl ie".split()),
    spelling=frozenset({"as", "like", "for"}),
    extension=frozenset({"ext", "extension", "x"}),
    homophones={"to": "2", "too": "2", "for": "4", "fore": "4", "ate": "8", "won": "1"},
    titles=TITLES,
    name_noise=Phrases(NAME_NOISE),
    particles=PARTICLES,
    choices=Phrases(CHOICES),
    type_noise=TYPE_NOISE,
    type_phrases=Phrases(TYPE_PHRASES),
    type_synonyms=TYPE_SYNONYMS,
    specialties=SPECIALTIES,
    anyone=ANYONE,
    sick_note=frozenset({"sick", "certificate", "certified", "unwell"}),
)
