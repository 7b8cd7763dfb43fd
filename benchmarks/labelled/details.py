"""Contact details of nobody, in the forms in which people write them down to be found by readers and not by filters."""

import random
import re

NAMES = ("anna", "sam.smith", "mia-w", "clean.team", "jan_k", "petro88", "lena.fix", "garten-max")
HOSTS = ("example", "sauber-mail", "gruenwerk", "mypost", "cleanpro", "uslugi24")
ENDINGS = ("com", "net", "de", "fr", "es", "pl", "org")
HANDLES = ("anna_cleans", "garden.max7", "fix4you", "lena_88", "mia.w.2", "best_helper")

PHONES = {
    "en": ("(212) 555-01##", "+1 415 555 01##", "312-555-01##", "312.555.01##", "+44 7700 900###"),
    "de": ("030 23125 ###", "089/99998-###", "+49 40 66969 ###", "0049 30 23125###", "03023125###"),
    "fr": ("06 39 98 ## ##", "06.39.98.##.##", "+33 1 99 00 ## ##", "063998####", "06-39-98-##-##"),
    "es": ("612 34 ## ##", "+34 612 34# ###", "61234####", "612-34-##-##", "91 123 4# ##"),
    "pl": ("601 23# ###", "+48 601 23# ###", "60123####", "601-23#-###", "22 123 4# ##"),
    "uk": ("067 123 4# ##", "+380 67 123 4# ##", "(067) 123-4#-##", "067123####", "0 (67) 12-34-5##"),
    "hi": ("98765 4####", "+91 98765 4####", "987654####", "९८७६५ ४३२१०", "098765 4####"),
    "ar": ("0100 123 4###", "+20 100 123 4###", "0100123####", "٠١٠٠١٢٣٤٥٦٧", "010-0123-4###"),
    "zh": ("138 1234 5###", "+86 138 1234 5###", "1381234####", "１３８１２３４５６７８", "138-1234-5###"),
}
"""Regulators' ranges for films where a country has one (sample_data/phones.py), else what is likely to be nobody's."""

SWISS = ("044 668 18 ##", "+41 44 668 18 ##", "0446681###", "(044) 668-18-##")
BRITISH = ("+44 7700 900###", "(020) 7946 0###", "020 7946 0###", "0161-496-0###")

EMAILS = (
    "{name}@{host}.{end}",
    "{name} @ {host}.{end}",
    "{name} (at) {host} (dot) {end}",
    "{name}[at]{host}.{end}",
    "{name} at {host} dot {end}",
    "<full>{name}@{host}.{end}",
    "<apart>{name}@{host}.{end}",
    "{name}@mail.{host}.{end}",
    "{name}(@){host}.{end}",
    "{name} {{at}} {host} [punkt] {end}",
    "{name}@{host} . com",
    "{name} at gmail",
    "<wide>{name}@{host}.{end}",
    "{name}@{host}.co.uk",
    "{name} AT {host} DOT {end}",
    "{name}@{host}[.]{end}",
    "{name} <at> {host}.{end}",
    "{name}@{host},{end}",
    "{name} @{host} .{end}",
    "{name}+jobs@{host}.{end}",
    "{name} [ät] {host} [point] {end}",
)
EMAILS_HELD_OUT = (
    "{name}@{host}.info",
    "{name}(a){host}.{end}",
    "{name}_at_{host}.{end}",
    "{name}@ {host}.{end}",
    "{name}@{host} punkt {end}",
    "{NAME}@{HOST}.COM",
    "{name} | @ | {host}.{end}",
    "mailto:{name}@{host}.{end}",
    "{name}@{host}(dot){end}",
)
DOMAINS = (
    "https://{host}.{end}/p?id=7", "www.{host}.{end}", "{host}.{end}", "{host}.{end}/preise", "{host} dot com",
    "t.me/{name}", "wa.me/12125550100", "http://{host}.shop", "hxxps://{host}.{end}", "WWW.{HOST}.COM", "{host}(.)com",
    "{host} . com", "shop.{host}.online", "instagram.com/{name}", "m.me/{name}",
    "https://www.{host}.{end}/#prices", "{host}.co.uk", "{host}[dot]{end}", "{host}.app/{name}", "linktr.ee/{name}",
    "bit.ly/3{host}", "blog.{host}.io", "www {host} {end}",
)  # fmt: skip
DOMAINS_HELD_OUT = (
    "HTTPS://{host}.{end}", "{host}.info", "{host} (dot) {end}", "{host}.{end}:8080", "facebook.com/{name}.page",
    "{host}.page", "youtu.be/x{name}", "www.{host}.com.ua", "{host}/punkt/{end}", "signal.me/#p/{name}",
)  # fmt: skip

WORDS = {
    "en": "zero one two three four five six seven eight nine",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "pl": "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć",
    "uk": "нуль один два три чотири п'ять шість сім вісім дев'ять",
}


BETWEEN = (" ", ".", "_", "*", "·", " - ", "/", " . ", "|", ",")
BETWEEN_HELD_OUT = ("~", "  ", "'", "=")
"""What stands between the digits of a disguised number."""


def email(chance: random.Random, *, is_held_out: bool) -> str:
    form = chance.choice(EMAILS_HELD_OUT if is_held_out else EMAILS)
    return _form(_filled(chance, form))


def domain(chance: random.Random, *, is_held_out: bool) -> str:
    return _filled(chance, chance.choice(DOMAINS_HELD_OUT if is_held_out else DOMAINS))


def handle(chance: random.Random) -> str:
    return f"@{chance.choice(HANDLES)}" if chance.random() < 0.3 else chance.choice(HANDLES)


def phone(chance: random.Random, language: str, currency: str, *, is_held_out: bool) -> str:
    """Return a number as it is dialled where `currency` is money, one in four of them disguised."""
    forms = BRITISH if currency == "GBP" else SWISS if currency == "CHF" else PHONES[language]
    number = re.sub("#", lambda _: chance.choice("0123456789"), chance.choice(forms))
    if chance.random() < 0.75 or not number.isascii():
        return number
    digits = re.sub(r"\D", "", number)
    plus = "+" if number.startswith("+") else ""
    if language in WORDS and not plus and chance.random() < 0.4:
        words = WORDS[language].split()
        return " ".join(words[int(digit)] if is_held_out or place % 2 else digit for place, digit in enumerate(digits))
    if chance.random() < 0.3:
        return plus + digits.replace("0", "o" if is_held_out else "O")
    between = chance.choice(
        ("~", "  ", "'", "=") if is_held_out else (" ", ".", "_", "*", "·", " - ", "/", " . ", "|", ",")
    )
    return plus + between.join(digits)


def _filled(chance: random.Random, form: str) -> str:
    name, host = chance.choice(NAMES), chance.choice(HOSTS)
    return form.format(name=name, NAME=name.upper(), host=host, HOST=host.upper(), end=chance.choice(ENDINGS))


def _form(text: str) -> str:
    kind, _end, rest = text[1:].partition(">") if text.startswith("<") else ("", "", text)
    if kind == "full":
        return "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in rest)
    if kind == "wide":
        return rest.replace("@", "＠").replace(".", "．")
    return " ".join(rest) if kind == "apart" else rest
