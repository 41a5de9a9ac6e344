"""The English turns of phrase and words around details that code listens for (shapes: phrases.py)."""

from __future__ import annotations

import re

from reception.dialogue.meaning import Intent
from reception.understanding.phrases import Forms, Sayings, pattern, words

_WORD = r"[^\W\d_][\w'’-]+"
_RELATIVE = (
    r"(?:dad|daddy|father|mom|mum|mommy|mummy|mother|son|daughter|wife|husband|partner|kid|child|boy|girl|baby"
    r"|grandson|granddaughter|grandma|grandpa|grandmother|grandfather|brother|sister|uncle|aunt|nephew|niece"
    r"|neighbou?r|friend|client|resident)"
)
_A_MOMENT = r"(?:moment|second|sec|minute|min|tick)"
_LOOKING = (
    r"(?:let me (?:just )?(?:see|look|check|think|find|get|grab|ask)|i(?:'ll| need to| have to| must)"
    r" (?:just )?(?:look|check|think|find|get|grab|ask)|while i (?:look|check|think|find|get|grab|ask))"
    r"(?: (?:it|that|up|for|my|the|a|in|on|at|out|wife|husband|him|her|calendar|diary|glasses|card|pen))*"
)
_NO_NAME = """
    he she they it who that whose i im i'm it's was is am were be need needs has have had want wants the my
    his her our your a an patient name yes no yeah hi hello oh okay ok this and or to for because but at on in
    with of about from not just so as if thing course sorry thanks thank you please great well right sure can
    could would next tomorrow today actually calling phoning ringing behalf sometime some before after very
    really
"""

SAYINGS = Sayings(
    yes_words=words("yes yeah yep yup sure okay ok correct right"),
    no_words=words("no nope nah"),
    waits=re.compile(
        r"^(?:(?:oh|ok|okay|well|sorry|yes|yeah|right|sure|wait|please|but|and|just)[, ]+)*"
        rf"(?:(?:one|just a|just one|a|give me a|half a) {_A_MOMENT}|hold on|hang on|wait|bear with me)"
        rf"(?:[, ]+(?:please|a {_A_MOMENT}|one {_A_MOMENT}|a bit|{_LOOKING}))*[.!]*$"
    ),
    drops=re.compile(
        r"\bnever ?mind(?=[,.;!]|$| then)|\bleave it(?: then| at that| be)?(?=[,.;!]|$)"
        r"|(?<!to )(?<!always )(?<!n't )\bforget (?:it|about it|the (?:whole thing|appointment))\b"
    ),
    keeps=re.compile(
        r"\b(?:leave|keep) (?:it|that|things|everything|(?:the|my) appointment|the old one)"
        r"(?: \S+){0,4}? (?:as|like|how|the way|where) (?:it|they|that)(?: is| was| are| were|'s)\b"
    ),
    asks_when=re.compile(
        r"\bwhen (?:i (?:must|have to|should|need to) come"
        r"|(?:do|must|should) i (?:have to |need to )?come|(?:is|was) my appointment"
        r"|am i (?:due|booked|coming))\b"
    ),
    shifts=re.compile(
        r"\bmy\b.*\b(?:a|an|one|two|three|\d) (?:hour|day|week)s? (?:later|earlier)\b"
        r"|\b(?:change|move|switch|swap) (?:(?:it|that|this|mine) )?(?:to|on) "
    ),
    asks_practice=re.compile(
        r"\b(?:are|is|will) (?:you|you guys|the (?:practice|office|clinic|surgery))"
        r" (?:be )?(?:open|closed)\b"
        r"|\b(?:do|does) (?:you|she|he|they|(?:dr\.?|doctor) \w+) (?:also )?(?:take|accept)\b"
        r"|^(?:dr\.?|doctor|nurse) \w+,? (?:takes?|accepts?) (?!me\b|us\b|my\b|it\b)\w+\W*$"
    ),
    opens=(
        (
            Intent.PRESCRIPTION,
            pattern(
                r"^(?!.*\b(?:appointment|cancel|move|book|see|call)\b)"
                r".*\b(?:running|run|ran) (?:low|short|out) (?:on|of)\b"
                r"(?! (?:time|patience|options|ideas|money|space|battery|energy|sleep|breath|air|oxygen)\b)"
            ),
        ),
        (
            Intent.SICK_NOTE,
            pattern(
                r"\b(?:need|want|get|have) (?:an? |to )?"
                r"(?:signal|sick (?:no|not|nod|nose|know)|seek notes?|sign note)"
                r" (?:for|to|from) (?:my |the )?(?:work|school|job|employer|boss)\b"
            ),
        ),
    ),
    caller=re.compile(
        r"\b(?:(?P<sure>my name is|my name's|this is)|i am|i'm|it's)"
        rf" (?P<name>{_WORD}(?: {_WORD}){{1,2}})"
    ),
    for_another=re.compile(
        rf"\b(?:for|about|on behalf of|with|bring) (?:my|our) (?:\w+ )?{_RELATIVE}\b,?"
        rf"(?: (?P<name>{_WORD}(?: {_WORD}){{0,2}}))?"
    ),
    no_name=words(_NO_NAME),
    ends_name=words("will may"),
    goodbye=words("bye goodbye bye-bye cheerio"),
    no_but_yes=pattern(r"^\W*no,? (?:problem|worries|that'?s (?:right|fine|correct))\b"),
    qualified=pattern(
        r"\?|\b(?:but|repeat|hold|wait|who|what|where|when|which|how)\b|\b(?:say|tell|hear|read)\b.*\bagain\b"
    ),
    second=pattern(
        r"(?:[,.;!?]\s*(?:(?:and|oh|but|plus)\b)?|\s(?:and|plus|oh|but))\s+(?="
        r"(?:also|then|can|could|may|i|i'd|i'm|i've|we|please|would|do|does|is|are|where|what|how|when"
        r"|a|an|my|the|some|another|second|one more|while)\b)"
    ),
    also=pattern(
        r"\b(?:also|too|as well|(?:another|one more) thing|second(?:ly)?|by the way"
        r"|while (?:i'?m|i am|we'?re) at it|on top of (?:that|it))\b"
    ),
    announced=pattern(r"\b(?:two|a couple of|a few|several) (?:things|questions|matters|wishes)\b"),
    # "Er" may be the emergency room, a kind of tablet or a name, "um" a name: only where people pause.
    fillers=re.compile(
        r"(?<![\w'’@.-])(?:[Uu]+hh*(?! huh)|[Uu]hm+|[Ee]rm+|[Hh]mm+|^[Uu]+mm*|^[Ee]r|u+mm*(?=,| [a-z])"
        r"|(?:(?<=\bi )|(?<=\bis )|(?<=it's )|(?<=and )|(?<=on )|(?<=so )|(?<=yes )|(?<=no )|(?<=past )"
        r"|(?<=half )|(?<=quarter )|(?<=at ))er(?= [a-z])"
        r"|er(?=,))(?![\w'’@-]|\.\w),? ?"
    ),
)

_BORN = r"\b(?:born(?: on)?|birth ?(?:date|day)?(?: is)?|dob|it'?s|it is|no|sorry|wait)\W+(?:the )?"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
_WEEKDAYS = rf"{_WEEKDAY}(?:(?:,? (?:and|or)|,) {_WEEKDAY})*"
_NAME_PART = rf"(?!(?:{'|'.join(sorted(words(_NO_NAME)))}|\w+'s)\b)[^\W\d_][\w'’-]+"

FORMS = Forms(
    to=words("to till til until through"),
    from_="from",
    at=words("at by around about after before"),
    days=words("monday tuesday wednesday thursday friday saturday sunday today tomorrow"),
    plural="s",
    this_or_next=("next ", "this "),
    but=" but ",
    any_but=pattern(r"^any"),
    born=pattern(
        r"\b(?:born(?: on)?|date of birth(?: is)?:?|dob:?|birthday(?: is)?)\s+(?:the )?"
        r"([\w/.,'-]+(?: [\w/.,'-]+){0,6})"
    ),
    born_before=_BORN,
    year=pattern(r"\b(?:19\d\d|20[0-2]\d)\b|/\d\d\b|\bnineteen\b|\btwo thousand\b|\btwenty\b"),
    clock=pattern(
        r"\b(?:(?:after|before|around|about) )?"
        r"(?:\d{1,2}:\d\d(?: ?[ap]\.?m\b\.?)?|\d{1,2} ?(?:[ap]\.?m\b\.?|o'clock\b))"
    ),
    of_a_clock=pattern(r"\d:\d\d|\b(?:half|quarter|past|o'clock|noon|[ap]\.?m)\b"),
    of_a_date=pattern(
        rf"\b(?:{_WEEKDAY}|{_MONTH}|(?:mon|tue|wed|thu|thur|thurs|fri|sat|sun)|\d+(?:st|nd|rd|th)|\d+[/.]\d+"
        r"|[a-z]+t(?:eenth|ieth)|(?:week|month|year)(?:end|day)?s?|days?|fortnight|today|tomorrow|asap|soon(?:est)?"
        r"|earliest|possible|next)\b"
    ),
    from_here_a_clock=pattern(
        r"(?:after|before|around|about|at|by|half|quarter|noon"
        r"|(?:mid-?|early |late |mid )?(?:morning|afternoon|evening)"
        r"|\d{1,2}(?::\d\d| ?[ap]\.?m))"
    ),
    no_at=pattern(r"^at "),
    has_to_be=pattern(r"^(?:it (?:has to|must|should) be|it'?s|make it|now)\s+(?:on )?"),
    taken_back=pattern(r"\b(?:i said|did i say|not|instead of)\s+(?:on )?$"),
    not_this=pattern(r"\b(?:not|instead of)\s+(?:on )?$"),
    stays=pattern(
        r"\b(?:my|the|our)\b[^,.;?!]*? (?:stays|can stay|should stay|remains)\b"
        r"|\b(?:keep|keeping) (?:my|the|our)\b[^,.;?!]*?(?=[,.;?!]| (?:but|and|only|just)\b)"
    ),
    days_out=pattern(
        rf"\b(?P<days>{_WEEKDAYS})(?:'s| is| are)? (?:all |both )?"
        r"(?:out|no good|no use|not possible|impossible|a no|never|don'?t work|doesn'?t work)\b"
        r"|\b(?:not|no|never|except(?: for)?|apart from|other than|any(?:thing| ?time| day)? but) (?:on )?"
        rf"(?P<not_days>{_WEEKDAYS})\b"
    ),
    said_wrong=pattern(
        r"\b(?:(?:did|have) i (?:say|said)|i (?:just )?said)\b[^.?!,;]*[.?!,;]*.*?"
        r"\b(?:it (?:has to|must|should) be|i (?:mean|meant)|make (?:it|that)|it'?s)\b[ ,]*(?:on |at )?"
        r"(?P<meant>.+)"
    ),
    meant_instead=pattern(r"\b(?:meant|i mean|sorry|make that|no wait|no,|rather|actually)\b"),
    corrected=pattern(r"\b(?:no|wait|sorry|mean|meant|mine|actually|rather)\b"),
    day_of_month=pattern(
        rf",? (?:the )?(?:{_MONTH} (?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?!:|\d| ?[ap]\.?m)"
        rf"|\d{{1,2}}(?:st|nd|rd|th)(?: (?:of )?{_MONTH})?|\d{{1,2}} {_MONTH}|\d{{1,2}}/\d{{1,2}})(?!\w)"
    ),
    turned_round=pattern(
        r"\b(?:can'?t|cannot|not|\w+n't|away|work(?:ing)?|busy|off|out|gone|vacation|holiday|school)\b[^,.;]*$"
        r"|\bday $"
    ),
    put_off=pattern(
        r"\b(?:wait|push(?:ed)?|bump(?:ed)?|postponed?|delay(?:ed)?|changed?|moved?|shift(?:ed)?)\b"
        r"[^,.;]* (?:until|till) (?:the )?$"
    ),
    bound=pattern(r"\b(?:until|till|after|before) (?:the )?$"),
    excepting=pattern(
        r"\bany(?:thing|time|day| (?:day|time|morning|afternoon|week))?(?: (?:this|next) (?:week|month))?"
        r" (?:but|except|other than) $"
    ),
    no_day=pattern(r"(?:an?other|other|(?:a |some )?different|some other) (?:days?|dates?|times?)"),
    place=re.compile(r"\b(?:[Ii]n|[Nn]ear)(?: the)?(?: (?:area|city|town) of)?((?: [A-Z][\w'’]+)+)"),
    before_old_day=pattern(
        r"(?:\b(?:appointment|appt|visit|check-?up|physical|one) (?:is )?(?:on|of|from)"
        r"|\b(?:(?:that'?s|that is|which is|it'?s|it is) |(?:i'?m|we'?re) (?=\w+ (?:for|on) ))"
        r"(?:(?:down|booked|in|due|set|scheduled) )?(?:for|on)"
        r"|\bcan(?:'?t|not) (?:make|do|manage|come)(?: it)?(?: on| in)?"
        r"|(?<!any time )(?<!anytime )(?<!anything )(?<!free )(?<!available )\bfrom"
        r"|(?<!to )(?<!on )(?<!for )\b(?:my|our)) (?:the |this )?$"
    ),
    after_old_day=pattern(
        r"^(?:'s)? (?:appointment|appt|visit|doesn'?t work|does not work|won'?t work|no longer works?"
        r"|is no good|is out|clashes)\b"
    ),
    honorific=pattern(r"^(?:mr|mrs|ms|miss|mister|missus)\b\.? (?=\w)"),
    title=pattern(r"\b(?:dr|doctor|prof|professor|nurse|mr|mrs|ms|miss)\b\.? $"),
    name=re.compile(
        r"\b(?:[Mm]y name is|[Mm]y name's|[Tt]his is|[Nn]ame is)\s+"
        r"((?!Dr\b|Doctor\b)[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){1,3})"
    ),
    name_born=pattern(rf"^({_NAME_PART}(?: {_NAME_PART}){{1,2}}),? (?:born|dob|date of birth)\b"),
)  # fmt: skip
