"""Faults: named rules by which answers go wrong, deterministic from the seed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from random import Random
from typing import Any, Final, Literal

from attrs import evolve, field, fields, frozen
from attrs.validators import ge, le, optional

from runtime_sessions_emulator.core.choices import known
from runtime_sessions_emulator.core.job import SECOND
from runtime_sessions_emulator.http.messages import Answer, ErrorView, Headers, HttpError, encode


class FaultKind(StrEnum):
    """What can go wrong."""

    ERROR = "error"
    GATEWAY = "gateway"
    RATE_LIMIT = "rate_limit"
    DELAY = "delay"
    RESET = "reset"
    TRUNCATED = "truncated"
    BROKEN_JSON = "broken_json"
    UNKNOWN_VALUE = "unknown_value"
    MISSING_FIELD = "missing_field"
    NOT_FOUND_YET = "not_found_yet"


#: The names of the kinds, so that type checkers know them too.
FaultName = Literal[
    "error",
    "gateway",
    "rate_limit",
    "delay",
    "reset",
    "truncated",
    "broken_json",
    "unknown_value",
    "missing_field",
    "not_found_yet",
]
#: The arguments that only some kinds heed, and those kinds.
HEEDED: Final[Mapping[str, frozenset[FaultKind]]] = {
    "status": frozenset({FaultKind.ERROR, FaultKind.GATEWAY}),
    "retry_after": frozenset({FaultKind.RATE_LIMIT}),
    "as_date": frozenset({FaultKind.RATE_LIMIT}),
    "per_minute": frozenset({FaultKind.RATE_LIMIT}),
    "seconds": frozenset({FaultKind.DELAY, FaultKind.NOT_FOUND_YET}),
    "field": frozenset({FaultKind.UNKNOWN_VALUE, FaultKind.MISSING_FIELD}),
    "value": frozenset({FaultKind.UNKNOWN_VALUE}),
}
# What makes an answer of the true one, and so comes after the side effect.
_ALTERING: Final = {FaultKind.TRUNCATED, FaultKind.UNKNOWN_VALUE, FaultKind.MISSING_FIELD}
GATEWAY_STATUSES: Final = (403, 502, 503, 520, 521, 522, 523, 524)
_ENUMS: Final = ("state", "status", "mode")


_MINUTE: Final = 60 * SECOND
#: The code of too many requests, in IBM's registry of codes.
_RATE: Final = 1202
_ERROR_STATUSES: Final = range(400, 600)


def _kind(kind: FaultKind | FaultName) -> str:
    """The name of a kind."""
    return str(kind)


@frozen
class Fault:
    """A rule by which answers go wrong.

    Attributes:
        kind: What goes wrong: the name of a `FaultKind`.
        name: What it is called, to remove it by; None: a free name is given.
        operation: Only this operation of the contract, such as `updateSession`.
        session_id: Only calls about this session.
        probability: In how many of the calls, from 0 to 1; which ones, the seed decides.
        after: Whether the call has its effect all the same. What alters the true answer
            (`truncated`, `unknown_value`, `missing_field`) always comes after.
        times: For so many calls; None: until it is removed.
        status: Of `error` (500 if not given) and `gateway` (502).
        retry_after: Seconds that `rate_limit` asks to wait.
        as_date: Whether it asks so by a date.
        per_minute: How many calls of each user it lets pass in a minute of the emulator's time,
            such as the five submissions that the service takes; None: none.
        seconds: How long `delay` waits, in real time; how long after its creation a session is
            `not_found_yet`, in the emulator's.
        field: Which field has an `unknown_value`, or is the `missing_field`; None: any.
        value: The unknown value.

    Raises:
        ValueError: There is no such kind, or it does not heed one of the other arguments.
    """

    kind: str = field(converter=_kind, validator=known("kind of fault", FaultKind))
    name: str | None = field(default=None, kw_only=True)
    operation: str | None = field(default=None, kw_only=True)
    session_id: str | None = field(default=None, kw_only=True)
    probability: float = field(default=1, kw_only=True, validator=[ge(0), le(1)])
    after: bool = field(default=False, kw_only=True)
    times: int | None = field(default=None, kw_only=True, validator=optional(ge(1)))
    status: int | None = field(default=None, kw_only=True)
    retry_after: int = field(default=1, kw_only=True, validator=ge(0))
    as_date: bool = field(default=False, kw_only=True)
    per_minute: int | None = field(default=None, kw_only=True, validator=optional(ge(1)))
    seconds: float = field(default=1, kw_only=True, validator=ge(0))
    value: str = field(default="pending_closed", kw_only=True)
    # The last: from here on `field` is no longer attrs'.
    field: str | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Hold the arguments against each other."""
        object.__setattr__(self, "after", self.after or self.kind in _ALTERING)
        allowed = GATEWAY_STATUSES if self.kind == FaultKind.GATEWAY else _ERROR_STATUSES
        if self.status is not None and self.status not in allowed:
            raise ValueError(f"The status of {self.kind!r} is {_told(allowed)}, not {self.status}.")
        for attribute in fields(Fault):
            kinds = HEEDED.get(attribute.name)
            if kinds is None or self.kind in kinds:
                continue
            if getattr(self, attribute.name) != attribute.default:
                heeded = " and ".join(sorted(kinds))
                raise ValueError(
                    f"{self.kind!r} does not heed {attribute.name!r}: that is for {heeded}."
                )


def _told(statuses: Sequence[int]) -> str:
    if isinstance(statuses, range):
        return f"from {statuses[0]} to {statuses[-1]}"
    return f"one of {', '.join(map(str, statuses))}"


@frozen(kw_only=True)
class Strike:
    """A call that a fault may strike, before its side effect or after it.

    Attributes:
        operation: What is called.
        session_id: The session that it is about.
        user_id: Who calls.
        now: The time in the emulator.
        age: How many seconds ago that session was created, if it is there.
        answer: What the call is to be answered; None: it was not yet carried out.
    """

    operation: str
    session_id: str | None
    user_id: str | None
    now: int
    age: float | None
    answer: Answer | None


@frozen
class Struck:
    """What became of a call, and of the faults that might have struck it.

    Attributes:
        fault: What strikes it, if something does.
        spent: The name of the fault of which one time was spent; None: of none.
        throws: How often the dice were thrown.
        passed: When calls last passed a limit, by its name and their user, where that is new.
    """

    fault: Fault | None = None
    spent: str | None = None
    throws: int = 0
    passed: Mapping[tuple[str, str], tuple[int, ...]] = field(
        factory=dict[tuple[str, str], tuple[int, ...]]
    )

    @property
    def changed(self) -> bool:
        """Whether the faults are not as they were before."""
        return bool(self.spent or self.throws or self.passed)


class Faults:
    """The rules that are switched on, in the order in which they were."""

    def __init__(self, seed: int) -> None:
        self._seed: Final = seed
        self.reset()

    def reset(self) -> None:
        """Switch all off, and start the dice anew from the seed."""
        self._random = Random(self._seed)  # noqa: S311 - to be repeated, not to be secret
        self._count = 0
        self._rules: dict[str, Fault] = {}
        # When calls last passed a limit, by its name and their user.
        self._passed: dict[tuple[str, str], tuple[int, ...]] = {}

    def __iter__(self) -> Iterator[Fault]:
        return iter(list(self._rules.values()))

    def __bool__(self) -> bool:
        return bool(self._rules)

    def add(self, fault: Fault) -> str:
        """Switch a fault on, and give its name.

        Raises:
            ValueError: One of that name is on already.
        """
        name = fault.name
        if name is None:
            self._count += 1
            name = f"fault-{self._count}"
        if name in self._rules:
            raise ValueError(f"A fault named {name!r} is on already: remove it first.")
        self._rules[name] = evolve(fault, name=name)
        return name

    def remove(self, name: str) -> None:
        """Switch a rule off.

        Raises:
            LookupError: None of that name is on.
        """
        if self._rules.pop(name, None) is None:
            raise LookupError(f"No fault named {name!r} is on.")

    def strike(self, call: Strike) -> Struck:
        """The rule that strikes a call, if one does, and what that has changed of the rules."""
        throws = 0
        passed: dict[tuple[str, str], tuple[int, ...]] = {}
        for fault in self:
            if not _concerns(fault, call):
                continue
            if fault.per_minute is not None and self._passes(fault, call, passed):
                continue
            if fault.probability < 1:
                throws += 1
                if self._random.random() >= fault.probability:
                    continue
            spent = None if fault.times is None else fault.name
            self._spend_once(spent)
            return Struck(fault, spent, throws, passed)
        return Struck(None, None, throws, passed)

    def spend(self, struck: Struck) -> None:
        """Be as after a call that was struck so."""
        for _ in range(struck.throws):
            self._random.random()
        self._passed.update(struck.passed)
        self._spend_once(struck.spent)

    def _passes(
        self, fault: Fault, call: Strike, passed: dict[tuple[str, str], tuple[int, ...]]
    ) -> bool:
        """Whether a call is within the limit of a minute, of which it then takes its part."""
        which = (fault.name or "", call.user_id or "")
        recent = tuple(at for at in self._passed.get(which, ()) if at > call.now - _MINUTE)
        within = len(recent) < (fault.per_minute or 0)
        self._passed[which] = passed[which] = (*recent, call.now) if within else recent
        return within

    def _spend_once(self, name: str | None) -> None:
        """Take one of the times that a fault has, if one is to be taken."""
        if name is None:
            return
        times = self._rules[name].times
        if times is None or times == 1:
            del self._rules[name]
        else:
            self._rules[name] = evolve(self._rules[name], times=times - 1)

    def save(self) -> tuple[Any, ...]:
        """All that there is to them."""
        return (
            self._random.getstate(),
            self._count,
            dict(self._rules),
            dict(self._passed),
        )

    def load(self, saved: tuple[Any, ...]) -> None:
        """Be as they were when they were saved."""
        state, self._count, rules, passed = saved
        self._random.setstate(state)
        self._rules, self._passed = dict(rules), dict(passed)


def _concerns(fault: Fault, call: Strike) -> bool:
    """Whether a fault is about such a call, at this point of it."""
    if fault.after is not (call.answer is not None):
        return False
    if fault.operation not in (None, call.operation):
        return False
    if fault.session_id not in (None, call.session_id):
        return False
    if fault.kind == FaultKind.NOT_FOUND_YET and (call.age is None or call.age >= fault.seconds):
        return False
    return call.answer is None or fault.kind not in _ALTERING or _alters(fault, call.answer)


def faulty(fault: Fault, answer: Answer | None, not_found: Answer, view: ErrorView) -> Answer:
    """What a call that the fault strikes is answered instead; `answer` is the true answer."""
    match FaultKind(fault.kind):
        case FaultKind.GATEWAY:
            status = fault.status or 502
            page = f"<html><body><h1>{status}</h1><p>cloudflare</p></body></html>".encode()
            struck = Answer(status, raw=page, headers=((b"content-type", b"text/html"),))
        case FaultKind.RATE_LIMIT:
            error = HttpError(429, _RATE, "Too many requests.", headers=_retry_after(fault))
            struck = view(error)
        case FaultKind.NOT_FOUND_YET:
            struck = not_found
        case FaultKind.BROKEN_JSON:
            json = ((b"content-type", b"application/json"),)
            struck = Answer(200, raw=b'{"id":', headers=json)
        case FaultKind.RESET:
            struck = Answer(0, cut=0)
        case FaultKind.TRUNCATED if answer is not None:
            whole = encode(answer.body) if answer.raw is None else answer.raw
            struck = evolve(answer, cut=len(whole) // 2)
        case FaultKind.UNKNOWN_VALUE | FaultKind.MISSING_FIELD if (
            answer is not None and answer.body
        ):
            struck = evolve(answer, body=_altered(fault, answer.body))
        case _:
            status = fault.status or 500
            struck = view(HttpError(status, status, f"The fault {fault.name!r} is switched on."))
    return struck


def _retry_after(fault: Fault) -> Headers:
    if not fault.as_date:
        return ((b"retry-after", str(fault.retry_after).encode()),)
    # Clients reckon with their own clock, or with `Date`: so neither date is a virtual one here.
    now = datetime.now(UTC)
    at = now + timedelta(seconds=fault.retry_after)
    return (
        (b"retry-after", format_datetime(at, usegmt=True).encode()),
        (b"date", format_datetime(now, usegmt=True).encode()),
    )


def _alters(fault: Fault, answer: Answer) -> bool:
    body = answer.body
    if answer.status != 200:  # noqa: PLR2004 - OK
        return False
    if body is None:
        return fault.kind == FaultKind.TRUNCATED and len(answer.raw or b"") > 1
    return fault.kind == FaultKind.TRUNCATED or _field(fault, body) in body


def _field(fault: Fault, body: dict[str, Any]) -> str:
    if fault.field is not None:
        return fault.field
    if fault.kind == FaultKind.UNKNOWN_VALUE:
        return next((name for name in _ENUMS if name in body), _ENUMS[0])
    return "id" if "id" in body else next(iter(body))


def _altered(fault: Fault, body: dict[str, Any]) -> dict[str, Any]:
    field = _field(fault, body)
    if fault.kind == FaultKind.UNKNOWN_VALUE:
        return {**body, field: fault.value}
    return {name: value for name, value in body.items() if name != field}
