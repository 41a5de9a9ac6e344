"""Reads phone numbers and e-mail addresses, typed or spoken."""

from __future__ import annotations

import re

import phonenumbers

from reception.understanding.values.language import Language
from reception.understanding.values.numbers import read_digits
from reception.understanding.values.words import plain, tokens

_TYPED_EMAIL = re.compile(r"(?<![\w.@+%-])[\w.+%-]+@[\w-]+(?:\.[\w-]+)+(?![\w@])")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(rf"(?=.{{3,254}}$)[a-z0-9_+%-]+(?:\.[a-z0-9_+%-]+)*@(?:{_LABEL}\.)+[a-z]{{2,24}}")
_PLUS = {"+", "plus"}


def region_of(phone: str) -> str:
    """The region (ISO 3166) of a practice's own number, the United States when it has none."""
    try:
        number = phonenumbers.parse(phone, "US")
    except phonenumbers.NumberParseException:
        return "US"
    known = phonenumbers.region_code_for_number(number)  # none for made-up numbers
    return known or phonenumbers.region_code_for_country_code(number.country_code or 1)


def _e164(digits: str, region: str) -> str | None:
    """The number in E.164 when its length is right for its country (without its area code it is not)."""
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_phone(text: str, region: str, language: Language) -> str | None:
    """The number in E.164, or None when it has not the digits of one. Extensions are left out."""
    found = [part for token in tokens(text) for part in re.findall(r"\d+|\D+", token)]
    cut = next((at for at, token in enumerate(found) if token in language.extension and at > 3), len(found))
    found = found[:cut]
    for words in (found, [language.homophones.get(token, token) for token in found]):
        groups = [token for token in read_digits(words, language) if token.isdecimal() or token in _PLUS]
        digits = "".join(groups)
        plus = "+" if groups and groups[0] in _PLUS else ""
        digits = plus + re.sub(r"\D", "", digits)
        if 5 <= len(digits) <= 20:
            number = _e164(digits, region)
            if not number and digits.startswith("00"):
                number = _e164("+" + digits[2:], region)
            if number:
                return number
    return None


def count_digits(text: str, language: Language) -> int:
    """How many digits the text says, in figures or words."""
    return sum(letter.isdecimal() for token in read_digits(tokens(text), language) for letter in token)


#: A word spelled with hyphens: "e-d-i-t-h".
_LETTERS = re.compile(r"(?<![\w-])(?:[^\W\d_]-){2,}[^\W\d_](?![\w-])")


def read_email(text: str, language: Language) -> str | None:
    """The address in lower case, or None when it is none."""
    text = _LETTERS.sub(lambda spelled: spelled[0].replace("-", ""), text)
    typed = _TYPED_EMAIL.search(plain(text))
    if typed and not re.search(r"\s(?:dot|at)\s", plain(text)):
        return _valid(typed[0].strip("."))
    return _valid(_spoken(text, language))


def _valid(address: str) -> str | None:
    return address if _EMAIL.fullmatch(address) and len(address.split("@")[0]) <= 64 else None


def _spoken(text: str, language: Language) -> str:
    """The address with signs for their names, letters and numbers joined, and the words around it dropped."""
    raw = re.findall(r"\d+|[^\W\d_]+|[-.@_+%]", plain(text).replace("'", ""))
    words = _spelled(language.email.replace(raw), language)
    sign = next((word for word in language.email_at if word in words), None)
    if "@" not in words and sign is not None:
        words[len(words) - 1 - words[::-1].index(sign)] = "@"
    if words.count("@") != 1:
        return ""
    at = words.index("@")
    local = _without_noise(words[:at], language)
    domain = _domain(words[at + 1 :], language)
    return "".join(_numbered(local, language)).strip(".") + "@" + "".join(_numbered(domain, language))


def _domain(words: list[str], language: Language) -> list[str]:
    """The words of the domain: up to the first dot all of them, then one a dot (or spelled letters)."""
    if "." not in words:
        ends = [at for at, word in enumerate(words) if at and word in language.top_domains]
        return [*words[: ends[-1]], ".", words[ends[-1]]] if ends else words  # "gmail com"
    out = words[: words.index(".") + 1]
    for at in range(len(out), len(words)):
        word, before = words[at], words[at - 1]
        if before in ".-" or word in ".-" or (len(word) == len(before) == 1):
            out.append(word)
        else:
            break
    return out[:-1] if out[-1] in ".-" else out


def _without_noise(local: list[str], language: Language) -> list[str]:
    """Words before the address ("it's", "my email is") and asides dropped; single letters are part of it."""
    start = 0
    while start < len(local) - 1 and local[start] in language.email_noise and local[start + 1] not in "._-+":
        if len(local[start]) == 1 and not (local[start] == "e" and local[start + 1] == "mail"):
            break
        start += 1
    return local[start:]


def _spelled(words: list[str], language: Language) -> list[str]:
    """ "m as in mary" is m, "double l" is ll."""
    out: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        following = words[at + 1 : at + 4]
        if len(word) == 1 and word.isalpha() and following[:1] and following[0] in language.spelling:
            named = 2 if following[1:2] == ["in"] or following[:2] == ["as", "in"] else 1
            if following[named : named + 1] and following[named].startswith(word):
                out.append(word)
                at += named + 2
                continue
        if word in language.repeats and following and len(following[0]) == 1:
            if not (out and len(out[-1]) > 1 and out[-1].endswith(2 * following[0])):  # "Bill, double L"
                out.extend(following[0] * language.repeats[word])
            at += 2
            continue
        out.append(word)
        at += 1
    return out


def _numbered(words: list[str], language: Language) -> list[str]:
    """Number words as digits; a lone "o" or "oh" beside no number is the letter."""
    return ["o" if word == "oh" else word for word in read_digits(words, language)]
