"""English words around e-mail addresses, names and choices, one meaning and its phrases a line."""

from __future__ import annotations

from reception.understanding.values.language import table

EMAIL = table(
    """
    nothing = my email is | my email address is | my e - mail is | my e - mail address is | one word
        | all one word | together in one word | in one word
        | all lowercase | all lower case | in lowercase | in lower case | all together
        | no spaces | thats all | with a capital | capital | uppercase | lowercase | thats | it is | its
        | email is | you can reach me at | you can use | the email is
    @ = at sign | at symbol | at the rate | at | @ | ampersat | at mark
    . = dot | period | point | full stop | stop
    _ = underscore | under score | underline | underbar | low dash
    - = dash | hyphen | minus | minus sign | hyphen sign
    + = plus | plus sign
    gmail = g mail | g - mail
    hotmail = hot mail
    outlook = out look
    icloud = i cloud
    protonmail = proton mail
    co . uk = co uk
    w = double u | double you
    z = zed
    . com = dotcom
    """
)

NAME_NOISE = table(
    """
    nothing = my name is | my names | the name is | the names | name is | its | it is | this is | im | i am
        | name | full name | middle name | called | hi | hello | yes | yeah | um | uh | er | please | mr
        | mrs | ms | miss | mister | missus | sir | madam | dr | doctor | prof | professor | for | speaking
        | here | my son | my daughter | my wife | my husband | my mother | my father | my mom | my mum
        | my dad | my child | my partner | my baby | my kid | the patient | the patient is
    last = last name | surname | family name | last name is | surname is | the last name is
        | my last name is | my surname is | lastname | family name is
    first = first name | given name | forename | first name is | the first name is | my first name is
        | firstname
    spelled = spelled | spelt | spelling | which is spelled | spelled as | thats spelled
        | that is | thats
    """
)

CHOICES = table(
    """
    last = final | latest | later | latter | bottom | the last | the latest | the later | the bottom
        | the latter | lattermost | furthest | the end one
    first = earliest | earlier | former | top | sooner | soonest | the earlier | the former | the first
        | 1st
    middle = centre | center | in between | in the middle | central
    any = either | any | whichever | whatever | doesnt matter | dont mind | dont care | you choose
        | you pick | no preference | all the same | surprise me | all fine | both work | both are fine
        | both fine | all good | all work
    unclear = second to last | second last | next to last | last but one | penultimate | neither | none
        | not | no | nothing | both | other | another
    number = number | option | choice | nr | # | letter | answer
    nothing = slot | appointment | the one
    one = one
    number 1 = no 1
    number 2 = no 2
    number 3 = no 3
    number 4 = no 4
    number 5 = no 5
    number 6 = no 6
    number 7 = no 7
    number 8 = no 8
    number 9 = no 9
    """
)
