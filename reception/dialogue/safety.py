"""Red flags: words that may mean danger to life now, checked before the model and deaf to persuasion.

The list follows public guidance on when to call an ambulance; each heading names the pages it follows. It
only routes: nothing here judges how ill somebody is. Harmless expressions are taken out first (see
`expressions`, which also explains how patterns are written), so that "chest x-ray" or "dying to meet you"
alarms nobody; what danger is left counts. Speech that has to be understood as a whole is left to the model.
"""

from __future__ import annotations

from .expressions import compiled, plain, without_harmless

RED_FLAGS: dict[str, tuple[str, ...]] = {
    # NHS "Heart attack" and "When to call 999"; American Heart Association "Warning signs of a heart
    # attack".
    "heart": (
        "^ (a )?heart attack $",
        "(arms?|shoulders?) ~ jaws?",
        "(a|another|the|like) heart attack(?= (/|,|coming|i|now|right|and|but|please))",
        "(band|belt|brick|clamp|elephant|lump of|rope|strap|vice|weight|something heavy) ~ ({chest}|ribs"
        "|ribcage)",
        "(cardiac arrest|chest is killing|chest (is |getting |gets |got )?worse|no pulse|chest thing)",
        "{chest} ~ ({pain}|fluttery|in a vice)",
        "(clutch*|grab*|grip*|hold*|press*|rub*) {my} (chest|heart|left arm)",
        "(come|came|coming|gone|going|went) (over|out) (all |in )?(a )?(queer|cold sweat|clammy|sweaty"
        "|grey|gray)",
        "(defibrillator|icd|pacemaker)s? ~~ (firing|going off|shock*)",
        r"(go|goes|going|gone|into|moved|radiat*|shoot*|spread*|travel*|creep*|up) (\w+ )?(into|to|in"
        "|down|up|through) (my|his|her|the|both) (inside of )?({my} )?(jaw|left arm|both arms|arms"
        "|inside of {my} arm)",
        "(grey|gray|ashen|white as a sheet|(terrible|awful|dreadful|bad|funny) colou?r) ~~ ({sweat}"
        "|{chest}|jaw|{pain})",
        r"(having|has|have|had|be|think its|its|is|another|like) (a|another|some kind of|an) (\w+ "
        ")?heart attack",
        r"(heart|heart rate|pulse) (is |of |s |beating |rate )*(only )?(twenty|thirty)( \w+)?",
        "(heart|hearts) ~ (has stopped|stopped beating|it hurts|is stopping)",
        "(heart|hearts|heartbeat|pulse|ticker)( is| has| was)? ~ (all over the (place|shop)|(beating"
        r"|going) (\w+ )?(fast|crazy|mad)|flutter*|gallop*|jump*|miss* beats|odd|pound*|rac(es|ing)|skip*"
        "|somersault*|stopp*|thump*|crazy|mad) & ({faint}|breath*|clammy|cold|grey|gray|going over|(cant"
        "|barely|hardly) stand|pale|sweat*|weak|went over)",
        "left arm ~ ({pain}|{weak}|(my|his|her) jaw)",
        "(nitro*|gtn|angina (spray|tablets?)|spray|sprays|puff) ~~ {notworking}",
        "{pain} ~ (across|centre|center|front|left|middle|right|side|top) ~ {chest}",
        "{pain} ~ (arms? and (my |his |her |the )?(chest|jaw|neck)|jaw and (my |his |her |the )?(arm|neck"
        "|chest|shoulder))",
        "{pain} ~ (both arms|down (my|his|her|the) left arm|{chest}|(my|his|her) heart|collarbone|collar "
        "bone|shoulder blades ~ jaw)",
        "{pain} ~ (in|into|to) (my|his|her) jaw and",
        "({pain}|{weak}|indigestion|heartburn) ~~ (left arm|arm heavy|{sweat})",
        "(someone|somebody|something|somebodys|elephant) ~ (sitting|standing|sat|parked|kneeling|stood) "
        "on (me|him|her|{my} {chest})",
        "{sweat} ~~ (arms?|{chest}|grey|gray|indigestion|jaw|left arm|shoulder blades)",
        r"(tear*|ripp*) (\w+ )?(pain|feeling|sensation) ~ (back|belly|chest|stomach)",
    ),
    # NHS "Shortness of breath", "Asthma attacks" and "What to do if someone is choking"; British Thoracic
    # Society.
    "breathing": (
        "(asthma attack|choking|gasping|stridor|suffocat*|tongue is being pushed up|tongues being pushed up)",
        "(asthma|breathing) ~ (bad|fast*|funny|getting worse|laboured|like (snor*|a fish|(he|she)s run)"
        "|much worse|rapid*|rattl*|really|shallow|slow|strange|terrible|weird|very bad)",
        "(asthma|breathing|chest|puffer|inhaler*|ventolin|nebuli*|reliever|blue one) ~ {notworking} ~ "
        "(anything|help*|work*|touch*|nothing|doing)",
        "({blue}) (lips|fingernails|face)",
        "(breathless|gasping|struggling|wheez*) & (inhaler|puffer|ventolin)s? (is |has )?(empty|finished"
        "|run out)",
        "(breathless|panting|puffing|wheez*) ~~ ({blue}|at rest|bed|cant|getting worse|lips|sentence|sit"
        "|sitting|sleeping sat|talk|tonight|words|worse)",
        "(breath|breaths|breathe|breathes|breathing) ~ (fast|fast and|gurgl*|gargl*|pause|pauses|rattl*"
        "|short ones|shallow|stop|stops|stopping|whistl*|wheezy and)",
        "(calf|calves|leg|legs) ~~ (hot|red|swollen|tight|swelled) & ({pain} ~ breath*|breath*|{chest})",
        "cant open {my} mouth",
        "({cant}) (speak|talk) in (complete |full |whole |proper )?sentences",
        r"({cant}) swallow (\w+ ){0,3}(anything|saliva|spit|water|drool*|and)",
        "({cant}) ~ (get to the end of|finish|complete|say|speak) (a|his|her|my|full|whole|even)+ ?(a "
        r")?(\w+ )?(sentences?|words?)",
        "({cant}|{not}) (fully |really |properly )?(breath*|catch (my|his|her|their|any|enough"
        r"|a)* ?breath|draw ~ breath|pull ~ breath|take (a|in a|in) (\w+ )?breath|lie flat|get (any|a|my"
        "|his|her|enough|quite|much|in)* ?(air|breath|oxygen))(?! (test|through))",
        r"(can|could|manag*) only (get out |manage |say |speak )(\w+ )*(words?|time)",
        "(chok*|stuck|lodged) ~~ ({cant} (breath*|speak|swallow|talk)|{blue}|breath*|cough*|going dark"
        "|gargl*|gurgl*|holding {my} throat|wheez*|whistl*)",
        r"(cough*|foam*|froth*|bring*) (\w+ )?(up )?(pink|black (stuff|soot|phlegm)|foam|froth)",
        "(dribbl*|drool*) ~~ (breath*|lean*|noise|swallow|throat)",
        "(foaming|frothing)(?! (bath|cleanser|soap|wash))|(foam*|froth*) ~ (mouth|pink)",
        "(getting|gets|so) (hard|harder|difficult) to (breathe|swallow)",
        r"(gurgl*|gargl*) (\w+ )?(noise|sound)s?",
        r"({he}) (\w+ ){0,3}(gone|going|turned|turning|went|looks?|turns|is|so) (a )?(bit |all |funny "
        "|terrible |very |so )*({blue}|(awful|funny|horrible|strange|terrible) colou?r)(?! (with|and "
        "white|badge|in the|team|belt))",
        "how {blue} (he|she|the baby) is",
        "(inhaler|puffer|ventolin)s? (is |has )?(empty|finished|run out) & (breathless|gasping|struggling"
        "|wheez*)",
        "(i|he|she) (need|needs) (air|oxygen)(?! (concentrator|cylinder|refill|test))",
        "(keeps|kept|keep) (pausing|stopping) ~ breath*",
        "(lips?|fingernails?|fingertips|nails|face|tongue|mouth) ~ ({blue}|dark|colou?r of)(?! (eyes|hair"
        "|light|shadow|varnish|polish))",
        "^ no air $",
        "(noise|noises|sound|whistl*) ~ breath*",
        "(not|isnt|arent|stopped|stops|quit|no|never|barely|hardly|doesnt) ({my} )?(even )?breath(e|es|ing)",
        "open {my} mouth ~~ (drool*|jaw|swell*|swollen)",
        "(out of breath|breathless|short of puff|short of breath) (and|just|at rest|doing nothing|even"
        "|sitting|lying|i cant|now)",
        r"(oxygen|sats|saturation|saturations) ~ (6\d|7\d|8\d|sixty|seventy|eighty)( \w+)?",
        r"({pain}|puffing|breath*) & (calf|leg) (is |s )?(\w+ )?(hot|red|swollen|tight)",
        "(ribs|skin|tummy|chest|neck) ~ suck* in",
        "(short|shortness) of (breath|air)",
        "stop* (me|him|her) (from )?breathing",
        "(struggl*|fight*|gulp*|desperate) for (air|breath|(every|each) breath)",
        "(tummy|stomach|belly|neck) (muscles )?to breathe",
        "(water|fluid) ~ lungs",
    ),
    # NHS "Stroke": FAST (face, arms, speech, time); American Stroke Association BE FAST.
    "stroke": (
        "/ (a |mini )?stroke( symptoms| i think| please|, i think)?(?= [/,])",
        "(arms?|legs?|hands?|side) ~ (dragging|folded under|hanging|stopped working|useless|wont (do|grip"
        "|hold|lift|move|work)|not working|gone (completely |all |totally )?(dead|limp|numb|weak|to "
        "sleep on)|went (completely |all )?(dead|limp|numb|weak))",
        "(arms|legs|body) ~ jerk*",
        "(a|another|like|mini|of) (mini )?stroke(?= (/|,|i think|now|right now|and|because|please|symptoms))",
        r"(cant|cannot|can not|unable to) (move|lift|raise|feel|use) (\w+ )?(arms?|legs?|face|hands?|side"
        "|body)",
        "(cant|cannot|suddenly cant) (find|get) (my|his|her|the|any)* ?words( out)?",
        "(corner|side|half) of {my} (face|mouth|lips|body) ~ ({weak}|fallen|wont|lower|slid*|down|funny"
        "|feel*)",
        "(doesnt|does not|didnt|dont|not|no longer) (know|recogni[sz]e|remember*) (me|us|him|her|where "
        "(he|she|i) (is|am|are)|who (i am|he is|she is|we are|anyone)|what (day|month|year) (it|of)|(his"
        "|her|my) (own )?(name|wife|husband|kids|children))(?! (from|yet|well))",
        "(doesnt|not) know me(?= (/|,|any more|anymore|and))",
        "(face|eyelid|mouth|smile|lip|cheek) ~ (crooked|dropped|droop*|fallen|hang*|lopsided|numb*|one "
        "sided|sagg*|slack|slid*|twisted|wonky|wont (lift|move))",
        "(face|mouth) (is |has |looks? |feels )*(gone |a bit |all )*(funny|odd|strange|weird|wonky)",
        "(has|had|hav*|have|having|be|is (it|this)|(this|it) is|think its|its) (a |another |some kind of "
        "|mini )+stroke(?! (of|clinic))",
        "(headache|head) ~~ (hammer|thunder*|like nothing|worst ever|of my life|sudden* and)",
        r"({he}) (\w+ )?(cant|cannot|can not) (speak|talk)(?= (/|,|and|or|properly|right))",
        r"({he}) (\w+ ){0,3}(makes no sense|make* (any |no )?sense|not making (any )?sense|doesnt make "
        "(any )?sense|dont make sense)",
        "(i|just) (suddenly )?cant (smile|remember my (own )?(name|birthday)|think of my own name)",
        "(loss|lost|losing|no) (all |of |the |any |total )*(feeling|movement|power|sensation|strength"
        r"|use) (in|of|down|on|from) (\w+ ){0,3}(arms?|face|half|hand|legs?|side|waist)",
        "(one|left|right|whole) (hand )?(side|half) ~~ ({weak}|not moving|cant move)",
        "(sees?|seeing|got|see) (two of everything|double)",
        "(slumped|stagger*|veer*|walk*|sound*|talk*|speak*) ~ (drunk|into walls|nonsense|rubbish"
        "|gibberish|jumbled)",
        "slur*",
        "(speech|talking|tongue|words?) ~ (funny|garbled|gone(?! black)|jumbled|mumbl*|muddled|not right"
        "|slow|slushy|strange|thick|weird|wont (come|do)|makes? no sense|come out (all )?wrong)",
        "({sudden}|suddenly) ~ (blind|{cant} (hear|move|see|speak|stand|talk|walk)|confus*|double"
        "|lost {my} (balance|sight|speech|vision)|numb*|went dark|weak)",
        "(trouble|difficulty|problem*|{cant}) ~ (finding|getting|find|say) (my |his |her |the )?words(?! "
        "(in|for))",
        "({weak}|weakness) ~ (face|arm and leg|face and arm|arm and face)",
        "({weak}|weakness) ~ (one|left|right|whole|entire) (arm|hand|leg|side|half)(?! of (my|the|his"
        "|her) (thumb|finger|gum|toe|foot))",
        "(worst headache|thunderclap)",
    ),
    # NHS "When to call 999" (loss of consciousness), "What to do if someone has a seizure", "Fainting",
    # "Low blood sugar" and "Diabetic ketoacidosis".
    "consciousness": (
        "^ (a )?(seizure|fitting) $",
        "(about|going|gonna|going to|like im going|like|as if i might|might|will|gonna|feel like|start*) "
        "(to )?(black* out|collaps*|faint*|keel over|pass* out)",
        "(again and again|four times|keeps?|kept|repeatedly|three times|twice) ~ (black* out|collaps*"
        "|dropp*|faint*|fall* down|keel* over|pass* out)",
        "(babys|been|hes|is|shes|still|son|sons|daughter|daughters|child) fitting",
        r"(black* out|collaps*|dropped|fainted|keel* over|pass* out|going over) (\w+ )?(again|twice"
        "|three times|four times|and now)",
        r"(blood )?(glucose|meter|reading|sugars?|screen) ~ (hi|lo|[12]\.\d|(says|reads) (hi|high|lo|low"
        "|error))(?= (/|,|and|again|he|she))",
        "(breath|breathing) ~ (acetone|fruity|nail (polish|varnish)|pear drops)",
        r"({cant}|{not}) (get|keep|getting|keeping) (him|her|them|my \w+) (to stay )?(awake|conscious)",
        r"({cant}|{not}) (get|keep|open) (\w+ ){0,3}(to open )?(his|her|their) eyes( open)?",
        "(collapsed|blacked out|passed out(?! (cards|flyers|leaflets))|unconscious|unresponsive|comatose"
        "|lifeless)",
        "(diabetic|diabetes|sugars?|hypo|insulin) ~~ (awake|barely|confus*|drows*|floppy|nonsense|rubbish"
        "|shak*|sweaty|unconscious|vomit*|wont (swallow|eat))",
        "(difficult|hard|impossible) to (rouse|wake)",
        "(everything|everythings|vision|world) ~ (going|gone|goes|went) (all )?(black|dark|grey|gray)",
        "(eye|eyes) ~ (rolled|rolling|gone back|roll back|rolled up|glazed)",
        "(fits?|seizures?) after (another|fit|seizure)|(had|having) (a |another |several )?blackouts?",
        "(hasnt|cant|cannot|could not|couldnt|wont|doesnt|not|never|no|didnt|nobody can|{cant}) (even "
        r"|be |to )?(rous*|wake|waken|waking|woken|woke) ?(up|him|her|them|my \w+|dad|mum|mom|the "
        r"\w+)*(?! (at|before|until|for|early|in|me|on|with|up|earlier|naturally|refreshed|that|without"
        "|to))",
        "(having|hav|has|had|in|another|some sort of|a) (a |another |some |sort of |kind of )*(seizure"
        "|fit|convulsion)s?",
        "/ ({he} |just )*(he|she|she just|he just|he has|she has) (dropped|collapsed|fainted) /",
        r"({he}) (\w+ ){0,2}({not}) (answer*|respond*|react*|mov* at all|talking|speaking|moving)(?! "
        "({my}|the|calls?|messages?|emails?|house|home|on|until|to (messages|texts|emails)) ?)(?= (/|,"
        "|me|to me|us|properly|and|at|when))",
        r"({he}) (\w+ ){0,3}(conked out|fainted)",
        "({he}) ~ (slid|slipped|fell|fallen) (off|out of|down) (the|his|her) (bed|chair|sofa|seat"
        "|toilet) ?(?= (/|,|and|he|she))",
        r"({he}|mans|just) (\w+ )?(dropped|crumpled|gone down|slumped|keeled over)(?= (/|,|to the|at|on"
        "|in front|in the|onto|and))",
        "(jerking|seizing|twitching|convuls*)(?! up)",
        "just (fainted|blacked out)",
        r"(lying|found|laid|flat|flat out|been|collapsed|slumped|alone|shes|hes|nans|dads|mums) (\w+ "
        "){0,3}on the (floor|ground|tiles|pavement)(?! (above|below|doing|exercis*|laughing|mat|playing"
        "|stretch*|watching))",
        "({not}|hardly|barely) (respond*(?! to (a|calls?|e ?mails?|letters?|messages?|my|our|texts?|the "
        "(antibiotic|letter|tablet)*))|answer me|answering me|answer us|answering us|answering(?= (/|,))"
        "|com* round|moving or|open* (his|her|their) eyes|reacting)",
        r"(shak*|jerk*|twitch*) (\w+ )?(all over|and (her|his|wont|doesnt|foaming|eyes)|for \w+ minutes"
        "|uncontrollably|violently)",
        "(snor*) ~~ (fell|hit|floor|open {my} eyes|overdose|strange|wake|woken|snorted|loud and)",
        r"(stiff|rigid) and (\w+ ){0,3}(jerk*|shak*|star*|twitch*)",
    ),
    # NHS "When to call 999" (severe bleeding, severe injuries, burns, road accident), "Burns and scalds",
    # "Severe head injury", "Electric shock" and "Drowning" (St John Ambulance first aid).
    "bleeding and injury": (
        "(acid|boiling|kettle|scalding|hot (coffee|drink|fat|oil|soup|tea|water)) ~~ (all over|belly"
        "|chest|everywhere|face|over (him|her|me)|over {my} {child})",
        "(arm|fingers?|foot|hand|leg|thumb) ~ ((a|band|circular|table|the) saw|chainsaw|grinder|mower"
        "|lawnmower|shredder|(in|into) the machine)",
        "(arm|leg|ankle) (is |has )?(bent the wrong way|snapped|turned wrong)",
        "(artery|finger|fingers|hand|leg|thumb|throat|toe|wrist|wrists|arm) ~ (came off|chopped|cut off"
        "|hanging off|severed|sliced off|torn off|sliced open|slit)",
        "(attacked|cut|slashed) with (a )?(axe|bottle|knife|machete)",
        "((a|band|circular|table|the) saw|chainsaw|grinder|mower|mowing|lawnmower|(in|into|by) (a|the) "
        "machine|blender|shredder|axe|nail gun) ~~ (arm|finger*|foot|hand|leg|thumb|face)(?! (out|brake"
        "|cream))",
        "(badly|severely|seriously|horribly) (bleed*|burn*|burnt|cut|hurt|injured|scalded)",
        "(basin|bath|bowl|bucket|cupful|gush|mouthful|pints?|pool|puddle|pumping|trail|lot|lots|loads|so "
        "much|too much) ?(full )?(of )?(bright |dark |fresh |red |her |his |my )*blood",
        r"(been|got|get|was|is|were|just) (\w+ )?(crushed|run over|(hit|knocked (down|over)) by (a|the) "
        "(bus|car|lorry|train|truck|van|bike|motor*))|hit by a (car|truck|bus|lorry|van|train)",
        "(black ~ (poo|poop|stools?)|(poo|poop|stools?) ~ black) & ({faint}|pale|weak)",
        "(bleed*|cut|artery|wound|leg|arm|neck|its) ~ (gush*|pump* out|spurt*|squirt*)",
        "({bleed}) ~~ (a lot|all over|badly|bathroom|bed|bucket*|everywhere|fast|from (his|her|my|the) "
        "(ear|ears|eye|mouth|neck|head|wrist)|gush*|heav*|like (a tap|crazy|mad)|lots|pool*|pour*|pump*"
        "|so much|soak*|spurt*|squirt*|through|to death|under the door|very bad*|worse|filled)",
        "({bleed}|cut|gash|wound) ~ ((cant|cannot|wont|will not|doesnt|does not|isnt|is not|hasnt|never"
        "|not|no|didnt) ((be|get|it|want to|really) )?(clos*|quit*|slow*|stop*|stopping))",
        "(blew up|exploded|explosion|caught fire|on fire) & (burn*|burnt|face|hands|skin)",
        "blood in (my|his|her) (sick|vomit)",
        "(bone|bones) (is |s )?(out|poking|showing|sticking|through|coming)|(see|seeing) (the|a|his|her"
        "|my) bone",
        "burn* (is |are )?(all over|badly)",
        "(burned|burns|burnt|scald*) ~ (all over|badly|chest|{belly}|face|hands|neck|throat)",
        r"(burned|burnt|scalded) (my|the|our|his|her) (\w+ )?{child}",
        "(burst|split|ripped|torn) (wide )?open",
        "(cant|cannot|couldnt|wont|doesnt|not|never) (be )?(stop*|quit*|slow*) ({my} )?(bleed*|blood)",
        "(car|crash|crashed|accident|wreck|collision|motorbike|lorry) ~~ (bleeding|not moving|stopped "
        "talking|trapped|unconscious|cut out)",
        "(chopped|cut|sawed|severed|sliced|tore|ripped|lost) ~ (artery|arm|finger|fingers|hand|thumb|toe"
        "|wrist|leg|throat) ~ (off|bone|deep|deeply)",
        r"(clear|watery) (\w+ )?(fluid|liquid|stuff|water) ~ (ear|nose)s? ?",
        "(clexane|warfarin|blood thinners?|apixaban|rivaroxaban|eliquis|xarelto) & ({hit} ~ head"
        "|{fell} ~ head|dizzy|nosebleed|bleed*)",
        r"(clots?) (\w+ ){0,3}(as big as|size of|golf|lemon*|plum*)|(big|large|huge|massive) (blood )?clots",
        "(coffee grounds|tarry (stools?|motions?|poo|poop)|third degree)|black (and |as |like |sticky )*tar*",
        r"(cough*|throw*|threw|vomit*|spit*|spat|bring*|brought|puk*|sick) (up )?(\w+ )?(\w+ )?(\w+ "
        r")?(\w+ )?(blood|coffee grounds)",
        r"(cut|cuts) (it |me |him |her |my \w+ )?(really |very |far |way )?too deep",
        "(dog|dogs|animal|croc*|bull|horse) ~ (bit|bitten|attack*|mauled|gored|kicked|trampled) ~ (face"
        "|head|neck|throat|chest)",
        "(drowning|drowned|(went|gone|under|face down) (under )?(in|at)? ?(the )?(bath|water|pool|lake"
        "|pond|sea|river))",
        "(electric(al)? shock|electrocut*|live (cable|wire)|(fence|cable|mains|plug|socket|wire|light "
        "fitting|toaster) ~~ (shock|thrown)|had (an )?electric|struck by lightning)",
        "(face|chest|hands) ~ (badly |all )?(burnt|burned|scalded)",
        r"{fell} (down|from|off|out of|through) (\w+ ){0,3}(balcony|ice|step ?ladder|bridge|cliff|ladder"
        "|roof|scaffold*|tree|window|wall of)",
        "{fell} ~~ ({sick}|blood coming|cant (feel|move)|cannot (feel|move)|confus*|knocked out|not "
        "moving|out cold|pupils?|same question)",
        "({fell}) (in|into|on) (the |a )?(bonfire|fire)",
        "({fell}|hip|broken|alone) ~~ (cant|cannot|unable to|couldnt) get (up|off the (floor|ground))",
        "(gored|impaled|mauled|stabbed|shot (in|by|me|him|her)|(been|got|was) shot(?! (at|through))"
        "|(friend|brother|husband|son|somebody|someone) (is )?shot|slashed)(?! (flu|covid|of))",
        "(head|heads) ~ (bleeding|injury|split open|cut open) & (sleepy|drows*|{sick}|confus*|unconscious)",
        "(heatstroke|heat stroke|hypotherm*|stop* (sweat*|shiver*)|frostbite)",
        "(hit|kicked|punched|landed|fell) ~ ({belly}|ribs|spleen) ~~ (faint*|pale|shoulder|white as)",
        "({hit}|{fell}) ~~ head & ({sick}|black* out|blurr*|cant (keep|remember|see)|couldnt remember"
        "|confus*|doesnt (know|remember)|dont remember|double vision|drows*|ear|eyes? ~ (other way"
        "|different)|knocked out|one eye*|passed out|pupils?|same question|same thing|seizure|sleep*"
        "|slur*|unconscious|wont|dragging|cant be woken)",
        r"(hot|in the|locked) (\w+ )?car & ({not} (respond*|wak*|moving)|unconscious|limp|floppy)",
        "(leg|arm|hand|head|foot|fingers|passenger|passengers|hes|shes|im|he is|she is|is) (is |are "
        ")?trapped (beneath|by|in(?! (a |the )?(call|job|lift|loop|meeting|queue|traffic|work))|inside"
        "|under|and)",
        "(marathon|sun|heat|roof|hot) & (doesnt know|nonsense|confus*|not sweating|stopped "
        "sweating) ?(what|where)?",
        "(massive|severe|serious|heavy|catastrophic) (bleed|bleeding|blood loss|haemorrhag*|hemorrhag*"
        "|nosebleed)|blood loss|bleed* out",
        "(nosebleed|nose bleed) ~~ (basin*|dizzy|hour|hours|woozy|faint|filled)",
        r"(pulled|got|fished|dragged) (\w+ ){0,3}(out of|from) the (bath|canal|lake|pond|pool|river|sea"
        "|water)",
        "pupils? ~ (bigger|blown|different|huge|larger|uneven)",
        "({sick}|double vision|drows*|sleepy) & ({hit}|bruise|bump|lump) ~ head",
        "skin (is |s |has |just )*(black|charred|coming|comes|falling|hanging|peeled|peels) (off"
        "|away) ?(in|when)?",
        "smoke & (voice|cough* up|cant breathe|hoarse|black)",
        "(snake|viper|adder|rattlesnake|cobra|scorpion)s? ?(has |just )?(bit*|stung) ?(me|him|her)?"
        "|bitten by a (snake|viper|adder|rattlesnake|cobra|black widow)",
        r"(soak*|fill*|through|gone through|going through|chang*) (\w+ ){0,3}(pads?|towels?|tampons?"
        "|basins?)|(pads?|towels?) ~ soaked",
        "(swallow*|tast*) (a lot of |lots of )?blood|blood ~ throat",
        "went under(?= (and|,|/|for))",
    ),
    # NHS "Anaphylaxis"; Resuscitation Council UK; FARE (Food Allergy Research & Education).
    "allergy": (
        "({allergen}) & (cant (breathe|swallow)|doom|hoarse|lumps|pass out|red all over|wheez*|throat "
        "(is |s )?(clos*|tight*)|voice has (changed|gone)|(lips|face|eyes|throat|tongue|mouth) ~ {swell})",
        "({allergen}|ate|biscuit|cake|cookie|curry|eaten|swallowed) ~~ (breathe|breathing|breathless"
        "|cough* and|faint*|hives (all|and|everywhere)|itch* (all over|everywhere)|pass* out|throat (is "
        "|feels |has |s )?(clos*|going|itch*|swell*|tight*)|tongue|voice (has |is |s )?(changed|going"
        "|gone|hoarse)|wheez*|lumps|({face}) ~ {swell})",
        "(anaphyla*|allergic shock)",
        "(auvi*|epi ?pens?|adrenaline( pen)?|jext) ~~ (coming back|didnt|doesnt|isnt|hasnt|swelling"
        "|wheez*|wont work|not working|just used|on (her|him) and)",
        "(bad|big|full|horrible|massive|serious|severe|terrible) allergic reaction|(having|have|has) an "
        "allergic reaction",
        "({face}) ~ {swell} ~~ (breath*|fast|hives|itch*|nuts?|quick*|rash|shut|sting|stung|throat|tablet"
        "|took|swallowed|up like|ate|minutes)",
        "(hives|rash|itch*|lumps|welts) ~~ (cant breathe|breath*|cough*|doom|voice (has |is )?(changed"
        "|gone|hoarse|going)|wheez*|(face|lips|mouth|throat|tongue) ~ (swell*|swollen))",
        "(impending doom|something (terrible|awful|bad) is (going to|about to) happen)",
        r"(just|already|weve) (given|gave|jabbed|used|injected) (\w+ ){0,3}(epi ?pen|adrenaline|auvi*)",
        "(lips|tongue) ~ {swell}",
        "(sense|feeling) of (impending )?doom",
        r"(stung|sting) (\w+ )?(in|inside|on) (the|her|his|my)? ?(mouth|neck|throat|tongue)",
        "(swell*) ~~ wheez*|wheez* ~~ ({swell}|swell*|nuts?)",
        "{swell} ~ (in|of|inside) (my|his|her|the) (airway|mouth|throat|tongue)",
        "(throat|airway|windpipe|tongue|neck) ~ (clos(e|es|ing|ed)|fatter|seizing|shut*|swell|swells"
        "|swelling|thick|tight*|too big|huge)",
        "(throat|tongue|voice) & ({allergen})(?= ~ (eaten|ate|stung|sting))",
    ),
    # NHS "Poisoning" and "Carbon monoxide poisoning"; America's Poison Centers; British National Formulary.
    "poison and overdose": (
        "(/ |, )(all of (them|it) )?,? ?the (whole|entire) (box|bottle|packet|strip|pack)(?= [/,])",
        r"(ate|drank|drunk|drink|inhaled|swallow*|sniffed|eaten|swallowing) (\w+ ){0,3}({poison})(?! "
        "(soup|chocolate))",
        "(been|got|was|is|he|she|im|ive been|hes|shes) poisoned|(alcohol|fume|gas|monoxide|carbon) poisoning",
        "(boiler|exhaust|fumes|generator|heater|gas fire|barbecue (was )?indoors|stove) & (awake|dizzy"
        "|drowsy|head|headaches?|sick|sleepy|vomit*|woken)",
        r"(can|could|how|do) (\w+ )?(many|much) (\w+ ){0,3}(it takes|to die|to kill|lethal|would kill|is "
        "fatal|to not wake)",
        "(carbon monoxide (alarm|from|in|leak|poison*)|(got|its|be|think|maybe) carbon monoxide|gas leak"
        "|gas smell|(smell|smells|smelling|stinks) (of |like )?gas|co (alarm|detector))",
        r"({child}|grandsons?) (\w+ ){0,3}(ate|bit into|bitten into|chewed|eaten|got into|swallow*|found"
        r"|took|taken) (\w+ ){0,4}({drug}|vape|edibles?|gummies|patch)(?! (ok|fine|well|with))",
        r"({child}|grandsons?|he|she|hes|shes|i|ive|just|dad|mum|wife|husband|somebody) (\w+ ){0,3}(ate"
        "|bit into|bitten into|chewed|drank|drinking|drunk|eaten|eating|got into|inhaled|necked|snorted"
        r"|sniffed|swallow*) (\w+ ){0,5}({poison})(?! soup)",
        "({drug}|gear|heroin|fentanyl|cocaine|ketamine|something|stuff) & ({blue} lips|lips (are |look "
        ")?({blue})|gurgl*|wont wake|not breathing|fingernails are {blue}|snoring sound)",
        "(given|injected|gave) (myself|him|her) (a hundred|ten times|too much|double|far too|way too)",
        "(headaches?|dizzy|sleepy|head|awake) & (boiler|exhaust|fumes|generator|carbon monoxide)",
        r"({he}|i|ive|think) (has |have |just )?({took}) (\w+ )?(way |far )?too (many|much)(?= (/|,|and"
        "|of (my|his|her|the|mums|dads)))",
        "(injected|shot up|smoked|snorted) ~~ (blue|cant|chest|floating|grey|gone wrong|gurgl*|slow|snor*"
        "|tingl*|unconscious|wont)",
        "insulin ~ (double|hundred|ten times|too much|by mistake)",
        r"({number}) (\w+ )?({drug})(?= (,|~) ?(\w+ ){0,3}(ago|already|in one go))",
        r"({number}) (of )?(them|the \w+ ones|those)? ?~ (half an |an |a |one |two |three )?(hours?"
        "|minutes?) ago (?=(,|/) (i )?(just |only )?(want*|quiet))",
        "(overdos*|od(ed|ing)?)(?! (of|on) (meetings|chocolate|vitamin*))",
        "/ poison(ed|ing)?(?= [/,])",
        "(swallow*|drank|eaten|ate|took) (something|some|stuff) (very |really |so )?(bad|dangerous"
        "|poison*|toxic|he shouldnt|she shouldnt)",
        "(took|taken|swallowed|downed|necked|popped|i had|ive had) (about |around |maybe |like |at least "
        ")?({number})(?= (because|so far|of (them|those|these)|/|, (since|and)))",
        "({took}) ~ all of them|({took}) (absolutely )?everything|(had|taken|took|swallowed) the (lot"
        "|whole (bottle|box|packet|pack|strip|lot|thing))(?= (/|,|and|of|so))",
        r"({took}|given|had|gave) ({my} )?(\w+ )?(digoxin|insulin|lithium|methadone|morphine|warfarin"
        "|tramadol) ~ (double|hundred|ten times|too (many|much)|twice)(?! (a day|daily|a week))",
        r"({took}|had|have had|injected) ~ ({number}) (of )?(\w+ ){0,3}({drug})",
        "({took}|take|taking|injected) ~ (far too many|too many|too much|(an? )?(bottle|box|bunch|fistful"
        "|handful|load|lot|pack|packet|strip|bucketload)s? of|loads of|lots of|the (whole|entire)|whole"
        "|all (of )?(my|his|her|the|mums?|dads?|your)|every last|everything) ~ ({drug}|bottle|box|packet"
        "|pack|lot|strip|cabinet|cupboard|weeks|months)(?! (a|already|as|each|every|per|now i|so i|this"
        "|and (i )?(need|now|still)))",
    ),
    # 988 Suicide & Crisis Lifeline "Warning signs"; NHS "Help for suicidal thoughts"; Samaritans.
    "suicide and self-harm": (
        "(afraid|frightened|scared|terrified|worried) ~ (i (will|might|may|could)|ill|im going to|im "
        r"gonna|what ill|what i (might|could|will)) (do|harm|hurt|kill|shake|smother) (\w+ ){0,2}(baby"
        "|children|child|daughter|kids|little|myself|somebody|someone|son|them|him|her)",
        "(afraid|scared|worried) of what (ill|i might|i will|i could) do",
        r"(all|keep*|cant stop) (\w+ ){0,4}(think*|think of|think about) (\w+ )?(how to do it|dying|death"
        "|dead|ending|doing it|going in front)",
        r"(bathroom with|got|have|hold*|in here with|ive) (\w+ ){0,4}(gun|noose|pistol|razor|razor blade"
        "|revolver|rifle|shotgun|rope) ?(?! (licen*|burn|cream|dog|rash|bumps|cut|clinic|safe|course"
        "|certificate|skipping|refill))",
        "(belt|bag|cord|noose|rope|scarf|sheet|wire) ~ (around|over|round) (my|his|her|their)? ?(neck"
        "|head|throat)",
        r"(be|being|go) (\w+ ){0,4}(in heaven|with my (late|dead) \w+)",
        "(burden) (on|to) (everyone|everybody|my (family|kids|wife|husband)|them)|im (just |only )?a burden",
        "(cant|cannot|can not) (do this any ?more|go on( any ?more| any longer| like this| living)?(?= (/"
        "|,|and|but|i))|take (it|this|life) any ?more|see (any|a) (way out|reason))(?! (holiday|friday"
        "|monday|with the|the))",
        "(cant|cannot|dont|do not|doesnt|didnt) (want to|wanna|wish to) (be (alive|here any ?more|on "
        "this (earth|planet))|carry on|exist|go on|live|be here|keep (living|going)|wake (up)?)(?! (early"
        "|at|in|that far|near|with|when|for|until))",
        "(committing|commit|consider* |suicidal|suicide)(?= )(?! (rates?|squad))",
        r"(cut|cutting|slit|slash*|slitting) (my|his|her) (\w+ )?(wrists?|throat)",
        "(dark|suicidal|terrible|scary) thoughts (about|of|again|tonight|and)",
        r"(decided|made up my mind|im ready) (\w+ ){0,3}(to (die|end it|end everything)|about tonight)",
        "(done with (life|living)|tired of (being alive|living|life)|had enough of (life|living)|hurts "
        "to be alive|sick of (being alive|life|living(?! (in|here|with|on|out|like))))",
        "(dont|cant|do not) see (the|any|a) (point|reason) (of|in|to) (anything|being|carry*|keep*|going"
        "|it all|life|live|living|waking|any ?more)|(no|what is the|whats the|isnt any|not any|without) "
        "(point|reason) (to|in|of)? ?(any ?more|being (alive|here)|carrying on|going on|keep going|living"
        "|live|waking up)|(run out of|ran out of|no more) reasons to (live|keep|go)",
        "(dont|not|cant|wont|doesnt|isnt|never) (feel |be |keep |even )?(safe (from|with|around|alone "
        "with) myself|keep myself safe|trust myself)|keep myself safe",
        "end everything|ending everything",
        "(end|ending|ended|finish) (it all|everything tonight)|(end|ending|ended|take|taking|took) ((my"
        "|his|her|their) (own )?life|the pain for good)(?! (easier|seriously|back))",
        r"(everyone|everybody|family|kids|the world|they|wife|husband)(d| would| will|s)? (\w+ )?better "
        "off(?! (with a|if you|going|taking|seeing|at))|better without me|better off (dead|without me"
        "|if i (was|were|werent|wasnt))",
        "(give|given|giving|gave) away (all |most of )?(my|his|her) (belongings|possessions|stuff|things"
        "|money)",
        "going to jump(?= (/|,|off|from|if|and))",
        "(going|gonna|want*|urge|think* (of|about)|might|ready|plan*|thoughts of|feel like|tempted"
        "|threaten*|trying|tried|afraid ill|keep*|started|about|scared ill|scared im going|afraid im "
        "going) (to )?(self harm*|hurt* ({self})|harm* ({self})|cut* ({self})|jump* (off|in front))",
        "(goodbye|farewell|bye) (forever|everyone|everybody|letters?|messages?|notes?|to (everyone"
        "|everybody|(my|the) (kids|children|family)|somebody|someone|them))(?! (for|at))|say* goodbye for"
        "|me saying goodbye|suicide (note|letter)s?",
        "(got|have) (the |my )?(pills|tablets) (in my hand|ready|all ready)|(got|have) (the |my )?(pills"
        "|tablets) beside me",
        r"(gun|knife|knives|pistol|razor|shotgun|blade|rope|noose) (\w+ ){0,5}(across|beside me|in (my"
        "|his|her) (hand|mouth|lap)|loaded|locked|ready|so tired|thinking|tonight|up already|using it"
        "|on (me|myself))",
        r"(half|thoughts?|think*|dream*) (\w+ ){0,3}(gun|noose|rope|bridge|jumping|train|overdos*"
        "|driving into)(?! (ride|ticket|journey|to))",
        "(hang|hung|hanged|drown|gas|shoot|shot|stab|poison|strangl*) ({self})(?! (in the foot))",
        "(harming|hurting|cutting|burning) ({self})(?! (at|by|on|playing|when|while|in|during|doing))",
        "(hose|engine|car) ~ garage ~ (door shut|running|exhaust)|garage with the door (shut|closed)",
        "(in front of|under) (a|the|an)? ?(bus|car|lorry|train|traffic|truck|tube)(?= (/|,|and|any|it|so"
        "|tonight|today|now|i))",
        r"into the medicine cabinet|(take|took|taking) (\w+ ){0,6}(will|would) (it|i|that) (\w+ )?(be "
        "(quick|painless)|die|hurt|kill me)",
        r"(i|ill|im|he|she|they|who) (\w+ )?(wont|shant|will not|wouldnt|not going to|dont want to) be "
        "(alive|around (any ?more|at all|much longer|to see|to tell)|here (any ?more|much longer|to "
        "see))|wont be around at all|wont be alive",
        "(i|ive|shes|hes|she|he|daughter|son|been|is|keeps) (has |have |just |been |is |started |keeps "
        ")*(self harm(ed|ing)?|(cut|harmed) ({self}))(?! (shaving|on|while|with a (knife|tin) (cooking"
        "|cutting)|at|chopping|cooking|in))",
        r"(jump*|step*|throw* {self}|walk*|leap*) (\w+ )?(in front of|off|from) (a|an|the|this|that) "
        "(bridge|building|balcony|car park|cliff|ledge|overpass|roof|train|bus(?! (stop|and))|lorry"
        "|viaduct)(?! (bed))",
        "kill(ing|ed)? ({self})(?! (laughing|at|with))",
        "(nobody|no one|noone) (will|would|ll|d) (even )?(care if i|miss me|notice if i)|disappear* for "
        "good|dead by (tomorrow|morning|tonight)|ill be dead by then",
        "not (be )?worth (living|carrying on|going on)|(arent|isnt|wasnt|never|hardly|is life|life is"
        "|lifes|if life is|whether life is) worth (living|carrying on|going on|it(?= (/|,|any ?more)))"
        "|nothing (left |more )?to live for|not wanting to (be alive|be here|exist|live)|dont deserve to "
        "live",
        "(now i lay|wish) (i|id) (could |would |had |was |were |werent )*(dead|die|just die|disappear"
        "|never been born|not wake up|asleep forever)",
        r"(on|over) (the|a|this) (\w+ )?(edge of (a|the) (bridge|roof|cliff|building|platform)|ledge"
        "|parapet|railings?|train tracks|railway (line|track)s?|rail tracks)",
        "(saving up|sav* up|stockpil*|hoard*|stash*|stashed|counted|counting|lin(ed|ing) up|laid out) "
        r"(\w+ ){0,3}(drugs|insulin|morphine|pills|tablets|paracetamol|sleeping \w+|meds|painkillers)"
        r"|(pills|tablets|meds|morphine) (\w+ ){0,2}(counted|laid out|lined up|saved up|stashed)",
        "(sleep|bed) and (never|not) wak(e|ing)( up)?|never wake up(?= (/|,|again))|(not|never) waking up",
        "sorry to my (kids|children|family)|say im sorry to (my|the) (kids|children|family|wife|husband)",
        "(staring|looking) at (the|my|a|this) (bridge|gun|knife|noose|railway|rail|rails|razor*|rope"
        "|tracks|train tracks|pills and)",
        r"(stood|standing|sitting|sat) (\w+ )?on (the|a|this) (\w+ )?(bridge|ledge|roof|railings?|stool"
        "|tracks)(?! (waiting|in traffic))",
        "(stopped|stop) eating and drinking|waiting to die",
        "(think*|want*|going|plan*|ready|gonna|about) (about |of |to )(end|ending|finish|finishing) (it"
        "|things|everything)(?= (/|,|all|now|soon|tonight|today|tomorrow))",
        r"(voices?|voice) ~ (tell*|say*|order*|want*) (\w+ ){0,6}(cut|die|do it|do things|harm|hurt|jump"
        "|kill)",
        "(want*|going|plan*|ready|trying|tried|wish*|like|wants|rather|time|gonna) (to )?(die|be dead"
        "|not exist|not be here|not wake up|disappear forever|sleep forever)(?! (of|before|in peace one"
        "|laughing))",
        "(want|wish) (it|everything) (all )?to (be over|end|stop)(?= (/|,|for good|forever|now))",
        r"(written|wrote|writing|left|leave) (\w+ )?(letters for|letter for|my letters|the letters"
        "|goodbye)(?! (the|my|your|dr|doctor|work|school|reception))",
    ),
    # NHS "Is your baby or toddler seriously ill?"; NICE traffic-light signs in feverish children;
    # HealthyChildren.org.
    "children": (
        "(3[89]|4[01]|fever*|hot) & ({young})",
        "(baby|newborn|infant) (was |has been |got |is )?(shaken|dropped (on|onto|down))|(shook|shaken) "
        "(the|my) baby",
        r"({baby}|{young}) & (not feeding|refus* (\w+ )?(bottle|breast|feeds?|milk|to (drink|feed))|(wont"
        r"|doesnt|does not|will not) (\w+ ){0,2}(drink|feed|suck|take|want (\w+ )?(breast|bottle"
        "|milk))) ~~ ({blue}|floppy|hot|sleepy|fever|temperature|breath*)",
        r"({baby}|{young}) & (sleepy|floppy|hot|fever|lethargic|listless|temperature|breathing \w+ "
        r"times) & (not feeding|(wont|doesnt|does not|will not|isnt|cant) (\w+ ){0,3}(drink*|feed*|suck"
        "|take|want))",
        "both arms (fly*|jerk*)|wont (even )?look at (me|us)(?= (/|,|and))",
        "({child}|{young}|hes|shes|he|she) ~~ (floppy|gone (blue|floppy|grey|gray|limp|stiff)|lifeless"
        "|limp(?! (when|on|after|since|from|a bit))|mottled|unresponsive|hardly breathing|not moving"
        "|hasnt moved|wont wake(?! up))",
        "(cry*|scream*|wail*) ~ (high pitched|like a (cat|kitten)|no tears|without tears|with no tears)"
        "|(high pitched|high|weird|strange) (pitched )?(cry*|scream*)",
        "(eyes|eye) (are |look |have gone |is )?sunken|sunken (eyes|soft spot|fontanelle)",
        "(hes|is|just|shes) (just )?(laying|lying) there(?! (happily|playing))",
        r"(no|not|stopped|hasnt had|without) (\w+ ){0,4}wet (nappies|nappy|diapers?)|(hasnt|has not|not"
        r"|havent) (peed|wee+d|wet|had a wee|passed (urine|water)) (\w+ )?(since|for|all|in|today)",
        r"(sleepy|drowsy|hard to wake) (\w+ ){0,3}(i )?(cant|cannot|wont) (\w+ ){0,3}(bottle|feed|wake"
        "|drink|to take)",
        "(soft spot|fontanell?e) ~~ (bulg*|dip*|raised|sunk*|swollen)",
        r"({young}|newborns?) & (burning|fever|very hot|really hot|so hot|temperature (is |of )?\d|3[89]"
        "|4[01]|thirty eight|thirty nine)",
    ),
    # ACOG "Urgent maternal warning signs" (CDC Hear Her); NHS "Vaginal bleeding", "Pre-eclampsia", "Ectopic
    # pregnancy".
    "pregnancy": (
        "(after ?birth|placenta) ~ (hasnt|isnt|not|stuck|still|wont)",
        "(arm|cord|foot|head|heads) (is )?out(?= (/|,|and|but))|(can|could) see (a|the|its) (babys "
        ")?(foot|head|cord|feet|hair)",
        "(baby|babys|bump|little one) ~ ((hasnt|has not|havent|isnt|not|no longer|stopped|less|barely"
        r"|hardly) (\w+ )?(kick*|mov*))(?! house)",
        "(baby|head|foot|cord|feet|bum) (is |s |has )?(coming|crowning|come|hanging)(?= (/|,|out|now"
        "|right|already|quick|fast|i can))|(babys|heads) (coming|crowning)(?= (/|,|out|now|right|already"
        "|quick))",
        "(bleed*|gush of blood|doubled (over|up)|sparks|stars|flash* lights) & ({pregnant})",
        "(c section|caesarean|delivered|delivery|gave birth|given birth|had (my|the) baby|had a baby) & "
        r"(bleed*|chest|clots|fever|headache|losing (\w+ ){0,2}a lot|pads|shivering|soak*)",
        "contractions? ~~ (apart|close|constant|every|minutes|strong|started|now)|(pains|pain) ~ every "
        r"(\w+ ){0,2}minutes",
        r"(havent|hasnt|not|cant|cannot|can not|no longer|didnt|dont|stopped|couldnt) (\w+ )?(feel*"
        "|felt) (the |my |him |her )?(baby|bump|kick*|little one|movements?|bean|him kick|her kick|any "
        "(kick*|mov*))",
        "(having|give|giving|has) (a |the |my |her |birth )?(baby|birth) (right )?now|in labou?r(?= (/|,"
        "|and|at|now|on|but))|(labou?rs?|labou?r has|labou?r) (just )?started|gone into labou?r"
        "|something is coming out of me",
        r"(less|fewer|reduced|no|stopped) (\w+ )?(baby |fetal |foetal )?(movements?|kicks|kicking)(?! "
        "(classes?|off))",
        "(losing|lost) (rather |quite |such )?a lot of blood",
        "(my|her|wifes|shes|daughters) waters? (just |have |has |had |already )*(broke|broken|gone"
        "|went)(?! (cold|down|off|out))|waters? (have |has )?(just )?broke|waters have (broken|gone)",
        "({pregnant}) & (bleed*|{faint}|blind* headache|blurr*|cant see|eyes ~ rolled|face ~ {swell}|fit"
        "|flash* lights|flooding|gush|seeing (spots|stars)|shak* all over|sparks|zigzags|belly ~ hard"
        "|pushed|fell down)(?! (gums|test))",
        "({pregnant}|positive) & (agonising|awful|severe|sharp|stabbing|terrible|bad|horrible"
        r"|unbearable) (\w+ )?(cramps?|pains?)(?! (in {my} (back|tooth|foot|wrist|hip|ankle)))",
        "(sparks|stars|flash* lights|zigzags) & ({swell}|swollen)",
    ),
    # NHS "Sepsis", "Meningitis" and "Neutropenic sepsis"; UK Sepsis Trust; Meningitis Research Foundation
    # (glass test).
    "infection": (
        "(cant|cannot|unable to) bend {my} neck",
        r"(cant|cannot|wont|unable to) (bend|get|put|touch) (\w+ )?(chin|neck) ~ (chest|down|forward)",
        "(chemo*|clozapine|neutropen*|transplant|no spleen|immunosupp*|carbimazole|methotrexate) & "
        "({fever}|shaking|shivering|burning)(?! (jab|review))",
        "(confus*|delirious|doesnt know|hallucinat*|marble*|mottled|not making sense|talking nonsense"
        "|seeing things) & ({fever}|shivering|burning up|ice cold)",
        "({fever}|burning) & (neck (is |s )?(stiff|wont bend)|stiff neck|(light|lights) (hurt*|bother*)"
        "|cant (bear|stand) the light|stiff as|neck wont|and (hes|shes) (stiff|limp|jerking))",
        "({fever}|shiver*|shak*|ice cold|stoma|operation) & (barely awake|confus*|delirious|doesnt know "
        "(me|where|who|what)|hallucinat*|marble|mottled|not making sense|purple spots|seeing things"
        "|speaking to (my|his|her) (late|dead))(?! (about|by) (your|the))",
        "(has|have|hav|got|might be|could be|is it|its|think (its|it is|he has|she has|i have)|like"
        r"|signs of|with|worried (its|it is|about)) (\w+ )?(sepsis|meningitis|septic shock|septicaemia"
        "|blood poisoning)(?! (test|jab|in))",
        "headache & (cant|cannot) (bend|move) {my} neck",
        "(headache|rash|{fever}|vomit*|light|lights) ~~ (stiff neck|neck (is |s )?(so |very |really "
        ")?stiff|neck wont bend)",
        "(light|lights) ~ hurt* & ({fever}|headache|rash|stiff|vomit*)",
        "(mottled|marbled|ashen|purplish) (skin|hands|legs|feet)|(skin|hands|legs|feet) ~ (mottled|marble"
        "|marbled)",
        "(neck ~ stiff|stiff neck|neck wont bend|stiff as a (board|plank)) ~~ ({fever}|headache|light"
        "|lights|rash|vomit*)",
        r"(purple|dark red|blood red) (\w+ )?(blotches|dots|marks|patches|rash|spots)(?! (on (a|the) "
        "(plant|wall)))",
        r"(rash|rashes) ~~ ((doesnt|does not|not|wont|didnt|isnt|dont) (\w+ ){0,2}(blanch*|disappear*"
        "|fad*|vanish*|go (pale|white)|go (away )?(when|under|with))|glass|tumbler)",
        "(rash|spots|blotches) ~~ (like (little |tiny )?bruises|wine stains|spreading (fast|quick*|while"
        "|by the|as i|before)|stay ~ (push|press))",
        "red (line|lines|streak|streaks) ~ (up|spreading|climbing|tracking|arm|leg)",
        "/ (sepsis|meningitis)(?= [/,])",
        "(skin|blisters?) ~~ peels off when|blisters? ~ (mouth and eyes|mouth and (my )?eyes)",
        r"(spots|marks|blotches|bruises|dots) ~~ ((doesnt|not|wont|dont|do not) (\w+ ){0,2}(blanch*"
        r"|disappear*|fad*|go (away|pale|white)) (\w+ ){0,3}(press|push|glass|tumbler|when)|(dont|doesnt"
        "|wont|not) fade(?= (/|,|and)))",
    ),
    # NHS "Testicular torsion", "Cauda equina syndrome", "Eye injuries" and "Sudden loss of vision",
    # "Abdominal aortic aneurysm"; American Academy of Ophthalmology on chemical burns.
    "eyes, testicles, spine, belly": (
        "({acid}|battery acid) ~~ (eyes?|face)|(super ?)?glue(d)? (in|on|inside) {my} eyes?",
        "(agony|excruciat*|mad pain|severe pain|sudden pain|sudden* pain*|terrible pain|unbearable "
        "pain) ~~ (balls?|left nut|right nut|nuts|private parts|scrotum|testicles?|testis)",
        "(aneurysm) ~~ ({pain}|awful|worse)|({pain}) ~~ aneurysm",
        "(back|legs|numb|spine) & (({cant}|not been able to|havent been able to|not able to) (to "
        r")?(pass (\w+ ){0,3}(urine|water)|pee|urinate|wee|tell when|control (my|his|her) (bladder"
        "|bowels))|wet myself|lost control of my (bladder|bowels))",
        "(balls?|nuts?|nads|groin|private parts|scrotum|testicles?|testis|testes) ~~ (agony|being sick"
        "|excruciat*|higher|huge|mad|severe|sudden*|swollen and|swollen up|threw up|throwing up|twist*"
        "|vomit*|worst)",
        "({belly}|side) ~~ ((like|tight as|hard as) a (board|drum|rock)|rigid|rock hard|hard as a (board"
        "|rock)) ?(?! (drum kit))",
        "({belly}|{pain}) ~~ (through to (my|his|her|the) back) ~~ (cant|clammy|cold|sweat*)",
        "both ({my} )?legs ~ ({weak}|weak|numb|going|gone|giving)(?! (sore|tired|to))",
        "bring* up (brown|green) stuff|(bright )?green (sick|vomit)|vomit* (brown|green|faeces|feces|poo)",
        "(cannot|cant|can not) (move|feel|wiggle) (my|his|her|the|both) (legs|toes|feet|leg)",
        r"(cant|cannot|can not) feel (\w+ ){0,2}(go to the toilet|my (bladder|bottom|legs)|when i (go|pee"
        "|wee|wipe)|wiping)",
        "(cant|cannot|can not) see (anything|nothing|a thing|at all|straight)(?= (/|,|any ?more|now|out"
        "|with|from|all|and|since|suddenly))",
        r"(cant|cannot|can not|couldnt) see (\w+ )?(out of|with|from|through) (\w+ )?(eye|eyes|one|left"
        "|right)",
        r"({cant}|not (been )?able to|not being able to|havent been able to) (to )?(pass (\w+ "
        "){0,3}(urine|water)|pee|urinate|wee) & (back pain|legs|numb)",
        "(control of|controlling) {my} (bladder|bowels?) & (back|legs|numb|weak)",
        "(curtain|shadow|veil|shutter) ~ (eye|eyes|sight|vision)",
        "(dart|firework|glass|knife|metal|nail|pellet|pencil|scissors|stick|wire|fish ?hook) ~ (in|into"
        r"|through|hit|hitting|pierced) (\w+ ){0,3}(eye|eyeball)",
        "(eyes?|face) ~~ ({acid}|battery acid|drain cleaner)(?! (tablet|cream))",
        "(eye|eyeball) ~ (bleeding|burst|pierced|popped|punctured|hanging)",
        r"(gone|went|going|suddenly) (\w+ )?blind(?! (date|spot|drunk|with))",
        "(lost|losing|loss of|lose) (all |my |his |her |the |half )*(sight|vision|eyesight)(?! test)"
        "|(sight|vision) (is |has |s )?(gone|disappeared|went)(?! (up|to|a bit|fuzzy|blurry))",
        "({pain}|on fire) ~~ (back|{belly}|side) ~~ (black out|clammy|cold and|collaps*|faint*|pass* "
        "out)(?! (bit))",
        "(soiled|wet|wetting|messed) (myself|himself|herself) & (back|feet|feeling|legs|numb|spine)(?! "
        "(to school))",
        "({weak}|no feeling|numbness|{cant} feel|lost (all )?feeling) ~ (backside|between (my|his|her"
        "|the) legs|bottom|bum|down (there|below)|genitals|groin|private parts|saddle|undercarriage"
        "|where i sit|when i (go|wipe))",
    ),
    # NHS "Getting help for domestic violence"; National Domestic Violence Hotline; police guidance on
    # calling 999.
    "violence": (
        "(attack*|beat*|strangl*) (me|us) (again|and|right now|up|with (a|his|her))|hurting (mummy|mommy"
        "|mama)",
        r"(boyfriend|dad|daddy|ex|father|girlfriend|he|hes|husband|partner|stepdad|wife) (\w+ "
        "){0,3}(attack*|batter*|beat(s|ing)?|chok(es|ed|ing)|hit(s|ting)?|hurting|kick(s|ed|ing)|punch*"
        "|push(ed|es)|slam*|strangl*|threaten*|throttl*) (me|us|my head|mum|mummy|mommy|mom|the (kids"
        "|children)|your head)(?! (up about|about the (bill|appointment|cost)))",
        r"(break*|broke*|kick*|smash*|bang*) (\w+ )?(in|down|the|my|through) ?(the|my|our)? ?(door|front "
        "door|window) ?(?= (/|,|please|and|now|right))",
        "(burglars?|man|mans|men|people|somebody|someone) (are |is )?(breaking|trying to (break|get)) in",
        "(going to|gonna|hell|shell|theyll|threaten* to|tried to|trying to|wants to|will|hed|says hell"
        "|said hell|hes going to) (kill|knife|murder|shoot|stab|strangle) (her|him|me|us|them|everyone"
        r"|my (\w+))(?! (if i (dont|miss|forget|am late)|for (this|missing|that|being late)|when (he"
        "|she) finds))",
        "(hand|hands|arm|belt) ~ (around|on|round) (my|her|his|mums) (neck|throat)",
        "(has|have|holding|pulled|got|waving) a (gun|knife|machete)(?! (cut|dog|wound|licen*|injury|shop))",
        r"({he}|hell|shell|theyll|whos|and|who) (\w+ ){0,3}(has|have|got|hold*|pulled|pull*|with|waving) "
        r"(a|the|his|her) (\w+ )?(axe|gun|knife|machete|weapon)(?! (cut|dog|wound|licen*|shop))",
        r"(husband|boyfriend|partner|dad|he|hes|ex|wife) (\w+ ){0,2}(locked|locking|keeps|kept) (me|us) "
        "(in|locked|here|inside)(?! (the loop|touch))",
        "(husband|boyfriend|partner|he) just hit",
        "(intruder|burglar|someones (in|breaking into)|somebodys (in|breaking into)|someone is (in"
        "|breaking into)|somebody is (in|breaking into)|stranger in) (my|the|our)? ?(house|flat|home"
        "|kitchen|door|downstairs)?(?! (queue|waiting|room))",
        "(just|tonight|last night|today|been|was) (been |being |got )?(raped|sexually assaulted)|raped "
        "(me|her|him)|(raped|sexually assaulted) (just now|last night|today|tonight|yesterday)",
        "(throttl*|strangl*) (me|her|him)",
    ),
    # Calls for help in so many words, whatever the reason.
    "cry for help": (
        "(bleeding|bleed) to death|(im|i am|hes|shes|is) ha?emorrhaging",
        "(call|get|need|needs|needing|send|want) (me |us |him |her )?(an |the )?(ambulance"
        "|paramedics?)(?! (bill|claim|cover*|for (a |hospital |my |his |her |the )?(appointment|transfer"
        "|transport|journey)|number|to (take|bring|get)|transport|service|letter|report|invoice|receipt"
        "|ride))",
        "/ (i am |im )?dying(?= [/,])(?! , (haha|lol))",
        "(i am|im|i think im|think im|hes|shes) going to die(?= (/|,|please|now|soon|here))",
        "(is|am|im|i am|hes|shes|theyre|going to be|gonna be|mums|dads|babys|think im|he is|she is|might "
        "be|slowly) dying(?! (to|for|of (boredom|hunger|thirst|curiosity)|here with|out|inside to))",
        r"(need|get|send) (\w+ )?(help|somebody|someone) (right )?(fast|immediately|now|quick*|urgently "
        "please)|need somebody now|please send (help|somebody|someone|anyone)|send (help|somebody"
        "|someone)(?= (/|,|please|he|she|now|fast|quick*))|please hurry(?! up)|hurry please",
        "^ (please |somebody |someone )*(999|911|ambulance|call (911|999|112|an ambulance)|emergency|help"
        "|help me|sos)( help| me| please| now| quick*| /| ,)* $",
        "(/|,) (somebody|someone) (please )?help(?= (/|,|her|him|please|us))(?! (her|him|us) (book|find"
        "|to|understand|with))|come quick*|please come (now|fast|at once)",
    ),
}

_DANGER = {heading: compiled(patterns) for heading, patterns in RED_FLAGS.items()}


def red_flag(heard: str) -> str:
    """The heading of the first danger to life that the words may tell of, or nothing."""
    text, left = plain(heard), ""
    for heading, danger in _DANGER.items():
        if danger.search(text):  # most callers say nothing of the kind, which saves the work below
            left = left or without_harmless(text)
            if danger.search(left):
                return heading
    return ""


def is_emergency(heard: str) -> bool:
    """Whether the words may tell of a danger to life that is happening now."""
    return bool(red_flag(heard))
