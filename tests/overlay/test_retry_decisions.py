"""The decisions about retries, each alone and by table."""

from __future__ import annotations

import pytest

from runtime_sessions import Retries
from runtime_sessions._retries import (
    Came,
    Known,
    Tried,
    did_nothing,
    may_be_repeated,
    pause_before_next,
    pause_of,
    timeout_of_next,
    will_pass,
)

READ = Known(is_repeatable=True)
CREATE = Known(is_repeatable=False)
NEW = Known(is_repeatable=True, was_just_created=True)
LOST = Came(status=None)
UNSENT = Came(status=None, was_never_sent=True)
UNCONFIRMED = Came(status=200, is_unconfirmed=True)
UNREADABLE = Came(status=None, is_unreadable=True)
POLICY = Retries()
BOLD = Retries(create=True)


def came(status: int, retry_after: float | None = None) -> Came:
    return Came(status=status, retry_after=retry_after)


def longest(_: float, most: float) -> float:
    """Draw the most that there is."""
    return most


@pytest.mark.parametrize(
    ("what", "expected"),
    [(UNSENT, True), (came(429), True), (came(503), False), (LOST, False), (came(400), False)],
)
def test_the_service_did_nothing(what: Came, *, expected: bool) -> None:
    assert did_nothing(what) is expected


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (LOST, True),
        (UNCONFIRMED, True),
        *((came(status), True) for status in (408, 429, 500, 502, 503, 504, 520, 524)),
        *((came(status), False) for status in (200, 302, 400, 401, 404, 409, 501, 505, 525)),
    ],
)
def test_the_trouble_will_pass(what: Came, *, expected: bool) -> None:
    assert will_pass(what) is expected


@pytest.mark.parametrize(
    ("what", "known", "policy", "expected"),
    [
        (came(503), READ, POLICY, True),
        (came(503), CREATE, POLICY, False),
        (came(503), CREATE, BOLD, True),
        (came(400), CREATE, BOLD, False),
        (LOST, CREATE, POLICY, False),
        (UNSENT, CREATE, POLICY, True),
        (came(429), CREATE, POLICY, True),
        (came(404), READ, POLICY, False),
        (came(404), NEW, POLICY, True),
        (UNCONFIRMED, READ, POLICY, True),
        (UNREADABLE, READ, POLICY, False),
        (UNREADABLE, CREATE, BOLD, False),
    ],
)
def test_it_may_be_repeated(what: Came, known: Known, policy: Retries, *, expected: bool) -> None:
    assert may_be_repeated(what, known, policy) is expected


@pytest.mark.parametrize(
    ("what", "attempts", "expected"),
    [
        (came(503), 1, 0.5),
        (came(503), 2, 1.0),
        (came(503), 4, 4.0),
        (came(503), 5, 8.0),
        (came(503), 10_000, 8.0),
        (came(429, 30), 1, 30.5),
        (came(429, 30), 4, 30.5),
        (came(503, 0), 4, 0.5),
    ],
)
def test_how_long_to_wait(what: Came, attempts: int, expected: float) -> None:
    tried = Tried(attempts=attempts, seconds=0)
    assert pause_of(what, tried, POLICY, longest) == expected


@pytest.mark.parametrize(
    ("what", "attempts", "seconds", "expected"),
    [
        (came(503), 1, 0.0, 0.5),
        (came(400), 1, 0.0, None),
        (came(503), 4, 0.0, 4.0),
        (came(503), 5, 0.0, None),
        (came(503), 1, 119.4, 0.5),
        (came(503), 1, 119.5, None),
        (came(429, 60), 1, 0.0, 60.5),
        (came(429, 61), 1, 0.0, None),
        (came(429, 60), 1, 60.0, None),
    ],
)
def test_again_after_how_long_or_not(
    what: Came, attempts: int, seconds: float, expected: float | None
) -> None:
    tried = Tried(attempts=attempts, seconds=seconds)
    assert pause_before_next(what, READ, tried, POLICY, longest) == expected


@pytest.mark.parametrize(
    ("seconds", "deadline", "expected"),
    [(0, 120.0, 30), (100, 120.0, 20), (121, 120.0, 0.001), (1e6, None, 30)],
)
def test_the_deadline_shortens_an_attempt(
    seconds: float, deadline: float | None, expected: float
) -> None:
    tried = Tried(attempts=1, seconds=seconds)
    assert timeout_of_next(30, tried, Retries(deadline=deadline)) == expected
