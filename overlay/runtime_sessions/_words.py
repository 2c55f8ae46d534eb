"""What a server says, made fit to be shown."""

import codecs
import re
import textwrap

from runtime_sessions._http import Response

_MARKUP = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
#: Encodings of Python's own: no page is written in one, and decoding fails or takes for ever.
_NO_CHARSETS = frozenset(
    {"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
)
#: How much of a page is looked at for its first words.
_PAGE = 65536


def excerpt(response: Response) -> str:
    """Take the first words of an answer, such as the page of a gateway, without its markup."""
    import html  # noqa: PLC0415 - only errors pay for it

    page = response.content[:_PAGE].decode(_charset_of(response), "replace")
    return textwrap.shorten(html.unescape(_MARKUP.sub(" ", page)), 200, placeholder="…")


def _charset_of(response: Response) -> str:
    """Return the charset that an answer says it is in, if it is one; else UTF-8."""
    try:
        name = codecs.lookup(response.charset_encoding or "utf-8").name
        # What is no encoding of text, such as zip, has no business here.
        b" ".decode(name)
    except (LookupError, ValueError):
        return "utf-8"
    return "utf-8" if name.replace("_", "-") in _NO_CHARSETS else name
