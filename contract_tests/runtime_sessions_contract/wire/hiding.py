"""Tokens that come back from a server: found in whatever way their characters are written.

The client has the same for itself, which is not public.
"""

import re
from functools import lru_cache
from html import unescape
from typing import Final

#: So many characters are looked for at once; whether the others follow is then seen one by one.
_HEAD: Final = 6
#: One character as it may be written: in a URL, in JSON or Python, in HTML, or as it is. What was
#: written twice, such as JSON within JSON, has more of the signs that begin it.
_CHARACTER: Final = re.compile(
    r"%(?:25)*(?P<in_url>[0-9a-f]{2})"
    r"|\\+(?:u00|x)(?P<in_json>[0-9a-f]{2})"
    r"|\\+(?P<escaped>[^\w\s])"
    r"|&(?:amp;)*(?P<entity>#\d+|#x[0-9a-f]+|[a-z]+);"
    r"|(?P<itself>.)",
    re.IGNORECASE | re.DOTALL,
)
#: A line that is too long for somebody is folded; UTF-16 that is read as UTF-8 has zeros.
_FOLD: Final = re.compile(r"[\s\0]*")


def hide(said: str, secret: str, instead: str) -> str:
    """The text with other words in the place of a secret."""
    said = said.replace(secret, instead)
    is_as_it_is = not any(sign in said for sign in "%\\&")
    if is_as_it_is and secret not in "".join(said.replace("\0", "").split()):
        return said
    kept: list[str] = []
    begin = 0
    for head in _head_of(secret).finditer(said):
        end = _end_of(said, head.start(), secret) if head.start() >= begin else None
        if end is not None:
            kept += [said[begin : head.start()], instead]
            begin = end
    return "".join([*kept, said[begin:]]) if kept else said


@lru_cache(maxsize=64)
def _head_of(secret: str) -> re.Pattern[str]:
    """What finds the first characters of a secret."""
    ways = (_ways_of(character) for character in secret[:_HEAD])
    return re.compile(_FOLD.pattern.join(ways))


def _ways_of(character: str) -> str:
    """A pattern of the ways in which a character may be written."""
    number = ord(character)
    ways = [re.escape(character), rf"(?i:%(?:25)*{number:02x})", rf"\\+(?i:u00|x)(?i:{number:02x})"]
    ways.append(rf"&(?:amp;)*(?i:#0*{number}|#x0*{number:x});")
    if not character.isalnum():
        ways += [rf"\\+{re.escape(character)}", r"&(?:amp;)*[a-zA-Z]+;"]
    return f"(?:{'|'.join(ways)})"


def _end_of(said: str, begin: int, secret: str) -> int | None:
    """Where a secret ends that begins there; None where it is another text."""
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
    """The character that was written."""
    number = found["in_url"] or found["in_json"]
    if number:
        return chr(int(number, 16))
    if found["entity"]:
        return unescape(f"&{found['entity']};")
    return found["escaped"] or found["itself"]
