"""Tokens of what passes by: found, told apart, and taken out before anything else is done."""

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qs, unquote

from runtime_sessions import redact
from runtime_sessions_contract.openapi.values import as_object, read_json
from runtime_sessions_contract.watch.calls import Call
from runtime_sessions_contract.wire.caller import Caller

#: The headers of a request that are kept: what the contracts know of. All others may be private.
KEPT: Final = frozenset(
    {"accept", "authorization", "content-type", "ibm-api-version", "service-crn", "x-access-token"}
)
#: The same of an answer.
ANSWERED: Final = frozenset({"content-length", "content-type", "date", "retry-after"})
CREDENTIALS: Final = ("authorization", "x-access-token")
#: What stands where a recorder has taken out a token by itself: a token has none of it.
_TAKEN_OUT: Final = re.compile(r"\[|\*\*|…|<|redacted|hidden|masked|removed", re.IGNORECASE)
_WORD: Final = re.compile(r"(?i)^(?:bearer|apikey|basic|token)\s+")
_NAMED: Final = re.compile(r'"(?:access_token|refresh_token|apikey|api_key)"\s*:\s*"([^"]+)"')
#: Where IAM gives a token for a key.
EXCHANGE: Final = "/identity/token"


@dataclass
class Masks:
    """The tokens that were seen, and whose they are.

    Attributes:
        names: What stands for each token: the same name for all of one person's, as far as that
            can be known.
    """

    names: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    _people: dict[str, str] = field(default_factory=dict[str, str], repr=False)

    def learn(self, call: Call) -> None:
        """Find the tokens of a call."""
        form = parse_qs(call.body) if EXCHANGE in call.url else {}
        keys = [key for name in ("apikey", "refresh_token") for key in form.get(name, [])]
        for key in keys:
            self._add(key)
        for text in (call.body, call.answer or ""):
            for found in _NAMED.findall(text):
                self._add(found, of=keys[0] if keys else None)
        for name in CREDENTIALS:
            token = _WORD.sub("", call.headers.get(name, "")).strip()
            if token and not _TAKEN_OUT.search(token):
                self._add(token)

    def _add(self, token: str, *, of: str | None = None) -> None:
        """Give a token the name of the person that it is of."""
        if token in self.names:
            return
        person = _subject(token) or token
        if of is not None:
            # What IAM gave for a key is the same person's, and so is what it gives next.
            self._people.setdefault(person, self.names[of])
        if person not in self._people:
            number = len(set(self._people.values())) + 1
            self._people[person] = "$TOKEN" if number == 1 else f"$TOKEN_{number}"
        self.names[token] = self._people[person]

    def masked(self, call: Call) -> Call:
        """The call without tokens, and without headers that nobody needs."""
        return replace(
            call,
            url=self.redact(call.url),
            body=self.redact(call.body),
            answer=None if call.answer is None else self.redact(call.answer),
            headers=self._headers(call.headers, KEPT),
            answered=self._headers(call.answered, ANSWERED),
        )

    def _headers(self, headers: Mapping[str, str], kept: frozenset[str]) -> dict[str, str]:
        return {
            name: self.redact(value)
            for name, value in headers.items()
            if name in kept and not (name in CREDENTIALS and _TAKEN_OUT.search(value))
        }

    def redact(self, text: str) -> str:
        """The text with the names of tokens in their places, in whatever form they stand there."""
        for token, name in sorted(self.names.items(), key=lambda each: -len(each[0])):
            text = redact(text, token, name)
        return text


def mask(calls: Iterable[Call]) -> list[Call]:
    """The calls without their tokens, each of which has a name instead."""
    calls, masks = list(calls), Masks()
    for call in calls:
        masks.learn(call)
    return [masks.masked(call) for call in calls]


def caller_of(call: Call, *, credentials: bool) -> str:
    """Who made a call, as the suite calls people; an empty text where nobody can say.

    Args:
        call: The call, without its tokens.
        credentials: Whether the recording has credentials at all; many tools take them out.
    """
    if call.caller is not None:
        return call.caller
    given = {_WORD.sub("", call.headers[name]) for name in CREDENTIALS if name in call.headers}
    if given == {"$TOKEN"}:
        return str(Caller.USER)
    return str(Caller.NOBODY) if credentials and not given else ""


def _subject(token: str) -> str | None:
    """Whom a JWT is about: a token that was renewed is another one, and of the same person."""
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, claims, signature
        return None
    try:
        padded = unquote(parts[1]) + "=" * (-len(parts[1]) % 4)
        claims = as_object(read_json(base64.urlsafe_b64decode(padded))) or {}
    except ValueError:
        return None
    who = claims.get("iam_id") or claims.get("sub")
    return None if who is None else f"{claims.get('iss')} {who}"
