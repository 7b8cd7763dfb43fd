"""Telephone numbers that nobody has: ranges that the regulators keep for films and books.

Sources: NANPA, 555-0100 to 555-0199 in every area code; Ofcom, "Telephone numbers for use in TV and
radio drama programmes"; ACMA, "Phone numbers for use in TV shows, films and creative works"; Arcep,
decision 2018-0881, article 2.5.12 (audio-visual works); Bundesnetzagentur, notice 148/2021 ("Drama
Numbers"); PTS, "Telefonnummer för användning i böcker och filmer". Countries without such a range
borrow the United Kingdom's, whose area code 01632 belongs to no place.
"""

import random
import re

FICTITIOUS = {
    "us": ("+1 212 555 01##", "+1 312 555 01##", "+1 415 555 01##"),
    "ca": ("+1 416 555 01##", "+1 514 555 01##", "+1 604 555 01##"),
    "uk": ("+44 20 7946 0###", "+44 161 496 0###", "+44 131 496 0###", "+44 7700 900###"),
    "au": ("+61 2 5550 ####", "+61 3 5550 ####", "+61 2 7010 ####"),
    "fr": ("+33 1 99 00 ## ##", "+33 4 65 71 ## ##", "+33 6 39 98 ## ##"),
    "de": ("+49 30 23125 ###", "+49 89 99998 ###", "+49 40 66969 ###"),
    "se": ("+46 8 465 004 ##", "+46 31 390 06 ##", "+46 40 628 04 ##"),
    "nowhere": ("+44 1632 960###", "+44 7700 900###"),
}


def fictitious_number(chance: random.Random, country: str) -> str:
    pattern = chance.choice(FICTITIOUS.get(country, FICTITIOUS["nowhere"]))
    return re.sub("#", lambda _: chance.choice("0123456789"), pattern)


def is_fictitious(number: str) -> bool:
    """Whether `number` lies in one of the ranges above."""
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\#", "[0-9]"), number)
        for patterns in FICTITIOUS.values()
        for pattern in patterns
    )
