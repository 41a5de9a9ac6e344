"""How the red flags of `safety` are written, and the harmless expressions that are taken out before them.

Patterns are meant to be read by a doctor. They are ordinary regular expressions over plain text (small
letters, no apostrophes, one blank between words) with a few additions:

    {pain}   one of a family of words, listed in WORDS
    bleed*   any ending: bleeds, bleeding
    ~        up to four other words of the same sentence
    ~~       up to ten other words of the same sentence
    &        up to thirty other words, of this sentence or the next ones
    , /      a comma; the beginning or end of a sentence
    ^ $      the beginning or end of all that was said

Every harmless expression lets something dangerous-sounding pass, so it must be sure of its case: it takes out
only the words it matches, and whatever danger is left beside them still counts.
"""

from __future__ import annotations

import re

#: Families of words that patterns share, so that one wording added here is heard in all of them.
WORDS = {
    "acid": (
        "acid|alkali|ammonia|bleach|caustic*|cement|chemicals?|(drain|oven|toilet) cleaner|cleaner|lime"
        "|lye|solvent"
    ),
    "allergen": (
        "allergic|almonds?|antibiotics?|bees?|cashews?|eggs?|hornets?|injection|nuts?|peanuts?|penicillin"
        "|prawns?|satay|sesame|shellfish|shrimps?|stings?|stung|walnuts?|wasps?"
    ),
    "another": "a|an|another|his|her|my|some (kind|sort) of|the",
    "baby": "baby|babys|infants?|newborns?|toddlers?|grandchild|(little|wee) (boy|girl|man|one)s?",
    "belly": "abdomen|belly|guts?|stomach|tummy",
    "bleed": (
        "bleed*|bled|blood(?! (bank|clots?|count|donor|draw|group|pressure|results?|sample|sugar|test"
        r"|thinn|type|work)\w*)|haemorrhag*|hemorrhag*|nosebleeds?"
    ),
    "blue": "blue|bluish|dusky|grey|greyish|gray|purple",
    "cant": (
        "cant|cannot|can not|could not|couldnt|unable to|not able to|hardly|barely|struggl* to|fighting "
        "to|trouble|(cant|cannot) (even|hardly|really|seem to)|difficulty|(hard|harder|difficult) to|no "
        "can"
    ),
    "chest": "breast ?bones?|chests?|sternum",
    "child": (
        "baby|babys|boys?|child|childs|daughters?|girls?|grandsons?|granddaughters?|infants?|kids?"
        "|little one|newborns?|nephews?|nieces?|sons?|toddlers?"
    ),
    "drug": (
        "adhd meds|antidepressants?|aspirins?|capsules|codeine|digoxin|drugs|ibuprofens?|insulin|iron "
        r"pills|lithium|medications?|medicines?|meds|methadone|metformin|morphine|opioids|oxy\w+"
        "|painkillers?|paracetamols?|pills?|sedatives|sleepers|sleeping|tablets?|tramadol|tylenols?"
        "|valium|warfarin|xanax|zopiclone"
    ),
    "face": "eyelids|eyes|face|lips|mouth|tongue",
    "faint": (
        "black(ed|ing)? out|collaps*|faint*|keel(ed|ing)? over|light ?headed|dizz*|pass(ed|ing)? out|woozy"
    ),
    "fell": "fallen|falls?|fell|tumbled|came off|jumped",
    "fever": "burning up|burning hot|fever*|febrile|infection|raging temperature|shivering|temperature|temp",
    "he": "he|hes|she|shes|they|theyre|someone|somebody|{kin}",
    "hit": (
        "bang(ed|ing|s)?|bump(ed|ing|s)?|crack(ed|ing|s)?|hit(s|ting)?|knock(ed|ing|s)?|smash(ed)?"
        "|thump(ed)?|whack(ed)?"
    ),
    "illness": (
        "anaphyla*|aneurysms?|cardiac arrests?|convulsions?|heart attacks?|meningitis|overdos*|seizures?"
        "|sepsis|strokes?|suicide attempts?|asthma attacks?|fits?|allergic reactions?|carbon monoxide"
        "|poisoning|concussions?|haemorrhage"
    ),
    "kin": (
        "aunt(y|ie|s)?|boyfriends?|brothers?|carers?|colleagues?|dads?|daddy|daughters?|fathers?"
        "|flatmates?|friends?|girlfriends?|gran|grans|grand(ad|dad|ma|pa|father|mother)s?|husbands?"
        "|hubbys?|kids?|man|mans|moms?|mothers?|mums?|mates?|nan|nans|neighbou?rs?|partners?|patients?"
        "|roommates?|sisters?|sons?|uncles?|wifes?|wife|woman|womans|{baby}|boys?|girls?|buddy"
    ),
    "my": "my|your|his|her|hers|their|our|the|both|both my|one|a|its|that|this",
    "not": (
        "aint|arent|cant|cannot|didnt|does not|doesnt|dont|do not|hasnt|has not|havent|isnt|is not|never"
        "|no|not|wasnt|wont|will not|wouldnt|stopped|stop"
    ),
    "notworking": (
        "(isnt|not|didnt|doesnt|wont|hasnt|arent|no|never) ((really|even|been) )?(help*|work*|touch*"
        "|shift*|doing|do|done|eas*|mak*|enough|us(e|ing)|effect|good)|do(es|ing|ne)? nothing|no (effect"
        "|good|help|use)|still"
    ),
    "number": (
        r"\d\d+|ten|eleven|twelve|fifteen|sixteen|eighteen|twenty( \w+)?|thirty( \w+)?|forty( \w+)?|fifty"
        "|sixty|a dozen|dozens( of)?|a hundred|hundreds( of)?"
    ),
    "pain": (
        "pain|pains|painful|painfully|hurt(s|ing)?|ach(e|es|ing|y)|agony|tight(ness|ening|ens)?|pressure"
        "|press(ing|es)|crush(ing|es|ed)?|heavy|heaviness|squash(ed|ing)|squeez(e|es|ed|ing)|burning"
        "|stabbing|discomfort|gripping|vice"
    ),
    "past": (
        "(weeks|months|years|ages|decades|summers|winters) (ago|back)|(a|one|two|three|four|five|six"
        r"|seven|eight|nine|ten|\w+teen|twenty|thirty|\d+) (week|month|year|decade)s? (ago|back)|last "
        "(week|year|month|quarter|winter|spring|summer|autumn|fall|christmas|easter|{month})|(back )?in "
        r"(early |late )?(the )?((19|20)\d\d|eighties|nineties|seventies|sixties|spring|summer|autumn"
        "|winter|{month})|back (in|at|when)|(when|since) (i|he|she|we|they) (was|were) (a |an |my |his "
        r"|her |in |at |only |just )?\w+|as (a|an) (baby|boy|child|girl|kid|teen*|student|adult)|at (the "
        r"age|age|\d+|\w+ty|my age|christmas|easter|new year|school|university)|aged \w+|long (ago|over"
        r"|gone)|(all )?over now|in (my|his|her) (\w+s|youth|childhood|sleep)|before (christmas|easter"
        r"|my kids|\w+ was born)"
    ),
    "month": "january|february|march|april|may|june|july|august|september|october|november|december",
    "poison": (
        r"antifreeze|batter(y|ies)|bleach|chemicals?|(drain|oven|toilet) cleaner|cleaner|cleaning \w+"
        r"|detergent|drain|foxgloves?|(laundry|dishwasher|washing) \w+|lighter fluid|magnets?|(the|some"
        r"|wild|strange) (berries|mushrooms?)|paint \w+|petrol|(rat|slug) (bait|killer|pellets|poison)"
        "|pellets|poison*|pods?|the stuff under the sink|turps|turpentine|vape (juice|liquid)"
        "|weed ?killer|white spirit"
    ),
    "pregnant": (
        "pregnan*|expecting|(weeks|months) (along|gone|pregnant)|(im|am|shes|she is|only|at) (only "
        r"|about )?(\d\d|\w+ty|\w+ty \w+|\w+teen) weeks|due in|bump|carrying (\w+ months|twins)"
    ),
    "self": "myself|himself|herself|themsel(f|ves)|yourself",
    "sick": "threw up|throw(s|ing|n)? up|vomit*|been sick|being sick|puk*",
    "sudden": "sudden*|all of a sudden|out of nowhere|just now|this minute|within minutes",
    "swell": (
        r"swell*|swollen|swelled|balloon*|puff(ed|ing|y)( up)?|blown up|(getting|gone|feels?|going) (\w+ "
        ")?(thick|big|huge|fat|bigger|fatter)"
    ),
    "sweat": "sweat(y|s|ing|ed)?|clammy|cold and wet|cold sweats?",
    "took": "took|taken|swallowed|swallow|ate|eaten|downed|necked|injected|popped|drank",
    "weak": (
        r"numb*|weak(?! \w+ tea)*|paraly*|limp|dead|tingl*|no feeling|gone|floppy|useless|droop*|dropped"
        "|pins and needles|cant move|not moving|wont move|lost (all )?(the )?feeling"
    ),
    "young": (
        r"newborns?|(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,2}) (day"
        "|week)s? old|(a|one|two|1|2) months? old"
    ),
}

#: Expressions that sound like danger and are none, by the reason why.
HARMLESS = {
    # "never had a fit": a danger that is denied. The filling words are few, for "not stopped bleeding" is
    # no denial.
    "denied": (
        "breathing(s| is| has been|s been)? ((always|all|absolutely|perfectly|quite|just) )?(clear|easy"
        "|fine|good|grand|lovely|normal*|ok|okay|well)",
        "(cleared|ruled) ~ {illness}|(not|isnt|wasnt) (actually )?(a|an) {illness}|{illness} (was |were "
        ")?(ruled out|excluded)",
        "i (wont|shant|will not) (faint|die|pass out|collapse)",
        "(no|not|never|without|isnt|arent|wasnt|havent|hasnt|dont|doesnt|didnt|wont|aint|no one|no ones"
        "|noone|nothings|nobodys|nobody is|denies|zero|nor|nobody|no longer) ((more|longer|any|had|have"
        "|having|a|an|been|being|is|feel|feeling|felt|like|real|actual|current|signs? of|even|much|get"
        "|getting|got|really|actually|going to|want to|trying to|thinking (of|about)|thoughts of|about"
        "|the|my|severe|bad|other|in|on|further|fever|nor|or|and|since|planning|ever|yet|bitten|hurt"
        "|sort of|kind of|need) )*({illness}|chest (pains?|tight*)|(trouble|difficulty|problems?) "
        r"breathing|breathing (trouble|difficult\w+|problems?)|breathless*|short(ness)? of breath|bleed*"
        "|blood|choking|suicid*|(hurt|harm|kill)(ing)? myself|unconscious|faint*|dizz*|numb*|swelling"
        "|swollen|stiff neck|vomit*|fever|rash|weakness|dying|die|drown*|electrocut*|poisoned|stabbed"
        "|shot|strangled|attacked|collapsed|passed out|self harm*|wheez*|drooping|slurr*|paralysed"
        r"|end(ing)? my life|an ambulance|ambulance|confus*|drows*)( or (a )?({illness}|\w+ing|\w+ness"
        "|pain|faint*|fever|rash|blood))?",
    ),
    # An illness that is over: the danger and its date stand in one sentence.
    "over": (
        r"(after|since|following|recover\w+ from|history of|survived|survivors? of|got over|thanks to"
        "|through|before|despite|over|because of|with|due to) (the|{another}|having had a)? ?((first"
        "|last|mini|minor|mild|small|silent|previous|recent|old|late|family) )*({illness})(?! (now"
        "|right now|and (now|cant|he|she|my)))",
        "(because|as|since|,) (my|a|his|her) (cousin|uncle|boss|colleague|neighbou?r|aunt|friend"
        r"|brother in law|grand\w+)s? (just |recently )?(had|died of|has had) an? ({illness})",
        r"(every|many|saw|seen|treat|treated|witnessed) (\w+ )?({illness})( and ({illness}))?",
        r"fell (off|from|out of|down) \w+ \w+ ~ in hospital",
        "first ({illness})",
        "(had|has had|have had|hes had|shes had|ive had) (a|an|one|his|her) ((mini|minor|mild|small"
        "|previous) )?({illness}) (before|already and|once|,? ?years|and (survived|recovered|im fine|hes "
        "fine|shes fine|is fine|was fine|needs? (a|his|her|my)))",
        r"({illness}|fainted|collapsed|passed out|choked|fell off \w+ \w+|nosebleed|bled) ~~ (hes|shes|im"
        r"|he is|she is|i am|theyre) (\w+ )?(better|fine|grand|home|ok|okay|well|alright)",
        "({illness}|fits|chest pains|nosebleeds?|bleeding|faint*|dizz*) ((is|are|have|has|all) )*(long "
        ")?(cleared|finished|gone|havent come back|hasnt come back|healed|never (came back|returned)|not "
        "come back|over|settled|stopped|went away)",
        "({illness}|{bleed}|chest pains?|short(ness)? of breath|breathless|asthma|fainted|fainting"
        "|passed out|blacked out|collapsed|choked|drowned|drowning|attacked|unconscious|raped|stabbed"
        "|shot|poisoned|self harm*|(end|ended|took|take) (my|his|her|their) (own )?life|knocked out"
        r"|electrocuted|burnt|burned|stopped breathing|fell (off|from|out of|down) \w+ \w+) ~~ (?<!since "
        ")({past})",
        "(in|was in|were in|out of|from) hospital ~ {illness}",
        "(mum|mom|dad|mother|father|uncle|aunt|boss|cousin|colleague|granny|grandfather|grandmother"
        "|neighbour|neighbor|brother|sister|husband|friend|family)s? (had|died (of|from|after)|lost) (a"
        "|an) (mini |massive |big )?({illness})(?= ~? ?(so|at|and (hes|shes) (fine|home|recover*)|and "
        "now (i|hr|we)|, (so|hes recover*)|but (i|hes fine|im)|i want|in his|when))",
        "(off work|in bed|sore|limping|physio) (since|after|because) i {fell}",
        "old enough for a ({illness})",
        "({pain} (in|across) {my} {chest}|chest pains?) (was|were|turned out) (to be )?(just |only )?(a "
        r")?\w+",
        "({past}) ~ (had|having|survived|with|a|an|my|took|collapsed|fainted|passed out|i overdosed|after"
        "|stabbed|shot) ({another}|some)? ?(mini|minor|mild|small|silent|bad|severe|big"
        "|massive)? ?({illness}|fainted|passed out|collapsed|own life)",
        "(used to|used 2|no longer|would|last) (get|have|had|be|take|having|getting|self)? ?(bad |any |a "
        "|an |my |his |her |some )?({illness}|self harm*|harm*|short of breath|breathless|chest pains?"
        "|faint*|hit me|beat me|suicidal|fits?|cut myself|hurt myself|choke)",
        "(was|were) in hospital ~~ ({illness}|asthma|pneumonia)( , very bad)?",
    ),
    # Names of tests, clinics, courses, medicines, places and papers.
    "names": (
        "(about|article|book|documentary|episode|essay|film|heard|leaflets?|movie|novel|poster|programme"
        r"|project|read|show|talk|test|tests|tested|training|classes|course|vaccin\w+|jabs?|shots?"
        "|booster|risk|referral|tablets|prevents?|protect*|check|screening|examination|study|(what"
        r"|which) are the( warning)? signs|know the( warning)? signs|learn) (\w+ )?(for|of|on|about"
        "|against|into|to do with|regarding) (a |an |the |my |his |her )?({illness}|choking|drowning"
        "|bleeding|snake bites|suicide|self harm)",
        "(advert|article|documentary|episode|film|homework|joke|leaflets?|movie|novel|play|podcast|poster"
        "|quiz|song|story) ~~ ({illness}|drowned|killed|shot|stabbed|suicide)",
        "(blue|collapsed) (badge|cross|shield|arch*|veins?|umbrella|folder|form|lung)|blue (one|inhaler"
        "|puffer|card|pills?|tablets?|eyes)(?= (is |was |has )?(lost|empty|again|please|refill))",
        "(boil*|chest) (of drawers|freezer|wax*)|glass eye|trapped (nerve|wind)|baby blues|blue badge",
        "(can|could|do|does|how do|what causes?|is it (possible|true)|terrified of|afraid of getting"
        "|what if|would|will) ~ (cause|causes|get|getting|lead to|give you|prevents?|overdose on|run in"
        "|end in|grow out of) (a |an )?({illness}|vitamin)",
        "do (you )?(strokes|seizures|heart attacks|treat|take|see|handle|do|stock) ~ {illness}",
        "(epi ?pens?|naloxone|narcan|inhalers?) (class|expired?|prescription|refill*|renew*|trainer"
        "|training)",
        "(everybody|everyone|people|they) ~ (thinks?|thought) ~ {illness}",
        "family history of ~ {illness}",
        "(hepatitis|rabies|tetanus|botox|flu|covid|vaccine|booster|steroid|cortisone|b12) (jab|shot"
        "|injection)s?",
        r"({illness}) (caus|run|happen)\w* (in|by) ",
        "({illness}|bleeding|breath|breathing|chest|chest pain|choking|drowning|drug|snake ?bite|suicide"
        "|self harm|lead poisoning|blood poisoning|asthma|epilepsy|ambulance|poison|emergency|heart"
        r"|unconscious*|first aid|faint*) (\w+ )?(action|aftercare|appointment|association|aware*|bills?"
        "|books?|calculator|care|cards?|cases?|certificate|charity|check*|class*|clinics?|club|charge"
        r"|choir|cold|congestion|consultant|contacts?|control|counsell?\w*|courses?|crew|ct|department"
        "|diary|disorders?|doctors?|drill|equipment|evening|exercises?|exit|follow ?up|follow|forms?"
        "|freezer|group|guidelines?|hair|helpline|hotline|hours|infections?|insurance|invoice|kits?"
        r"|leaflets?|letter|lessons|line|medic\w+|meds|meeting|monitor*|mri|nurse|number|patients|pen"
        "|physio*|pills|plan|plans|poster|prevention|procedure|project|program*|rehab*|results?|rescue"
        "|reviews?|risk|room|runs in|scans?|scores?|screen*|seminar|service|shelter|song|specialist"
        "|station|statistics|study|surgery|survivors?|tablets|talk|team|techniques?|tests?|therapist"
        "|therapy|time test|training|treatment|unit|ward|webinar|workshop|x ?rays?|xray)",
        r"meningitis (acwy|acy|b|booster|c|jabs?|shots?|vaccin\w+)",
        "(what|how) (do|should|would|to) ~ (if|when) (somebody|someone|people) (gets|has|have) (a |an "
        ")?({illness})",
        r"(which|what) (kinds?|sorts?|types?) of (\w+ )?(chest pains?|{illness}|bleeding|faint*"
        "|headaches?|rash*)",
    ),
    # Figures of speech.
    "figures": (
        "(board |computer |video )?(books?|cartoons?|films?|games?|movies?|novels?|plays?|shows?) ~~ (die*"
        "|drown*|kill*|poison*|shot|stab*|strangl*)( (me|him|her|them))?( (dead|to death))?",
        "(almost|nearly|practically|half) (had|gave (me|him|her)|having|died|fainted|passed out|choked"
        "|killed|choking) (a |an )?(heart attack|stroke|fit|seizure)?",
        "(bill|invoice|price|fees?|cost|copay|charge|you|surprise|traffic|parking|movie|noise|dog"
        "|kids?) (nearly |almost |just |really |about )*(gave|give|gives|giving|given) (me|us|him|her"
        r"|my \w+) (a |an )?(heart attack|stroke|seizure|fit|coronary)",
        "(bored|frightened|sick|scared|stressed|tired|worried|worked) (half )?to death|death of me|dead "
        "(on|to|slow|tired|easy)|nobodys dying",
        "(boss|wife|mum|mom|mother|dad|kids|teacher|manager|daughter)s? (is |are |s |was |will |would "
        "|ll )?(going to|gonna|will|would|ll|d)? ?(kill|strangle|murder) (me|him|her)",
        "(budgie|cat|gerbil|goldfish|guinea pig|hamster|kitten|parrot|puppy|rabbit|tortoise)s? ~~ (a "
        r"(fit|seizure|stroke)|collapsed|dead|dying|hit by a \w+|isnt breathing|not breathing|not moving"
        "|poisoned|run over|stabbed|unconscious)",
        "(?<!chest )(?<!heart )(im|is|its|are|youre|were|been|really|absolutely|just|traffics?|commute"
        "|job|work|shoes|feet|back|knees?|robot) (bleeding|killing) (me|us|money|him|her)?|bleed* (me|us"
        "|him) (dry|white)|bleed* (brakes|oil|petrol|radiators?|water)|bleeding (edge|expensive|gums?"
        "|heart|heck|hell|obvious|money)",
        "(choked|choke|choking) (up|with (emotion|tears))|choking (hazard|traffic)|({my}|our) (printer"
        "|computer|laptop|phone|car)s? ~ (died|dying|choked|stroke|seizure|heart attack|collapsed|drown*)",
        "(collapsed?|collapsing) (in|into) (bed|a heap|laughter|giggles)|(shelf|shelves|tent|roof|fence"
        "|bridge|ceiling|chair|table|wall|deal|company|shed|marquee|sofa|bed) (has |have |just )?collapsed",
        r"die of (\w+ )?(age|boredom|curiosity|embarrassment|heat|hunger|laughing|shame|thirst|disgust|it"
        "|cold|fright|waiting|the flu|flu|yellow fever)|die (laughing|without my|waiting|before i get"
        "|if i (dont|have to|hear|cant get an?))",
        "(dog|horse|laptop|phone)s? (been |got |had |has |is |just |was )+(a (fit|seizure|stroke)|dying"
        r"|electrocuted|hit by a \w+|poisoned|run over|shot|stabbed|unconscious)",
        r"drown* (in|under) (?!the (pool|water|bath|sea|lake|river)|water|a (pool|pond|lake))(\w+ )?\w+"
        "|drowning (man|walrus|my sorrows|rescue|in work)",
        "dying (for|of) (a|an|some|boredom|hunger|heat|thirst|curiosity|embarrassment|laughter|to)|dying "
        "(to|here with|out)|(battery|phone|mobile|laptop|car|plants?|goldfish|hamster|cat|dog|signal|line"
        "|tablet|hearing aid|engine|pet|fish|tree|connection) (is |s |was |keeps )?dying|nearly died (of"
        "|laughing)",
        "electric(al)? shocks? (feeling|like|pains?|sensations?|type)|like (an? )?(little |mild |small "
        ")?electric(al)? shocks?",
        "faint* ~ (needles?|blood draw|blood test|sight of|price|bill|giving blood|injections?|hope|line"
        "|idea|smell|heart)|(needles?|blood draws?|blood tests?|injections?) ~ (faint*|dizzy|pass out"
        "|woozy)",
        "(fit|fits) (of (coughing|giggles|laughter|rage|sneezing|temper)|when|about|over|if|because|with "
        "me)|(hissy|coughing|sneezing|crying|laughing|giggling) fits?|(throw*|threw) a fit",
        "(fit|fits|fitting) (for|in|into|me|us|him|her|as|and (healthy|well)|to (work|fly|drive|dive)"
        "|room|around|between|on|bit|watch|tracker|note|free)",
        "(funny|hilarious|laughing|laughed) ~~ ({cant}) breathe|({cant}) breathe (for )?laughing",
        "gasping for (a|an|my) (beer|brew|coffee|cup|cuppa|drink|fag|pint|tea|smoke|cigarette)",
        r"(give|giving|gave|gives|given|have|having|had|nearly had) (me |us |him |her |my \w+ )?(a |an "
        ")?(small |mild |minor |near |bloody )?(heart attack|stroke|coronary|seizure|fit"
        "|palpitations)(?= (when|over|about|at|with|if|reading|lol|haha|running) )",
        "heart attack (snack|burger|grill|on a plate|waiting to happen)|stroke of (luck|genius|midnight)"
        "|(breast|back|swimming) ?stroke",
        "(heart|it) (nearly|almost) stopped|heart (to heart|on my sleeve)|have a heart|with all my heart"
        "|(by|off by|to) heart",
        "(husband|boyfriend|partner|hubby)s? (is |will |would |ll )?(going to|gonna)? ?(kill|murder"
        "|strangle) me (if i|when (he|she) (hears|sees|finds)|for (missing|forgetting|being))",
        "(im|i am|ill) not (going to )?(wake|waking|waken) (him|her|it|them|my|the)|it ((doesnt|does not"
        "|wont) )wake|(hell|shell|he will|she will|hed|shed|theyll) (absolutely )?(kill|murder|strangle) "
        "me (if|when)",
        "(kids|children|boys|girls|twins|brothers) (are |were )?(killing|murdering|strangling) each other"
        "|could (kill|murder|strangle)|kill (for|me (with|now)|time|two birds|the)|kill* (my|the) (vibe"
        "|mood|schedule|weeds|credit|process|weekend)|kill* (himself|herself|myself) (with|at) (work|the "
        "gym)|killing myself (laughing|with laughter|to|at)",
        "(overdose|overdosing|overdosed|od) (of|on) (meetings|chocolate|coffee|work|tv|netflix|sugar"
        "|cake|sun|vitamin|vitamins|caffeine|carbs|sweets|news|telly|christmas|screen|ice cream|pizza"
        r"|turkey|cheese)( \w+)?",
        "(rather|sooner) (die|be dead|be shot)|to die for|die hard|old habits|over my dead body|drop "
        "dead gorgeous|i (could|will|may|might) be dead by then|life or death",
        "shoot (me|us|you|him|her|over) (an?|the|your|over|some)|shot (in the (dark|arm)|of)|(give|gave) "
        "it (a|my) (best )?shot|jump (off|on) (the|a|this) (phone|call|line)|hang(ing)? (on|up|around)",
        "suicid* (of|by) (my|his|her|a)|(brother|sister|son|daughter|husband|wife|father|mother|dad|mum"
        "|mom|friend|uncle|cousin|partner|grandad|granddad|grandfather|aunt)s? ((took|ended) (his|her) "
        "(own )?life|(died by|committed) suicide|suicide|killed (himself|herself))",
        "(that|this|the) (pain in the neck|headache) of",
    ),
    # Real but mild, or long known: a cold, a strained shoulder, breathlessness on stairs, a sore jab.
    "mild": (
        "(paper|shaving) cuts? ~~ bl(ed|eed*)( (a lot|badly|everywhere|like (crazy|mad)|so much))?",
        r"(arm|shoulder) ~ ({pain}|sore|numb) ~ (jab|shot|vaccin\w+|booster|injection|tennis|typing|gym"
        r"|slept|sleep|lifting)|(sleep|slept|sleeping|lie|lying|lay) (on|funny on) (it|{my} \w+) ~ (numb"
        "|dead|tingl*)|(numb|dead|tingl*|pins and needles) ~ (sleep|slept|lie|lying|typing|gaming|carpal"
        "|cycling|sitting cross)",
        "(breath*|breathing) (through|from|out of) {my} (nose|nostrils?|left|right)|(blocked|stuffy"
        "|bunged up) nose ~ breath*",
        "({cant} (lift|raise|move|use) {my} ((left|right|other|bad|sore) )?(arm|leg|hand|shoulder)s?) "
        "(above|over|past|higher|beyond|behind|properly|without|much|far|fully|all the way|as (far|high)"
        "|since (the|my) (fall|op|physio))",
        "carried away|(dizzy|faint) ~ (stand up|get up|stood up) (too )?(fast|quick*)|(bit|little"
        "|slightly) (dizzy|light ?headed|faint)",
        "coming to the (end|surgery)|small (burn|cut)|(cut|burn) ~ (healed|healing|tiny|small|little|minor)",
        r"(dementia|alzheimers) ~~ ((know|recogni[sz]e|remember)\w* (who|me|where|us|what day)|confused)",
        "(eye|eyelid|muscle|thumb|finger|calf)s? ~ twitch*|twitch* ~ (eye|eyelid|muscle)",
        "(face|mouth|lips?|cheek|jaw) ~ (numb|swollen|droop*|puffy) ~ (dentist|filling|tooth|wisdom"
        "|extraction|crying|botox|sunburn|sun)",
        "(hands|fingers|fingers|toes|feet|skin) ~ ({blue}|white|numb) ~ (cold|raynauds|winter)|raynauds",
        r"(heavy )?(periods?|menstrua\w+|time of the month) ~ (heav\w+|bleed*|soak*)( (a lot|through"
        "|heavily))?|(heavy|irregular) (bleeding )?periods?",
        "(hurt|hurting|cut|cutting|burnt|burned|burning|scald*|harm) (myself|himself|herself) (shaving"
        "|cooking|chopping|on|at|playing|while|with the|in the|lifting|gardening|skiing|running|falling"
        "|when|slicing|peeling|doing|opening|during|by|a (bit|little))",
        "iron (tablets?|pills?|supplements?) ~~ (black|dark) ~ (poo|stools?|motions?)|black ~ (poo"
        "|stools?|motions?) ~ iron",
        "nose (is |s )?(so |all |really |completely )?(blocked|bunged|congested|stuffed|stuffy)( up)? ~~ "
        "breath*",
        "poisoned ~ (by|from|with|after) (my own |a |the |some )?(bad )?(cooking|curry|takeaway|takeout"
        "|chicken|food|fish|seafood|kebab|sushi|restaurant)|(rat|ant|slug|weed|food|sun|lead) poison(ing"
        "|ed)?|poison (ivy|oak)",
        "(short(ness)? of breath|breathless|out of breath|puffed|{chest} ({pain})|{pain} "
        r"in {my} {chest}) (\w+ )?(on|when|after|from|going up|climbing|at the top|walking|running|if i"
        "|whenever i) (i |the |a |im |he |she |climb*|walk*|run*|stairs|hills?|four|flights?|cough"
        "|exert*|exercis*|up)+",
        "(stops?|stopped|stopping) (and starts? )?breathing ~ (sleep|night|snor*|asleep)|(apn(o?e)a|cpap"
        "|snor*) ~ (stop* )?(breath*|chok*|gasp*)",
        "(streaks?|specks?|spots?|bit|drop|drops|tiny|little|trace|smear) (bit )?(of )?blood|(gums?"
        "|piles|haemorrhoids?|hemorrhoids?) (that )?bleed*( a (bit|lot|little))?|bleed* (gums?|piles"
        "|haemorrhoids?|hemorrhoids?|mole|a (bit|little))|(spit*|spat) ~ blood ~ (brush|floss|teeth"
        r"|tooth)\w*",
        "voice (is |has |s )?(gone|hoarse|lost) ~ (cold|shouting|singing|concert|cheering|karaoke)|night "
        "sweats|hot flush*",
    ),
}

_ENDINGS = str.maketrans({"…": " ", "’": "", "‘": "", "'": "", "`": ""})


#: Words that people say with an s ("my throat's closing"), which the patterns need not repeat.
_NOUN = re.compile(
    r"(?<![\w\\])(airway|arm|artery|baby|back|belly|blood|boy|brother|bump|cheek|dad|daughter|eye|eyelid|face"
    r"|father|hand|head|heart|husband|jaw|leg|lip|mother|mouth|mum|neck|nose|pulse|side|sight|skin|son|speech"
    r"|throat|tongue|vision|voice|windpipe)(?=[|)]| (?!\))|$)"
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
    pattern = _NOUN.sub(r"\1s?", pattern)
    return re.sub(r"(?<!\\)\((?!\?)", "(?:", pattern.replace(" & ", " (?:[^ ]+ ){0,30}?"))


def compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Something that finds any of the patterns as whole words of plain text."""
    return re.compile(" (?:" + "|".join(f"(?:{regex(one)})" for one in patterns) + ")(?= )")


_HARMLESS = tuple(compiled(group) for group in HARMLESS.values())


def without_harmless(text: str) -> str:
    """Plain text without what only sounds like danger."""
    for group in _HARMLESS:
        text = group.sub(" …", text)
    return text
