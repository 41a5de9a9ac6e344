"""How people say and type phone numbers and e-mail addresses."""

from __future__ import annotations

from random import Random

from fine_tune import spoken


def phone(rng: Random) -> str:
    """A phone number of some country, typed or said digit by digit."""
    area, middle, end = rng.randint(201, 989), rng.randint(200, 999), f"{rng.randint(0, 9999):04d}"
    british = f"07{rng.randint(100, 999)} {rng.randint(100000, 999999)}"
    forms = [
        f"{area}-{middle}-{end}", f"({area}) {middle}-{end}", f"{area} {middle} {end}",
        f"+1 {area} {middle} {end}",
        f"{area}{middle}{end}", f"{area}.{middle}.{end}", f"+1{area}{middle}{end}",
        f"1-{area}-{middle}-{end}", british,
        f"+44 {british[1:]}", f"0{rng.randint(150, 179)} {rng.randint(1000000, 9999999)}",
        f"{middle}-{end}",
        f"+49 {rng.randint(150, 179)} {rng.randint(1000000, 9999999)}",
        f"020 7{rng.randint(100, 999)} {end}",
    ]  # fmt: skip
    if rng.random() < 0.35:
        return _digits_said(f"{area} {middle} {end}" if rng.random() < 0.7 else british, rng)
    return rng.choice(forms)


def _digits_said(number: str, rng: Random) -> str:
    zero, comma = rng.choice(["oh", "zero"]), rng.choice([", ", " ", " "])
    groups = []
    for group in number.split():
        said = [zero if digit == "0" else spoken.ONES[int(digit)] for digit in group]
        if rng.random() < 0.15:
            for index in range(len(said) - 1):
                if said[index] == said[index + 1] and said[index]:
                    said[index : index + 2] = ["double " + said[index], ""]
        groups.append(" ".join(word for word in said if word))
    return comma.join(groups)


_HOSTS = (
    "gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "gmx.de", "web.de", "example.com",
    "example.org", "btinternet.com", "aol.com", "proton.me", "live.co.uk", "mail.com", "comcast.net",
)  # fmt: skip


def email(rng: Random, first: str, last: str) -> str:
    """An e-mail address from a name, typed or said."""
    first, last = first.lower(), last.lower().replace(" ", "").replace("'", "")
    local = rng.choice(
        [f"{first}.{last}", f"{first}{last}", f"{first[0]}.{last}", f"{first}_{last}",
         f"{last}{rng.randint(1, 99)}",
         f"{first}{rng.randint(1950, 2005)}", f"{first}-{last}", f"{first[0]}{last}", f"{last}.{first}"]
    )  # fmt: skip
    address = f"{local}@{rng.choice(_HOSTS)}"
    if rng.random() < 0.4:
        for sign, said in ((".", " dot "), ("@", " at "), ("_", " underscore "), ("-", " dash ")):
            address = address.replace(sign, said)
    return address
