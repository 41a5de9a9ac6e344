"""What the dialogue itself listens for in the patient's words, as tables: one set a language.

Meaning is the model's to read; these are the few words that decide how a detail is taken over or a question
about the practice is looked up. Another language is another `Cues`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Cues:
    """Patterns are searched regardless of case; words are in lower case."""

    # Questions about the practice.
    hours: re.Pattern[str]
    asks_hours: re.Pattern[str]  # for the practice's own hours, whatever is being chosen
    address: re.Pattern[str]
    phone: re.Pattern[str]
    doctors: re.Pattern[str]
    languages: re.Pattern[str]
    insurance: re.Pattern[str]
    ignored: frozenset[str]  # words that say nothing of what is asked
    same: Mapping[str, str]  # word or phrase → the one it is looked up by
    how_much: re.Pattern[str]
    price: str  # the word in `same` that stands for money
    # Who they are.
    may_i: re.Pattern[str]  # asking what is allowed or to be done before a visit
    why: re.Pattern[str]  # wondering why that is asked
    wont_say: re.Pattern[str]  # not wanting to say it, or asking what for
    uninsured: re.Pattern[str]
    # Requests.
    strength: re.Pattern[str]  # of a medicine, anywhere
    medicine: re.Pattern[str]  # groups "name" (may be missing) and "dose": the whole detail
    how_often: re.Pattern[str]
    around_dose: re.Pattern[str]  # words around a dose that are not of it
    bill_wish: re.Pattern[str]  # the wish to speak of a bill, without what about it
    out_now: re.Pattern[str]
    out_later: re.Pattern[str]
    not_known: re.Pattern[str]
    call_me: re.Pattern[str]  # group "when"
    call_back: re.Pattern[str]  # the wish to be called
    message_wish: re.Pattern[str]  # the wish to leave one, without what it says
    message: re.Pattern[str]  # a message in the wish to leave one
    # Appointments.
    doctor: re.Pattern[str]  # group "name": a doctor's, and nothing else
    waitlist: re.Pattern[str]  # the wish to be put on the waiting list


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b", re.IGNORECASE)


_ON_A_LIST = "put|add|place|get|go|be|join|sign|enter|stick|register|need|want|like"
_UNIT = r"(?:milligrams?|mg|micrograms?|mcg|grams?|g|ml|units?|iu|%)"
_HOW_OFTEN = r"(?:once|twice|\w+ times|daily|a day|per day|each|every|at|in the)"

ENGLISH = Cues(
    hours=_any("hours?", "opens?", "opening", "closes?", "closed", "closing"),
    asks_hours=_any(
        "(?:opening|office|business) hours", "how (?:late|long|early)", "(?:until|till) (?:when|what time)",
        "(?:are|is|do|does|will) (?:you|u|ya|the (?:practice|office|clinic)) (?:be )?(?:open|closed?)",
    ),
    address=_any("address", "where", "located", "location", "directions", "find you", "get there"),
    phone=_any("phone", "number", "telephone", "fax"),
    doctors=_any("doctors", "which doctor", "who works", "physicians", "practitioners"),
    languages=_any("languages?", "speaks?", "speaking"),
    insurance=_any("insurances?", "insured", "take", "accept", "plans?", "network", "coverage"),
    ignored=_words(
        "a an and are at be can could do does for from have how i if in is it me my of on or the there to"
        " what when where which who will with you your we our us should much many any"
    ),
    same={
        "how much": "fee", "cost": "fee", "price": "fee", "charge": "fee", "pay": "fee", "expensive": "fee",
        "park": "parking", "car": "parking", "bring": "document", "paper": "document",
        "miss": "cancellation", "missed": "cancellation", "cancel": "cancellation",
        "wheelchair": "access", "ramp": "access", "accessible": "access", "lift": "access",
        "elevator": "access", "stair": "access",
        "eat": "fast", "eating": "fast", "breakfast": "fast", "drink": "fast", "food": "fast",
        "fasting": "fast",
    },
    how_much=_any("how much", "what does .* cost", "price"),
    price="fee",
    may_i=_any(
        "(?:can|may|should|must|do|could) (?:i|we|he|she|they)",
        "i (?:can|may|must|have to) (?:eat|drink|fast)", "(?:have|need) to fast", "must fast",
    ),
    why=_any("why", r"birth\w*", "names?", "number", "important", "need", "matters?"),
    wont_say=_any(
        "why (?:do|would|should|are|is|does)", "what (?:do you need|for|does it matter)", "none of your",
        "(?:not (?:going to |gonna )?|won'?t |don'?t want to |rather not |don'?t like to )"
        "(?:tell|say|give|telling|saying|giving)(?: you| that| it| this| out)*", "that'?s private",
    ),
    uninsured=re.compile(
        r"^(?:none|private|self|cash|nothing|no\b|not insured|uninsured|i don'?t|i do not)", re.IGNORECASE
    ),
    strength=re.compile(rf"\d[\d.,/]*\s*{_UNIT}(?!\w)", re.IGNORECASE),
    medicine=re.compile(
        rf"^(?:(?P<name>\D+?)[,\s]+)?(?P<dose>\d[\d.,/]*\s*(?:{_UNIT}(?!\w))?(?:[ ,]+{_HOW_OFTEN}\b.*)?)$",
        re.IGNORECASE,
    ),
    how_often=re.compile(rf"\b{_HOW_OFTEN}\b|\b(?:mornings?|evenings?|nights?)\b", re.IGNORECASE),
    around_dose=re.compile(
        r"^(?:it'?s|its|the|about|i take|take|that'?s|make (?:that|it)|i think|of|now)\s+"
        r"|\s+(?:ones?|now|please|i think|thanks)$",
        re.IGNORECASE,
    ),
    bill_wish=_any(
        "(?:hi|hello|good (?:morning|afternoon|evening)|please|also|then)",
        "(?:i(?:'ve| have)?(?: got)?|i'?d like to|i (?:want|need)(?: to)?|can i|could i)",
        "(?:there(?:'s| is)|it'?s|it is)",
        "(?:have|had|ask|talk|speak)(?: to (?:you|someone|somebody))?",
        "(?:an?|another|some)? ?(?:questions?|problem|issue|trouble|something wrong)",
        "(?:about|with|on|regarding|concerning)",
        "(?:an?|the|my|this|your|our) (?:(?:last|latest|recent) )?"
        "(?:bills?|billing|invoice|payment|statement|charge)",
        "(?:that )?i (?:don'?t|do not|can'?t) understand", "billing (?:question|problem|issue)",
    ),
    out_now=_any(
        "ran out", "run out", "running out", "all out", "none left", "no more left", "(?:am|i'm|im) out",
        "last (?:one|pill|tablet|dose)",
    ),
    out_later=_any("(?:run(?:ning)? out|out) (?:in|on|next|by|at)"),
    not_known=_any(
        "(?:don'?t|do not|can'?t|cannot) (?:know|remember|recall|have it)", "not sure", "no idea"
    ),
    call_me=re.compile(
        r"\b(?:call|ring|phone) me (?:back )?(?:on |at )?(?P<when>[^.,;!?]{3,40})", re.IGNORECASE
    ),
    call_back=_any(
        "(?:call|ring|phone) (?:me|us)", "(?:call|ring|phone)(?:s|ed|ing)? back", "call-?back",
        "nurse (?:to |could |can |would )?(?:please )?(?:call|ring|phone|speak|talk)",
    ),
    message_wish=re.compile(
        r"(?:\b(?:hi|hello|good (?:morning|afternoon|evening))\b[, ]*)?"
        r"\b(?:(?:i(?:'d| would)? (?:like|want|need)(?: to)?|can i|could i|may i)\s+)?leave (?:a )?message\b"
        r"(?: (?:for|to|with) (?:the |my )?(?:dr\.?|doctor|nurse|mr\.?|mrs\.?|ms\.?)? ?\w+)?"
        r"(?:,? (?:if that'?s possible|please))*",
        re.IGNORECASE,
    ),
    message=re.compile(r"\b(?:tell|let|inform)\b.*\b(?:that|know)\b", re.IGNORECASE),
    doctor=re.compile(
        r"(?:dr|doctor|doc)\b\.? (?!(?:about|again|for|if|on|or|please|that|this|today|tomorrow|who|with)\b)"
        r"(?P<name>[^\W\d_][\w'’-]*(?: [\w'’-]+){0,2})",
        re.IGNORECASE,
    ),
    waitlist=re.compile(
        r"^(?!.*\b(?:how (?:long|many|soon)|am i|i'?m (?:already )?on|off\b[^.?!;]*\bwait)\b)"
        rf"(?!.*(?:n't|\bnot|\bnever)(?: (?:want|wish|like|need|have|to|be|please))*? (?:{_ON_A_LIST})\b)"
        rf".*\b(?:{_ON_A_LIST})\b(?:[^.?!;]|(?<=\bdr)\.){{0,40}}?\bwait(?:ing)?[ -]?list",
        re.IGNORECASE | re.DOTALL,
    ),
)  # fmt: skip
_CUES: Mapping[str, Cues] = {"en": ENGLISH}


def cues(language: str) -> Cues:
    """Those of a language ("en", "en-GB"); the English ones where there are none."""
    return _CUES.get(language[:2].lower(), ENGLISH)
