"""Timestamps: aware, in UTC, and able to say again what they were read from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime_sessions_api.classic.models import Job, Session, SessionEvent
from runtime_sessions_api.classic.types import Timestamp

Copies = Callable[[Any], list[Any]]

NOON = datetime(2023, 10, 1, 12, tzinfo=UTC)
FORMS = {
    "2023-10-01T12:00:00.000Z": NOON,
    "2023-10-01T12:00:00Z": NOON,
    "2023-10-01t12:00:00z": NOON,
    "2023-10-01 12:00:00": NOON,
    "2023-10-01T12:00:00+00:00": NOON,
    "2023-10-01T12:00:00-00:00": NOON,
    "2023-10-01T14:00:00+02:00": NOON,
    "2023-10-01T01:30:00.0-10:30": NOON,
    "2023-10-01T12:00:00.5Z": NOON.replace(microsecond=500_000),
    "2021-05-05 00:56:04.569709": datetime(2021, 5, 5, 0, 56, 4, 569709, UTC),
    "2023-10-01T12:00:00.123456789Z": NOON.replace(microsecond=123_456),
    "2016-12-31T23:59:60Z": datetime(2017, 1, 1, tzinfo=UTC),
    "2016-12-31t23:59:60.25z": datetime(2017, 1, 1, 0, 0, 0, 250_000, UTC),
    "2017-01-01T00:59:60+01:00": datetime(2017, 1, 1, tzinfo=UTC),
    "0001-01-01T00:00:00Z": datetime(1, 1, 1, tzinfo=UTC),
    "9999-12-31T23:59:59.999999Z": datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC),
}


@pytest.mark.mends(raises=AssertionError)
def test_the_dates_of_a_model_are_utc_and_encode_as_they_came(api: Any) -> None:
    model, event, time = api.facts.event
    event = {**event, time: "2021-05-05 00:56:04.569709"}
    decoded = getattr(api("models"), model).from_dict(event)
    assert getattr(decoded, time) == datetime(2021, 5, 5, 0, 56, 4, 569709, UTC)
    assert decoded.to_dict() == event


@pytest.mark.parametrize(("text", "moment"), FORMS.items())
def test_every_form_is_read_and_kept(text: str, moment: datetime, copies: Copies) -> None:
    read = Timestamp.parse(text)
    assert isinstance(read, Timestamp)
    assert read == moment
    assert hash(read) == hash(moment)
    assert read.tzinfo is UTC
    assert (read.text, Timestamp.encode(read)) == (text, text)
    for again in copies(read):
        assert type(again) is Timestamp
        assert (again, again.text, again.tzinfo) == (moment, text, UTC)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2023-13-01T00:00:00Z", "0001-01-01T00:00:00+01:00", "23:59:60"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Timestamp.parse(text)


def test_timestamps_compare_and_sort_as_datetimes() -> None:
    early, late = Timestamp.parse("2021-05-05 00:56:04.5"), Timestamp.parse("2021-05-05T01:00:00Z")
    assert early < late
    assert early < NOON
    assert max(early, NOON, late) is NOON
    assert early == Timestamp.parse("2021-05-05T00:56:04.500Z")
    assert late - early == timedelta(minutes=3, seconds=55.5)


def test_what_is_computed_from_a_timestamp_has_no_text_of_its_own(copies: Copies) -> None:
    read = Timestamp.parse("2021-05-05 00:56:04.569709")
    for computed in (
        read + timedelta(days=1),
        read.replace(day=6),
        read.astimezone(timezone(timedelta(hours=2))) + timedelta(days=1),
    ):
        assert Timestamp.encode(computed) == "2021-05-06T00:56:04.569709Z"
        assert set(copies(computed)) == {computed}


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOON, "2023-10-01T12:00:00.000Z"),
        (NOON.replace(microsecond=1000), "2023-10-01T12:00:00.001Z"),
        (NOON.replace(microsecond=1), "2023-10-01T12:00:00.000001Z"),
        (NOON.astimezone(timezone(timedelta(hours=-5))), "2023-10-01T12:00:00.000Z"),
    ],
)
def test_a_plain_datetime_is_encoded_in_utc(moment: datetime, text: str) -> None:
    assert Timestamp.encode(moment) == text


def test_a_datetime_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no time zone: give it one, such as datetime\.UTC"):
        Timestamp.encode(datetime(2023, 10, 1, 12))  # noqa: DTZ001 - the point


@given(st.datetimes(timezones=st.timezones() | st.just(UTC)))
def test_any_datetime_comes_back_from_its_text(moment: datetime) -> None:
    try:
        moment.astimezone(UTC)
    except OverflowError:
        return
    assert Timestamp.parse(Timestamp.encode(moment)) == moment.astimezone(UTC)


def test_a_job_that_runs_has_not_ended(job: dict[str, Any]) -> None:
    assert Job.from_dict({**job, "ended": None}).to_dict()["ended"] is None
    assert Job.from_dict(job).created == datetime(2021, 5, 5, 0, 56, 4, 569709, UTC)
    assert Job.from_dict(job).to_dict() == job


@pytest.mark.only("classic")
@pytest.mark.mends(raises=pytest.fail.Exception)
def test_an_end_that_is_no_moment_is_refused(api: Any, job: dict[str, Any]) -> None:
    ended: object
    for ended in ("soon", 5, {}):
        with pytest.raises((TypeError, ValueError)):
            api("models").Job.from_dict({**job, "ended": ended})


def test_models_with_equal_moments_are_equal() -> None:
    one = SessionEvent.from_dict({"status": "pending", "date": "2023-10-01T12:00:00Z"})
    other = SessionEvent.from_dict({"status": "pending", "date": "2023-10-01 12:00:00.000"})
    assert one == other
    assert one.to_dict() != other.to_dict()


def test_a_date_that_has_not_happened_is_absent() -> None:
    session = {
        "id": "1",
        "backend_name": "b",
        "interactive_ttl": 1,
        "max_ttl": 1,
        "active_ttl": 1,
        "state": "open",
        "accepting_jobs": True,
    }
    assert Session.from_dict(session).to_dict() == session
