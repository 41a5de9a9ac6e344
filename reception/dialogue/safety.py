"""Red flags: words that may mean danger to life now, checked before the model and deaf to persuasion.

The list follows the public guidance on when to call an ambulance: the NHS page "When to call 999", the
American Heart Association's warning signs of heart attack and stroke (FAST), and the 988 Lifeline's warning
signs of suicide. It only routes: nothing here judges how ill somebody is. Harmless expressions are taken out
first, so that "chest x-ray" or "dying to meet you" alarms nobody; whatever danger is left counts.
"""

from __future__ import annotations

import re

#: Expressions that sound like danger and are none: an old illness, a test, a place, a figure of speech.
_HARMLESS = (
    r"chest (?:x[- ]?rays?|ct|scans?|infection|clinic|congestion|cold|physio\w*|freezer|hair|of drawers)",
    r"(?:stroke|chest pain|heart attack|seizure|epilepsy|overdose|suicide|anaphylaxis)"
    r" (?:clinic|unit|nurse|ward|rehab\w*|prevention|awareness|leaflet|risk|medication|group|course|training"
    r"|survivors?|hotline|plan|screening|consultant|specialist|follow[- ]?up|check)",
    r"(?:had|have had|has had|had had|after|since|recovering from|history of|family history of|survived|following)"
    r" (?:a|an|his|her|my|the|another)?\s?(?:mini|minor|mild|small|silent)?\s?"
    r"(?:stroke|heart attack|seizure|overdose|suicide attempt|anaphyla\w+)s?"
    r"(?= .{0,25}(?:ago|last|years?|months?|weeks?|in (?:19|20)\d\d|as a (?:child|kid)|check|follow)|[ ,.]*$)",
    r"(?:my |his |her )?(?:stroke|heart attack|seizure)s? "
    r"(?:(?:was|were|happened) )?(?:last|two|three|four|five|six|ten|\d+|a few|some|many|back in|in (?:19|20)\d\d)",
    r"had (?:a|an|his|her|their) (?:mini |minor |mild |small )?(?:stroke|heart attack|seizure|overdose)"
    r" (?:at \w+ (?:age|\d)|when|in|last|before|as|aged|back|years|\d)",
    r"(?:nearly|almost|practically) (?:had|gave (?:me|him|her)) a (?:heart attack|stroke)",
    r"(?:give|giving|gave|gives|have|having) (?:me |us |him |her )?a (?:heart attack|stroke)"
    r" (?:when|over|about|at|with) (?:i (?:saw|see|opened|got)|the|my|your|this|that)"
    r" ?(?:the|my|your)? ?(?:bill|price|invoice|cost|hold music|wait\w*|traffic)?",
    r"stroke of (?:luck|genius|midnight)|heart attack (?:snack|burger|on a plate)",
    r"(?:overdose|overdosing|overdosed) (?:of|on) (?:meetings|chocolate|coffee|work|tv|netflix|sugar|cake|sun)",
    r"(?:not|never|no longer|isn't|aren't|am not|i'm not|without|no|any|denies) "
    r"(?:\w+ ){0,2}(?:suicidal|chest pains?|trouble breathing|seizures?|bleeding|overdos\w+|unconscious)",
    r"(?:epi-?pen|naloxone|inhaler)s? (?:prescription|refill|renew\w*|expired?)",
    r"rather die than|(?:boss|wife|husband|mum|mom|teacher)\b.{0,12}going to kill me|dying of (?:boredom|hunger|heat|thirst)"
    r"|drowning in (?!water|the (?:pool|sea|lake|bath|river))\w+",
    r"suicide of (?:my|his|her|a)|(?:used to|used 2) (?:be|get|have) (?:\w+ )?(?:short of breath|seizures|fits)"
    r"|years ago\b.{0,15}\bhad a (?:heart attack|stroke)|(?:haven'?t|hasn'?t|not|never|no) had (?:a|any) (?:fits?|seizures?)",
    r"dying (?:to|for)|to die for|(?<!chest is )killing me|scared? to death|bored to death|sick to death|worried to death",
    r"(?:breath|breathing) (?:test|exercises?|class\w*|technique\w*)",
    r"bleeding (?:gums?|expensive|heck|hell|obvious|edge)",
    r"(?:rat|ant|slug|weed|food) poison(?:ing)?|poison ivy|blood poisoning (?:test|last)",
    r"(?:blue|collapsed) (?:badge|cross|shield|arch\w*|veins?|umbrella|folder|form)",
)

_DANGER = (
    # heart
    r"chest\b.{0,30}\b(?:pains?|hurts?|hurting|tight\w*|pressure|pressing|crush\w*|heavy|squeez\w*|burning)",
    r"(?:pains?|pressure|tight\w*|ache|aching|squeez\w*|crushing|stabbing|weight|elephant)\b.{0,20}\bchest",
    r"(?:having|has|had|have|be|think it'?s|it'?s|is) (?:a|another) (?:heart attack|stroke)",
    r"(?:heart attack|stroke) (?:right )?now|cardiac arrest|heart (?:has )?stopped|no pulse",
    r"left arm.{0,25}(?:numb|pain|hurts|tingl\w*|heavy)",
    r"(?:worst|tearing|ripping) pain|(?:pain\w*|ach\w+|numb\w*|tingl\w*|pressure)\b.{0,25}\bdown (?:my|his|her) left arm|(?:into|to|in) (?:my|his|her) jaw and",
    r"heart\b.{0,30}\b(?:racing|pounding|fluttering)\b.{0,40}\b(?:faint|dizzy|pass out|breath\w*)",
    # breath
    r"(?:can'?t|cannot|can not|couldn'?t|unable to|hardly|barely|struggl\w+ to|trouble|difficulty|hard to|fighting to)"
    r" (?:even )?(?:breath\w*|get (?:any |enough )?(?:air|breath)|catch (?:my|his|her|their) breath)",
    r"(?:can'?t|cannot) get (?:my|his|her|any|enough) (?:breath|air)",
    r"(?:not|isn'?t|stopped|stops|quit) breathing|gasping|suffocat\w*|choking|out of breath (?:and|just sitting)",
    r"(?:short|shortness) of breath",
    r"(?:lips?|face|fingers|skin|baby|he|she)(?:'s| is| are| has)? (?:gone |going |turning |turned |went |looks? )?"
    r"(?:blue|grey and|gray and)",
    # stroke
    r"(?:face|mouth|eyelid|smile)\b.{0,25}\b(?:droop\w*|hang\w*|lopsided|crooked|fallen|sagg\w*|numb)",
    r"droop(?:ing|y|ed|s)\b.{0,15}\b(?:face|mouth|side)",
    r"slurr\w*|speech\b.{0,20}\b(?:garbled|gone|mumbl\w*|funny|weird|strange|makes? no sense)",
    r"(?:one|left|right|whole) side\b.{0,40}\b(?:numb|weak\w*|paraly\w*|limp|can'?t move|dead|not moving|dropp\w+)",
    r"(?:can'?t|cannot|can not) (?:move|lift|raise|feel) (?:my|his|her|their|one|an|the) "
    r"(?:\w+ )?(?:arms?|legs?|side|face|hand|body)",
    r"sudden\w*\b.{0,30}\b(?:blind|can'?t see|lost (?:my |his |her )?(?:sight|vision)|numb|confus\w+|can'?t speak)",
    r"worst headache|thunderclap",
    r"(?:arms?|legs?|hands?|face|side|speech)\b.{0,25}\b(?:stopped working|won'?t (?:move|work|lift)|not working"
    r"|gone (?:dead|numb|weak|limp)|went (?:dead|numb|weak|limp))",
    r"(?:lost|losing) (?:my |his |her |the )?(?:sight|vision)|(?:can'?t|cannot) see (?:out of|anything)|gone blind|went blind"
    r"|curtain\b.{0,20}\b(?:eye|vision)|(?:talking|speaking) (?:nonsense|gibberish)"
    r"|(?:doesn'?t|does not) (?:know where (?:he|she) is|recogni[sz]e (?:me|us))",
    # consciousness
    r"(?:about to|going to|gonna) (?:pass out|faint|black out|collapse)",
    r"unconscious|unresponsive|not respond\w*|won'?t respond|(?:won'?t|can'?t|doesn'?t|not|cannot) wak\w+"
    r"(?: (?:him|her|them|up|my))?(?! (?:at|before|until|for|early|me))|passed out|blacked out|collapsed"
    r"|(?:keeps?|kept) fainting|(?:just|has|he|she) fainted|hardly wake\w*|wake (?:him|her|them) up and",
    r"(?:having|has|had|in) (?:a |another )?(?:seizure|fit|convulsion)s?|seizing|convuls\w+|jerking and",
    # blood and injury
    r"(?:bleed\w*|blood)\b.{0,40}\b(?:won'?t stop|can'?t stop|doesn'?t stop|not stop\w*|everywhere|heav\w+|badly"
    r"|pouring|gushing|spurting|soak\w*|a lot|lots|so much|through)",
    r"(?:can'?t|won'?t|doesn'?t|cannot) stop (?:the )?bleed\w*|blood (?:is )?(?:pouring|gushing|spurting)",
    r"(?:cough\w*|throw\w*|vomit\w*|spit\w*|bring\w*|puk\w*) (?:up )?(?:\w+ )?(?:\w+ )?blood",
    r"(?:been |got |was |is )(?:stabbed|shot|electrocuted|hit by a (?:car|truck|bus|van)|run over)|drown\w+",
    r"(?:cut|sliced|chopped|sawed|severed)\b.{0,30}\b(?:finger|thumb|hand|toe|artery|wrist)\w*\b.{0,15}\b(?:off|deep|bone)",
    r"(?:hit|banged|bumped|cracked|knocked)\b.{0,15}\bhead\b.{0,60}\b(?:vomit\w*|throwing up|drows\w*|confus\w*|sleepy|knocked out)",
    r"(?:snake|viper|adder)(?:'s)? ?(?:bit|bite|bitten)|electric(?:al)? shock",
    r"(?:severe|bad|serious|massive) allergic reaction|contractions\b.{0,25}\bminutes? apart",
    r"(?:badly|severely) burn\w*|burn\w* (?:badly|all over)|third degree",
    r"(?:acid|bleach|chemicals?|lye|cleaner)\b.{0,20}\b(?:eyes?|face)|fell (?:off|from|out of) (?:a|the) "
    r"(?:roof|ladder|scaffold\w*|balcony|window)|coffee grounds|tarry stools?|(?:has|have|holding|pulled) a (?:gun|knife)\b",
    # allergy
    r"(?:stung|sting|bee|wasp|peanuts?|shellfish)\b.{0,60}\b(?:swell\w*|swollen|hives|breath\w*|throat|dizzy|faint)",
    r"(?:throat|tongue|airway|windpipe)\b.{0,25}\b(?:clos\w+|swell\w*|swollen|tight\w*|shut)",
    r"(?:face|lips|mouth|eyes)\b.{0,20}\b(?:swelling|swelled|swollen|ballooning|puffing)\b.{0,40}"
    r"\b(?:up|shut|fast|quick\w*|breath\w*|hives|sting|stung|peanut\w*|nuts?|after)",
    r"anaphyla\w+|allergic shock",
    # poison and overdose
    r"overdos\w+|(?:too many|a lot of|whole|all (?:my|his|her|the|of)|bunch of|handful of|bottle of|pack of) "
    r"(?:\w+ )?(?:\w+ )?(?:pills|tablets|sleeping|paracetamol|tylenol|aspirin|insulin|meds|medication|painkillers|opioids)",
    r"(?:swallow\w*|drank|drunk|drinking|ate|eaten|inhaled)\b.{0,25}\b(?:bleach|battery|batteries|magnets?|cleaner|detergent"
    r"|antifreeze|poison\w*|laundry|pods?|chemicals?|my (?:pills|medicine)|berries|mushrooms?|drain)",
    r"poison(?:ed|ing)|carbon monoxide|gas leak",
    r"(?:took|taken|swallowed) (?:\d{2,}|ten|twelve|fifteen|twenty|thirty|forty|fifty|a dozen|dozens) (?:of )?(?:\w+ ){0,2}"
    r"(?:pills|tablets|capsules|painkillers|paracetamol|aspirin|ibuprofen|tylenol)",
    # life itself
    r"(?:thinking (?:about|of)|want(?:ed)? to|going to) end(?:ing)? it(?: all| now| tonight)?(?:$|[ ,.!]*(?:all|now|tonight|today))",
    r"voices?\b.{0,20}\btell\w*\b.{0,25}\b(?:kill|hurt|die|jump)|tired of living|done with life|(?:not|\w+n't) (?:feel )?safe "
    r"(?:from|with) myself|keep myself safe|(?:have|got) (?:the |a |my )?(?:pills|rope|razor) (?:here|ready|in my hand|beside me)",
    r"suicid\w*|kill(?:ing)? (?:my|him|her|them)sel(?:f|ves)|(?:end|ending|take|taking) (?:my|his|her|their)"
    r" (?:own )?life|end it all|end(?:ing)? everything|(?:hurt|harm|cut)(?:ting|ing)? (?:my|him|her)self"
    r"(?! (?:shaving|cooking|chopping|on|at|playing|while|with the|in the))",
    r"(?:don'?t|do not|doesn'?t|didn'?t) (?:want|wanna) to (?:live|be alive|be here|wake up|go on|exist|carry on)",
    r"(?:don'?t|do not) wanna (?:live|be alive|be here|wake up|go on|exist)",
    r"(?:want|wanted|going|planning|ready|rather|wish i (?:could|would)) (?:to )?(?:die|be dead)|wish i (?:was|were) dead"
    r"|(?:everyone|everybody|they|family|world|kids)\b.{0,12}\bbetter off\b(?! (?:with|if you|going|taking|seeing))"
    r"|better off (?:dead|without me)|no (?:reason|point) (?:to|in) liv\w+|can'?t go on (?:anymore|any longer|like this)"
    r"|not (?:be )?worth living|nothing (?:left )?to live for|say(?:ing)? goodbye to everyone",
    r"(?:\w*n't|not|never) (?:be )?worth (?:living|carrying on|going on)|(?:suicide|goodbye|farewell) (?:notes?|letters?)|(?:slit|cut) (?:my|his|her) wrists?"
    r"|(?:can'?t|cannot) do this any ?more|no point (?:any ?more|going on|in going on|being here)",
    r"(?:going to|gonna|threaten\w* to|tried to|trying to) (?:kill|strangle|stab|shoot) (?:me|us|him|her)",
    r"jump(?:ing)? (?:off|in front)|hang (?:my|him|her)self",
    r"(?:shoot|drown) (?:my|him|her)self|disappear\w* for good|can'?t go on\b"
    r"|thinking (?:about|of) jumping|(?:be|i'?m) dead by (?:then|tomorrow)|nobody (?:will|would) miss me",
    # a cry for help
    r"^(?:please )?(?:help|emergency|ambulance|call 911|call 999)[ !.]*$",
    r"(?:please )?come quick\w*|need help (?:right )?now",
    r"ha?emorrhag\w*|(?:vision|sight) (?:is|has) gone|chest discomfort|chest is (?:killing|getting worse)|foaming\b(?! (?:wash|soap|cleanser))"
    r"|numb\w* (?:on|down|all down) (?:the|my|his|her) (?:right|left|one|whole) side|(?:can'?t|cannot) rouse"
    r"|(?:smell|smells of|smelling) gas|gas smell|(?:mouth|face) has gone (?:lopsided|crooked|numb|slack|droopy)|seizure, |(?:he|she)(?:'s| is) fitting\b(?! (?:in|for|room))"
    r"|into the medicine cabinet|(?:wheez\w*)\b.{0,40}\bswell\w*|swell\w*\b.{0,40}\bwheez\w*|like passing out"
    r"|baby hasn'?t moved|pulled out of the (?:pool|water|bath|sea)|sweat\w*\b.{0,30}\b(?:grey|gray|jaw)|(?:grey|gray) and sweat\w*",
    # children, pregnancy, infection
    r"(?:baby|newborn|infant|toddler|child|son|daughter|he|she)\b.{0,25}\b(?:limp|floppy|lifeless|not moving"
    r"|won'?t wake|unresponsive|gone blue|hardly breathing)\b",
    r"(?:baby|head) is coming (?:now|out)|water(?:s)? (?:just )?broke\w*|pregnan\w+\b.{0,40}\b(?:bleed\w*|blood(?! (?:tests?|work|pressure))|baby (?:isn'?t|"
    r"not|stopped|hasn'?t) mov\w*)|(?:baby|bump)\b.{0,20}\bstopped (?:moving|kicking)",
    r"(?:rash|spots?|blotches|marks|bruises)\b.{0,40}\b(?:not|n'?t|won'?t) (?:fade|disappear|go away when)|stiff neck\b.{0,50}\b(?:fever|light|headache|rash)"
    r"|(?:fever|headache|rash)\b.{0,50}\bstiff neck|sepsis|septic|meningitis(?! (?:jab|shot|vaccin\w*|booster|tests?|results?))",
    r"(?:\w+n't|not|no longer) (?:felt|feel|feeling) (?:the |my )?baby (?:move|kick)\w*|blue lips",
    r"(?:is|am|i'?m|he'?s|she'?s|going to be|gonna be) dying\b(?! (?:to|for))|(?:call|need|send|get) (?:me |us )?an? ambulance",
)  # fmt: skip

_HARMLESS_PATTERN = re.compile("|".join(f"(?:{one})" for one in _HARMLESS))
_DANGER_PATTERN = re.compile("|".join(f"(?:{one})" if one[0] == "^" else rf"\b(?:{one})" for one in _DANGER))


def is_emergency(heard: str) -> bool:
    """Whether the words may tell of a danger to life that is happening now."""
    plain = re.sub(r"(?:\.{2,}|…|\s)+", " ", heard.casefold().replace("’", "'").replace("‘", "'"))
    return _DANGER_PATTERN.search(_HARMLESS_PATTERN.sub(" … ", plain)) is not None
