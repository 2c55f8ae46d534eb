"""The fuzzer: Schemathesis with all its phases and checks; every answer is judged here, too."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# Schemathesis leaves the types of its generics open.

import copy
import math
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import schemathesis
from schemathesis.checks import CHECKS, CheckContext, load_all_checks
from schemathesis.core.failures import Failure
from schemathesis.core.transport import Response
from schemathesis.engine import Status, events, from_schema
from schemathesis.engine.recorder import Interaction, ScenarioRecorder
from schemathesis.generation.case import Case

from runtime_sessions_contract.checks.statuses import fitting
from runtime_sessions_contract.drivers.words import expected
from runtime_sessions_contract.openapi.document import Document
from runtime_sessions_contract.openapi.operations import Link
from runtime_sessions_contract.run.run import Run
from runtime_sessions_contract.target.target import TIMEOUT
from runtime_sessions_contract.verdicts.violation import ContractViolationError, Violation
from runtime_sessions_contract.wire.exchange import Exchange

#: The rules that Schemathesis's own checks stand on; the others stand on a place of the contract.
RULES = {
    "ignored_auth": "credentials-needed",
    "negative_data_rejection": "malformed-is-refused",
    "unsupported_method": "wrong-methods",
    "allow_header_conformance": "wrong-methods",
    "missing_required_header": "malformed-is-refused",
    "use_after_free": "closed-is-final",
    "ensure_resource_availability": "own-session-is-found",
}
#: Of these the contract's lists are what is broken, and nobody says that they are whole.
UNDECLARED = {"status_code_conformance"}
PHASES = ("examples", "coverage", "fuzzing", "stateful")
AGAIN = ("stateful",)
#: How often the stateful phase is tried again, with another seed, while a link was not followed.
TRIES = 9
#: How many requests each operation gets in the fuzzing phase; the stateful one, sequences.
EXAMPLES = 40


def fuzz_form(run: Run) -> dict[str, Any]:
    """The contract's document with names that the server knows: with random ones, create fails."""
    root = copy.deepcopy(run.document.root)
    given = (run.target.backend, run.target.instance)
    named = run.target.contract.creation.names(*given)
    names = {name: value for name, value in named.items() if value in given}
    document = Document(run.document.name, root)
    for operation in document.operations.values():
        media = (
            operation.definition.get("requestBody", {})
            .get("content", {})
            .get("application/json", {})
        )
        for example in media.get("examples", {}).values():
            example["value"].update(
                {name: value for name, value in names.items() if name in example["value"]}
            )
        if "schema" in media:
            schema = document.resolve(media["schema"])
            for form in map(document.resolve, schema.get("oneOf", [schema])):
                for name in names.keys() & form["properties"].keys():
                    known = {"enum": [names[name]], "examples": [names[name]]}
                    form["properties"][name] |= known
    return root


def _config(run: Run, seed: int, phases: tuple[str, ...], examples: int) -> schemathesis.Config:
    """The configuration of Schemathesis."""
    target = run.target
    operations = [
        {"include-operation-id": name, "checks": checks}
        for name, checks in target.contract.samples.fuzz_checks.items()
    ]
    config = schemathesis.Config.from_dict(
        {
            "base-url": run.target.url,
            "headers": target.contract.credentials.headers(target.secrets.token, target.instance),
            "operations": operations,
            # More than one crashes in the coverage phase of this version, and saves nothing.
            "workers": 1,
            "seed": seed,
            "request-timeout": TIMEOUT,
            "suppress-health-check": ["all"],
            "generation": {
                # Links are followed by who asks for what there is: again, nothing is broken.
                "mode": "positive" if phases == AGAIN else "all",
                "max-examples": examples,
                "database": "none",
                "deterministic": False,
            },
            "phases": {
                **{phase: {"enabled": phase in phases} for phase in PHASES},
                "stateful": {
                    "enabled": "stateful" in phases,
                    # Beside the links of the contract Schemathesis follows some that it guesses;
                    # not so when it is only after those of the contract.
                    "inference": {"algorithms": []} if phases == AGAIN else {},
                },
                "coverage": {
                    "enabled": "coverage" in phases,
                    "generate-duplicate-query-parameters": True,
                },
            },
        }
    )
    if run.fail_fast:
        config.update(max_failures=1)
    return config


def fuzz(run: Run) -> None:
    """Fuzz the server; what is wrong goes to the run."""
    load_all_checks()

    def model(_: CheckContext, response: Response, case: Case[Any]) -> None:
        received = run.now()
        sent = received - (response.elapsed if run.control is None or not run.control.still else 0)
        violations = run.sees(_exchange(run, response.request, response, sent, received))
        if violations:
            run.report(violations)
            raise ContractViolationError(violations)
        del case

    schemathesis.check(model)
    try:
        with _no_netrc():
            _execute_all(run)
    finally:
        CHECKS.unregister("model")


@contextmanager
def _no_netrc() -> Generator[None]:
    """Keep a `.netrc` of the user's out: requests would send what it has for the server's host."""
    before = os.environ.get("NETRC")
    os.environ["NETRC"] = ""
    try:
        yield
    finally:
        del os.environ["NETRC"]
        if before is not None:
            os.environ["NETRC"] = before


def _execute_all(run: Run) -> None:
    """Run all phases, and the stateful one again until every link was followed."""
    _execute(run, fuzz_form(run), run.seed, PHASES, _count(run))
    for again in range(1, TRIES):
        unfollowed = _unfollowed(run)
        if run.over or not unfollowed:
            break
        run.progress(f"stateful, once more: {len(unfollowed)} links were not followed")
        _execute(
            run,
            _with_links(fuzz_form(run), _ways_to(run.document, unfollowed)),
            run.seed + again,
            AGAIN,
            _count(run) * again,
            done=lambda: not _unfollowed(run),
        )


def _count(run: Run) -> int:
    """How many requests to make for each operation."""
    return max(1, math.ceil(EXAMPLES * run.examples))


def _unfollowed(run: Run) -> list[Link]:
    """The links that no request has followed yet."""
    return [link for link in run.document.links if not run.coverage.links[str(link)]]


def _ways_to(document: Document, wanted: list[Link]) -> list[Link]:
    """The links that are wanted, and those that lead from a creation to where they begin."""
    sources = {link.source for link in wanted}
    leading = [
        link
        for link in document.links
        if link.source == "createSession" and link.target in sources and link not in wanted
    ]
    return wanted + leading


def _with_links(root: dict[str, Any], links: list[Link]) -> dict[str, Any]:
    """The document, of which these links alone are left: they are what is followed then."""
    kept = {(link.source, link.status, link.name) for link in links}
    for operation in Document("", root).operations.values():
        for status, response in operation.definition["responses"].items():
            if "links" in response:
                response["links"] = {
                    name: link
                    for name, link in response["links"].items()
                    if (operation.name, status, name) in kept
                }
    return root


def _execute(  # noqa: PLR0913 - what a run of Schemathesis is
    run: Run,
    root: dict[str, Any],
    seed: int,
    phases: tuple[str, ...],
    examples: int,
    *,
    done: Callable[[], bool] = lambda: False,
) -> None:
    """Run phases of Schemathesis until they end, or all is done, and keep what they find.

    Args:
        run: Where it is kept.
        root: The contract's document.
        seed: What the phases draw from.
        phases: Which of them to run.
        examples: How many requests an operation gets in each.
        done: Whether there is nothing left to look for.
    """
    schema = schemathesis.openapi.from_dict(root, config=_config(run, seed, phases, examples))
    links = {
        f"{source.label} -> [{link.status}] {link.name} -> {target.label}": link
        for link in run.document.links
        for source, target in [
            (run.document.operations[link.source], run.document.operations[link.target])
        ]
    }
    stream = from_schema(schema).execute()
    for event in stream:
        if run.over or done():
            stream.stop()
        match event:
            case events.PhaseStarted():
                run.progress(str(event.phase.name.value))
            case events.ScenarioFinished():
                _take_in(run, event.recorder, links)
            case events.NonFatalError():
                run.report([_broken(run, event.label, event.info.title, event.info.message)])
            case events.FatalError():
                raise event.exception
            case _:
                pass


def _broken(run: Run, label: str, title: str, message: str) -> Violation:
    """The violation that Schemathesis could make nothing of an answer."""
    return run.dressed(
        Violation("answers", label, "an answer to every request", f"{title}: {message}", "#/paths")
    )


def _take_in(run: Run, recorder: ScenarioRecorder, links: dict[str, Link]) -> None:
    """Keep what the checks of Schemathesis say of a scenario."""
    for case_id, node in recorder.cases.items():
        interaction = recorder.interactions.get(case_id)
        response = interaction.response if interaction is not None else None
        if node.transition is not None and node.is_transition_applied and response is not None:
            link = links.get(node.transition.id)
            if link is not None and response.status_code // 100 == 2:  # noqa: PLR2004 - the class of success
                run.coverage.link(str(link))
        label = node.value.operation.label
        for check in recorder.checks.get(case_id, ()):
            if check.name == "model":
                continue
            run.tally.count(_name(run, label), check.name, ok=check.status is not Status.FAILURE)
            if check.failure_info is not None:
                found = _violation(run, recorder, case_id, check.name, check.failure_info.failure)
                run.take([found])


def _violation(
    run: Run, recorder: ScenarioRecorder, case_id: str, check: str, failure: Failure
) -> Violation:
    """A failed check of Schemathesis as a violation."""
    case = recorder.cases[case_id].value
    operation = case.operation
    calls = tuple(_chain(run, recorder, failure.case_id or case_id, failure.related_case_ids()))
    got = "no answer"
    if calls:
        got = f"{calls[-1].status} {calls[-1].body[:300].decode('utf-8', 'replace')}".strip()
    return run.dressed(
        Violation(
            check=check,
            operation=_name(run, operation.label),
            expected=expected(failure),
            got=got,
            pointer=f"#/paths/{operation.path.replace('/', '~1')}/{operation.method}",
            calls=calls,
            rule=_rule(run, check, calls),
            undeclared=check in UNDECLARED,
            session_id=calls[-1].session_id if calls else None,
        )
    )


def _rule(run: Run, check: str, calls: tuple[Exchange, ...]) -> str:
    """The rule that a check of Schemathesis stands on: the one that the suite's own stand on."""
    if check == "ignored_auth" and calls and calls[-1].operation is not None:
        fit = fitting(run.known, calls[-1], calls[-1].operation)
        if fit is not None and fit.check == "authentication first":
            return fit.rule
    return RULES.get(check, "")


def _name(run: Run, label: str) -> str:
    """The operation's name, by its method and path; these where it is none."""
    return run.document.labels.get(label, label)


def _chain(
    run: Run, recorder: ScenarioRecorder, case_id: str, related: tuple[str, ...]
) -> Iterator[Exchange]:
    """The calls that led to a failure, and the one that failed."""
    for case in recorder.iter_chain_cases(case_id=case_id, related_case_ids=related):
        interaction: Interaction | None = recorder.interactions.get(case.id)
        if interaction is not None and interaction.response is not None:
            yield _exchange(run, interaction.response.request, interaction.response, 0, 0)


def _exchange(run: Run, request: Any, response: Response, sent: float, received: float) -> Exchange:  # noqa: ANN401
    """A call of Schemathesis and its answer, as they are known here."""
    body = request.body or b""
    return run.exchange(
        method=str(request.method),
        url=str(request.url),
        request_headers={
            _text(name).lower(): _text(value) for name, value in request.headers.items()
        },
        request_body=body.encode()
        if isinstance(body, str)
        else body
        if isinstance(body, bytes)
        else b"",
        status=response.status_code,
        headers={name.lower(): ", ".join(values) for name, values in response.headers.items()},
        body=response.content,
        sent=sent,
        received=received,
    )


def _text(value: str | bytes) -> str:
    """The text of a header."""
    return value.decode("latin-1") if isinstance(value, bytes) else value
