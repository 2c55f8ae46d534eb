"""Secrets that come back from outside: found in whatever way their characters are written."""

import re
from collections.abc import Iterable
from functools import lru_cache

#: What is shorter is no token of any service, and stands in ordinary words.
_SHORTEST_SECRET = 8
#: So many characters are looked for at once; whether the others follow is then seen one by one.
_HEAD = 6
#: One character as it may be written: in a URL, in JSON or Python, in HTML, or as it is. What was
#: written twice, such as JSON within JSON, has more of the signs that begin it.
_CHARACTER = re.compile(
    r"%(?:25)*(?P<in_url>[0-9a-f]{2})"
    r"|\\+(?:u00|x)(?P<in_json>[0-9a-f]{2})"
    r"|\\+(?P<escaped>[^\w\s])"
    r"|&(?:amp;)*(?P<entity>#\d+|#x[0-9a-f]+|[a-z]+);"
    r"|(?P<itself>.)",
    re.IGNORECASE | re.DOTALL,
)
#: A line that is too long for somebody is folded; UTF-16 that is read as UTF-8 has zeros.
_FOLD = re.compile(r"[\s\0]*")


def masked(said: str, secrets: Iterable[str]) -> str:
    """Return words without secrets that came back."""
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            said = redact(said, secret)
    return said


def redact(text: str, secret: str, instead: str = "[secure]") -> str:
    """Return text without a secret, in whatever way its characters are written there.

    It is found as it is, percent-encoded, escaped as in JSON, Python or HTML, folded over lines,
    and in any mixture of these: so a server or a proxy may send it back. The errors of this library
    are without the client's secrets already; this is for what else a program writes of a service.

    Args:
        text: What is going to be shown or written.
        secret: A token or an API key. Of an empty one nothing is found.
        instead: What stands in its place.
    """
    if not secret:
        return text
    text = text.replace(secret, instead)
    is_as_it_is = not any(sign in text for sign in "%\\&")
    if is_as_it_is and secret not in "".join(text.replace("\0", "").split()):
        return text
    kept: list[str] = []
    begin = 0
    for head in _head_of(secret).finditer(text):
        end = _end_of(text, head.start(), secret) if head.start() >= begin else None
        if end is not None:
            kept += [text[begin : head.start()], instead]
            begin = end
    return "".join([*kept, text[begin:]]) if kept else text


@lru_cache(maxsize=64)
def _head_of(secret: str) -> re.Pattern[str]:
    """Return what finds the first characters of a secret."""
    ways = (_ways_of(character) for character in secret[:_HEAD])
    return re.compile(_FOLD.pattern.join(ways))


def _ways_of(character: str) -> str:
    """Return a pattern of the ways in which a character may be written."""
    number = ord(character)
    ways = [re.escape(character), rf"(?i:%(?:25)*{number:02x})", rf"\\+(?i:u00|x)(?i:{number:02x})"]
    ways.append(rf"&(?:amp;)*(?i:#0*{number}|#x0*{number:x});")
    if not character.isalnum():
        ways += [rf"\\+{re.escape(character)}", r"&(?:amp;)*[a-zA-Z]+;"]
    return f"(?:{'|'.join(ways)})"


def _end_of(said: str, begin: int, secret: str) -> int | None:
    """Return where a secret ends that begins there; None where it is another text."""
    end = begin
    for place, character in enumerate(secret):
        if place and (fold := _FOLD.match(said, end)):
            end = fold.end()
        found = _CHARACTER.match(said, end)
        if found is None or _read(found) != character:
            return None
        end = found.end()
    return end


def _read(found: re.Match[str]) -> str:
    """Return the character that was written."""
    number = found["in_url"] or found["in_json"]
    if number:
        return chr(int(number, 16))
    if found["entity"]:
        from html import unescape  # noqa: PLC0415 - only errors pay for it

        return unescape(f"&{found['entity']};")
    return found["escaped"] or found["itself"]
