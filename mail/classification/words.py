"""Reduces the text of a reply to the words that the server itself chose.

Servers quote addresses, host names, IP addresses, queue ids and URLs. Any word can be part of one
of these, so they are removed before words are compared.
"""

import re

_QUOTED = (
    r"\b[a-z][a-z0-9+.-]*://\S+",  # URLs
    r"\bwww\.\S+",
    r"<[^<>]*>",
    r"(?<![\w.-])[\w.-]*\[[^\[\]]*\]",  # and the host name before it: `unknown[192.0.2.9]`
    r'"(?:[^"\\]|\\.)*"@\S+',  # an address whose local part is quoted
    r"\S*@\S*",  # addresses
    # The server's own name: `mx-daily-limit Error: too many errors`.
    r"^ ?(?:[245](?:\.\d{1,3}){2} +)?[\w.]+-[\w.-]+(?= (?:Error:|Service\b))",
    r"""(?<![\w'"])(["'])[^\s"']+\1(?!\w)""",  # one quoted word
    r"\bfor user [^\s()]{1,64}(?=[,;:.]*(?:$|\s+(?:at|from|on)\b))",  # a name at the end
    r"`[^\s`']+[`']",  # the same, as Sendmail and Amazon SES quote
    "[\u201c\u2018\u00ab][^\\s\u201d\u2019\u00bb]+[\u201d\u2019\u00bb]",
    r"\S+=\S*",  # ids, such as `id=01234-05`
    r"(?:[0-9a-f]*:){2,}[0-9a-f.:]*",  # IPv6 addresses
)
_REMOVED = re.compile("|".join(_QUOTED), re.IGNORECASE | re.MULTILINE)
_EXCHANGE = re.compile(r"\b(?:STOREDRV|RESOLVER|SMTPSEND|ROUTING)\.[A-Za-z.:]+")
"""Exchange names its errors by dotted identifiers, which look like host names."""
_HOST = re.compile(r"(?<![\w.-])[\w-]+(?:\.[\w-]+)+\.?(?!\w)")
_TOKEN = re.compile(r"[^\W_]+(?:['\u2019_-][^\W_]+)*")
_HAS_DIGIT = re.compile(r"\d")
_HEX = re.compile(r"[A-F]{6,}")
_WORD = re.compile(r"[^\W\d_]+")
_NAMES = {
    "smtputf8": "smtputf8",
    "8bitmime": "eightbitmime",
    "xoauth2": "xoauth",
    "oauth2": "oauth",
}
"""Terms with digits that servers use as words."""
_MAX_CHARS = 4000
"""More of a reply is not compared: a hostile server may send very long words."""
_SPELLINGS = {"e-mail": "email", "greylisted": "greylisting", "graylisted": "greylisting"}


def words_in(text: str) -> str:
    """Returns the words of `text` in lower case, separated by single blanks.

    Addresses, host names, IP addresses, URLs, ids, numbers and everything in `<…>` or `[…]` are
    removed. Only the first `_MAX_CHARS` characters count.
    """
    text = text[:_MAX_CHARS]
    text = _EXCHANGE.sub(lambda found: found[0].replace(".", " ").replace(":", " "), text)
    text = _REMOVED.sub(" ", text)
    text = _HOST.sub(" ", text)
    found: list[str] = []
    for token in _TOKEN.findall(text):
        found += _words_of(token)
    return " ".join(found)


def _words_of(token: str) -> list[str]:
    lower = token.lower()
    if name := _NAMES.get(lower):
        return [name]
    if _HAS_DIGIT.search(token) or _HEX.fullmatch(token):
        return []
    if spelling := _SPELLINGS.get(lower):
        return [spelling]
    lower = (
        re.sub(r"['\u2019]s\b", "", lower)
        .replace("'", "")
        .replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    )
    return _WORD.findall(lower)
