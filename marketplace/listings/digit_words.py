"""Digits as words, in the languages that people here write, and French numbers as they are said: in pairs."""

import re

DIGIT_WORDS = {
    word: str(number % 10)
    for words in (
        "zero one two three four five six seven eight nine oh",
        "null eins zwei drei vier fünf sechs sieben acht neun",
        "zéro un deux trois quatre cinq six sept huit neuf",
        "cero uno dos tres cuatro cinco seis siete ocho nueve",
        "zero uno due tre quattro cinque sei sette otto nove",
        "zero um dois três quatro cinco seis sete oito nove",
        "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć",
        "нуль один два три чотири п'ять шість сім вісім дев'ять",
        "ноль один два три четыре пять шесть семь восемь девять",
        "शून्य एक दो तीन चार पांच छह सात आठ नौ",
        "ज़ीरो एक दो तीन चार पाँच छः सात आठ नौ",
        "जीरो एक दो तीन चार पांच छ सात आठ नौ",
        "صفر واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة",
    )
    for number, word in enumerate(words.split())
}
REPEATED = {"double": 2, "triple": 3}
"""`Double one` is 11."""

_UNITS = ["un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"]
_TEENS = ["dix", "onze", "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"]
_TENS = {"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "quatre-vingt": 80}
PAIRS = {
    **{word: 10 + number for number, word in enumerate(_TEENS)},
    **_TENS,
    **{f"{ten}-{word}": number + unit for ten, number in _TENS.items() for unit, word in enumerate(_UNITS, 1)},
    **{f"{ten}-et-un": number + 1 for ten, number in _TENS.items()},
    **{
        f"{ten}-{word}": _TENS[ten] + 10 + number
        for ten in ("soixante", "quatre-vingt")
        for number, word in enumerate(_TEENS)
    },
    "soixante-et-onze": 71,
    "quatre-vingts": 80,
}
_LONGEST_FIRST = "|".join(sorted(PAIRS, key=len, reverse=True)).replace("-", "[- ]")
PAIR = re.compile(rf"(?<![\w-])(?:{_LONGEST_FIRST})(?![\w-])")

SPOKEN = "\ue000"
"""Stands before digits that were words."""


def with_pairs(text: str) -> str:
    """Return `text`, in small letters, with French pairs as two digits behind SPOKEN: `soixante-dix-huit` is 78."""
    return PAIR.sub(lambda pair: SPOKEN + str(PAIRS[pair[0].replace(" ", "-")]), text)
