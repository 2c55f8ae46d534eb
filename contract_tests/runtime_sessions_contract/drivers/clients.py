"""The clients are tried, too: with answers made up from the contract, and with the server's own."""

import json
import logging
import math
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, Self

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from runtime_sessions import CallError, ContractError, SessionsClient
from runtime_sessions_api.http_library import httpx
from runtime_sessions_contract.contracts.base.contract import Contract
from runtime_sessions_contract.drivers.answers import breaks, broken, legal, same
from runtime_sessions_contract.openapi.values import Json, as_objects
from runtime_sessions_contract.run.recorder import Recorder
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.verdicts.violation import Violation

#: How many answers of each kind are made, and how many of each are broken.
ANSWERS = 40
ID = "id-of-a-session"


class Decodes(Protocol):
    """A model of the generated client."""

    @classmethod
    def from_dict(cls, src_dict: Any) -> Self:  # noqa: ANN401 - any JSON value
        """Decode."""
        ...

    def to_dict(self) -> Json:
        """Encode."""
        ...


class Falsified(AssertionError):  # noqa: N818 - what Hypothesis shrinks
    """A client did what it must not."""


class Answers:
    """Gives made-up answers to the generated client and to the overlay."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.document = contract.document
        self.answer: Any = None

    @property
    def names(self) -> list[str]:
        """The schemas of the answers."""
        answers = {
            self.document.answer_schema(operation, int(status))
            for operation in self.document.operations.values()
            for status in operation.responses
        }
        return sorted(pointer.rpartition("/")[2] for pointer in answers if pointer)

    def calls(self, name: str) -> list[Callable[[SessionsClient], Any]]:
        """The calls of the overlay that decode an answer."""
        look = self.contract.client.looks().get(name)
        create = self.document.operations["createSession"]
        schema = self.document.answer_schema(create, create.success) or ""
        calls: list[Callable[[SessionsClient], Any]] = []
        if look is not None:
            calls.append(lambda client: look(client, ID))
        if schema.endswith(f"/{name}"):
            calls.append(_create)
        return calls

    def client(self) -> SessionsClient:
        """A client of the overlay that gets the made-up answer to every call."""
        body = json.dumps(self.answer).encode()
        headers = {"content-type": "application/json"}
        transport = httpx.MockTransport(
            lambda _: httpx.Response(200, content=body, headers=headers)
        )
        http = httpx.Client(transport=transport, trust_env=False)
        return SessionsClient(
            "http://answers.invalid",
            token="-",  # noqa: S106 - none
            instance=self.contract.instance,
            retries=None,
            http_client=http,
            **self.contract.client.overlay_options,
        )

    def unchanged(self, name: str) -> None:
        """Both clients decode a legal answer, and encode it back as it was."""
        decoded: Decodes = getattr(self.contract.client.models, name).from_dict(self.answer)
        if not same(decoded.to_dict(), self.answer):
            raise Falsified(f"the generated client encodes {decoded.to_dict()}")
        for call in self.calls(name):
            found = call(self.client())
            if found is not None and not same(found.to_dict(), self.answer):
                raise Falsified(f"the overlay encodes {found.to_dict()}")

    def refused(self, name: str) -> None:
        """The overlay raises its contract error for a broken answer, and no other error."""
        for call in self.calls(name):
            try:
                found = call(self.client())
            except ContractError:
                continue
            raise Falsified(f"the overlay returns {found}")


def about(session_id: str, answer: Json) -> Json:
    """Return an answer about one session: that of another one is refused, legal or not."""
    if isinstance(answer.get("id"), str):
        return {**answer, "id": session_id}
    if "jobs" not in answer:
        return answer
    jobs = as_objects(answer["jobs"])
    asked = [{**job, "session_id": session_id} if "session_id" in job else job for job in jobs]
    return {**answer, "jobs": asked}


def _create(client: SessionsClient) -> None:
    """Create a session, for the answer to it."""
    client.create(backend="a")


def answers_hold(run: Run) -> None:
    """Hold both clients to the contract with answers made from it."""
    answers = Answers(run.target.contract)
    config = settings(
        max_examples=max(1, math.ceil(ANSWERS * run.examples)),
        deadline=None,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.filter_too_much,
            HealthCheck.data_too_large,
        ],
        phases=[Phase.generate] if run.fail_fast else [Phase.generate, Phase.shrink],
    )
    for name in answers.names:
        if run.over:
            return
        checks = {"legal answers decoded": _decoded(answers, name)}
        if answers.calls(name):
            checks["broken answers refused"] = _refused(answers, name)
        for check, test in checks.items():
            run.progress(f"{check}: {name}")
            held = True
            try:
                seeded(run.seed)(config(test))()
            except Exception as error:  # noqa: BLE001 - whatever a client raises is a finding
                held = False
                got = f"{type(error).__name__}: {error} for {json.dumps(answers.answer)}"
                pointer = f"#/components/schemas/{name}"
                run.report([run.dressed(Violation(check, name, check, got, pointer))])
            run.tally.count("clients", check, ok=held)


def _decoded(answers: Answers, name: str) -> Callable[[], None]:
    """The test that legal answers of a schema are decoded."""
    schema = answers.document.at(f"#/components/schemas/{name}")

    @given(legal(answers.document, schema))
    def test(answer: Json) -> None:
        answers.answer = about(ID, answer)
        answers.unchanged(name)

    return test


def _refused(answers: Answers, name: str) -> Callable[[], None]:
    """The test that broken answers of a schema are refused."""
    schema = answers.document.at(f"#/components/schemas/{name}")

    @given(legal(answers.document, schema), st.integers(0, 10_000))
    def test(answer: Json, choice: int) -> None:
        ways = list(breaks(answers.document, schema, answer))
        _, at, wrong = ways[choice % len(ways)]
        answers.answer = broken(answer, at, wrong)
        answers.refused(name)

    return test


def overlay_holds(run: Run) -> None:
    """Use the server through the overlay: what it decodes must encode back to what was answered."""
    recorder = Recorder(run)
    target, contract = run.target, run.target.contract
    looks = contract.client.looks()

    def seen() -> None:
        violations = [violation for exchange in recorder.taken for violation in run.sees(exchange)]
        recorder.taken.clear()
        # What is wrong is kept, and the walk goes on.
        run.report(violations)

    def back(call: Callable[[], Decodes]) -> None:
        decoded = call()
        came = recorder.taken[-1].json()
        seen()
        held = same(decoded.to_dict(), came)
        run.tally.count("clients", "overlay encodes back", ok=held)
        if not held:
            text = json.dumps(decoded.to_dict())
            wrong = Violation(
                "overlay encodes back", "overlay", json.dumps(came), text, "#/components/schemas"
            )
            run.report([run.dressed(wrong)])

    with (
        httpx.Client(transport=recorder, trust_env=False) as http,
        SessionsClient(
            target.url,
            token=target.secrets.token,
            instance=target.instance,
            retries=None,
            http_client=http,
            **contract.client.overlay_options,
        ) as client,
    ):
        for mode in ("dedicated", "batch"):
            try:
                with client.create(backend=target.backend, mode=mode, max_ttl=450) as session:
                    seen()
                    name = session.id
                    for look in looks.values():
                        back(partial(look, client, name))
                    client.update(name, accepting_jobs=True)
                    seen()
                first, *_, last = looks.values()
                back(partial(first, client, name))
                client.cancel(name)
                seen()
                back(partial(first, client, name))
                back(partial(last, client, name))
            except CallError as error:
                violations = [wrong for exchange in recorder.taken for wrong in run.sees(exchange)]
                recorder.taken.clear()
                refused = Violation("overlay", "overlay", "no error", repr(error), "#/paths")
                run.report(violations or [run.dressed(refused)])


def client_holds(run: Run) -> None:
    """Hold the clients to the contract, and drive the target through the overlay."""
    logger = logging.getLogger("runtime_sessions")
    level = logger.level
    # It warns of what the invented services have to say.
    logger.setLevel(logging.CRITICAL)
    try:
        run.progress("the overlay over the wire")
        overlay_holds(run)
        if not run.over:
            answers_hold(run)
    finally:
        logger.setLevel(level)
