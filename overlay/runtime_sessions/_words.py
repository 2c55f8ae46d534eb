"""What a server says, made fit to be shown."""

import codecs
import re
import textwrap
from collections.abc import Iterable

from runtime_sessions._http import Response
from runtime_sessions._masking import masked

_MARKUP = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
#: Encodings of Python's own: no page is written in one, and decoding fails or takes for ever.
_NO_CHARSETS = frozenset(
    {"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
)
#: How much of a page is looked at for its first words.
_PAGE = 65536


def excerpt(response: Response, secrets: Iterable[str] = ()) -> str:
    """Take the first words of an answer, such as the page of a gateway, without its markup."""
    import html  # noqa: PLC0415 - only errors pay for it

    page = response.content[:_PAGE].decode(_charset_of(response), "replace")
    words = html.unescape(_MARKUP.sub(" ", page))
    # Before it is cut: of half a secret, nobody would know that it is one.
    return textwrap.shorten(masked(words, secrets), 200, placeholder="…")


def _charset_of(response: Response) -> str:
    """Return the charset that an answer says it is in, if it is one; else UTF-8."""
    try:
        name = codecs.lookup(response.charset_encoding or "utf-8").name
        # What is no encoding of text, such as zip, has no business here.
        b" ".decode(name)
    except (LookupError, ValueError):
        return "utf-8"
    return "utf-8" if name.replace("_", "-") in _NO_CHARSETS else name


#: The most that is shown of what a server says.
_LONGEST = 1000


def shown(said: str, secrets: Iterable[str] = ()) -> str:
    """Return words as they may be shown: without secrets that came back, or control characters.

    What is not printable could rewrite a terminal, or forge a line of a log: it is escaped.
    """
    said = masked(said, secrets)
    if len(said) > _LONGEST:
        said = said[:_LONGEST] + "…"
    if said.isprintable():
        return said
    return "".join(one if one.isprintable() else _escaped(one) for one in said)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
