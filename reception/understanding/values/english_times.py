"""English phrases of times, in the readers' own words, one meaning and its phrases a line."""

from __future__ import annotations

from reception.understanding.values.english_dates import BOUNDS
from reception.understanding.values.language import table

_HOURS = "one two three four five six seven eight nine ten eleven twelve"

TIMES = table(
    BOUNDS
    + "\n".join(f"{hour} = {word}ish" for hour, word in enumerate(_HOURS.split(), 1))
    + """
    from = starting from | starting at | starting | beginning at
    past = past
    after noon = after noon
    am = a m
    pm = p m
    oclock = o clock | oclock
    half past = half past | half after | half - past
    nothing = - ish | ish | on the dot | sharp | sometime in the | at some point in the | some time in the
        | um | uh | er | erm
    quarter = quarter | a quarter
    60 minute = an hour | one hour | 1 hour
    30 minute = half an hour | a half hour | half hour
    hour = hours | hrs | hr
    90 minute = an hour and a half
    2 hour = a couple of hours | a couple hours
    minute = minutes | mins | min
    noon = midday | mid day | mid - day | high noon | 12 noon | twelve noon | noontime | noonish | noons
    midnight = midnight | 12 midnight | twelve midnight
    morning = mornings | the morning | am hours | this morning | tomorrow morning | forenoon | mornin | morn
    afternoon = afternoons | the afternoon | this afternoon | arvo | after - noon | aft
    evening = evenings | the evening | this evening | tonight | tonite | night | nights | eve | at night
    lunchtime = lunch time | over lunch | at lunch | during lunch | on my lunch break | lunch break
        | lunch hour | lunch | my lunch break | lunch hours | my lunch hour
    daytime = during the day | day time
    dayend = end of the day | the end of the day | end of day | late in the day
        | close of business | last thing | the last appointment | the very end of the day
        | as late as possible | towards the end of the day | the last slot | last appointment of the day
        | the last appointment of the day | late in the working day
    later = after that | later than that | later in the day | later that day | later in the | later on in the
        | later on | a later | a bit later
    earlier = before that | earlier than that | earlier in the day | earlier that day | earlier in the
        | sooner | an earlier
    first thing = the first thing | very first thing | crack of dawn
    firsthour = first thing in the morning | first thing in the am | first thing | 1st thing
        | the first appointment of the day | first appointment of the day | first slot of the day
    early = early in the | early | the early | beginning of the | start of the
    late = late in the | late | end of the | the late | towards the end of the
    mid morning = midmorning
    mid afternoon = midafternoon
    mid = mid | middle of the | the middle of the
    after work = after work | after my shift | after i get off work | after hours
    before work = before work | before my shift
    after school = after school | after the school run
    before school = before school
    after lunch = after lunch | after lunchtime
    before lunch = before lunch | before lunchtime
    any = any time | anytime | whenever | all day | any time of day | no preference | doesnt matter
        | dont mind | dont care | flexible | any hour | whatever time | anytime that day | whatever
        | any of them | any slot | as early as possible | as early as you can | earliest | the earliest
        | the earliest possible
        | first available | the first available | earliest available | as soon as possible | asap
        | not too early | not too late | not so early
    about = round about | around | roughly | approximately
    """
)
