"""Every kind of change, and whom it breaks."""

from __future__ import annotations

import copy
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import breaking
import pytest
import yaml
from compare import Change, compare

ROOT = Path(__file__).parents[2]
CONTRACT: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text())
PLATFORM: dict[str, Any] = yaml.safe_load((ROOT / "openapi-platform.yaml").read_text())

TOP = "openapi: 3.1.0\ninfo: {title: a, version: '1'}\n"

Edit = Callable[[dict[str, Any]], object]


def changes(edit: Edit, contract: dict[str, Any] = CONTRACT) -> list[Change]:
    # Not deepcopy: that keeps what YAML anchors share, and an edit would then be made twice.
    edited = json.loads(json.dumps(contract))
    edit(edited)
    return compare(contract, edited)


def fields(document: dict[str, Any], schema: str) -> dict[str, Any]:
    properties: dict[str, Any] = document["components"]["schemas"][schema]["properties"]
    return properties


def required(document: dict[str, Any], schema: str) -> list[str]:
    names: list[str] = document["components"]["schemas"][schema]["required"]
    return names


def answers(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/sessions/{id}"]["get"]["responses"]
    return found


CLIENTS, SERVERS, BOTH, NOBODY = (True, False), (False, True), (True, True), (False, False)


@pytest.mark.parametrize(
    ("edit", "subject", "broken"),
    [
        # The seven that no tool finds all of.
        (lambda d: fields(d, "Session").pop("elapsed_time"), "elapsed_time", CLIENTS),
        (lambda d: fields(d, "Session")["max_ttl"].update(type="string"), "max_ttl", BOTH),
        (lambda d: fields(d, "Session")["state"]["enum"].append("lost"), "state", CLIENTS),
        (lambda d: required(d, "Session").remove("state"), "state", CLIENTS),
        (lambda d: required(d, "SessionRequest").append("mode"), "mode", CLIENTS),
        (
            lambda d: fields(d, "SessionRequest")["max_session_ttl"].update(maximum=28800),
            "max_session_ttl",
            CLIENTS,
        ),
        (
            lambda d: d["paths"].pop("/sessions/{id}/close"),
            "DELETE /sessions/{id}/close",
            CLIENTS,
        ),
        # The same changes, travelling the other way.
        (lambda d: fields(d, "SessionRequest").pop("mode"), "mode", CLIENTS),
        (lambda d: required(d, "SessionRequest").remove("backend"), "backend", SERVERS),
        (lambda d: fields(d, "Session")["max_ttl"].update(maximum=28800), "max_ttl", SERVERS),
        (lambda d: fields(d, "Session")["state"]["enum"].remove("open"), "state", SERVERS),
        (lambda d: required(d, "Session").append("created_at"), "created_at", SERVERS),
        # And others.
        (
            lambda d: fields(d, "SessionRequest").update(name={"type": "string"}),
            "name",
            SERVERS,
        ),
        (lambda d: fields(d, "Session")["max_ttl"].update(type="integer"), "max_ttl", SERVERS),
        (lambda d: fields(d, "JobPage")["count"].update(type="number"), "count", CLIENTS),
        (
            lambda d: fields(d, "Session")["closed_at"].update(type=["string", "null"]),
            "closed_at",
            CLIENTS,
        ),
        (lambda d: fields(d, "Session")["closed_at"].pop("format"), "closed_at", CLIENTS),
        (lambda d: fields(d, "Job")["created"].update(pattern="."), "created", BOTH),
        (lambda d: fields(d, "Job")["created"].pop("x-client-format"), "created", CLIENTS),
        (
            lambda d: d["components"]["schemas"]["SessionUpdate"].pop("additionalProperties"),
            "PATCH /sessions/{id}",
            SERVERS,
        ),
        (
            lambda d: d["paths"]["/sessions/{id}/jobs"]["get"]["parameters"].pop(),
            "sort",
            CLIENTS,
        ),
        (
            lambda d: d["paths"]["/sessions/{id}"]["get"].update(operationId="readSession"),
            "GET /sessions/{id}",
            CLIENTS,
        ),
        (
            lambda d: d["paths"]["/sessions"]["post"]["security"].pop(),
            "POST /sessions",
            CLIENTS,
        ),
        (lambda d: answers(d).update({"202": answers(d)["200"]}), "202", CLIENTS),
        (lambda d: answers(d).pop("404"), "404", SERVERS),
        (lambda d: answers(d).update({"503": answers(d)["500"]}), "503", NOBODY),
        (
            lambda d: d["paths"].update({"/usage": {"get": d["paths"]["/sessions/{id}"]["get"]}}),
            "GET /usage",
            SERVERS,
        ),
    ],
)
def test_change_breaks(edit: Edit, subject: str, broken: tuple[bool, bool]) -> None:
    found = {c.subject: (c.breaks_clients, c.breaks_servers) for c in changes(edit)}
    assert found[subject] == broken


def modes(document: dict[str, Any]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = fields(document, "Session")["mode"]["oneOf"]
    return found


@pytest.mark.parametrize(
    ("edit", "subject", "broken"),
    [
        (lambda d: modes(d).pop(), "null", SERVERS),
        (lambda d: modes(d).append({"type": "integer"}), "integer", CLIENTS),
        (
            lambda d: modes(d).append({"$ref": "#/components/schemas/WorkloadMode"}),
            "WorkloadMode",
            CLIENTS,
        ),
        (lambda d: fields(d, "SessionRequest").pop("active_ttl"), "active_ttl", CLIENTS),
        (lambda d: required(d, "SessionRequest").append("backend"), "backend", CLIENTS),
        (lambda d: fields(d, "Session")["mode"].pop("oneOf"), "mode", CLIENTS),
        (
            lambda d: d["components"]["parameters"]["ApiVersion"].update(required=True),
            "IBM-API-Version",
            CLIENTS,
        ),
    ],
)
def test_change_of_the_platform_contract_breaks(
    edit: Edit, subject: str, broken: tuple[bool, bool]
) -> None:
    found = {c.subject: (c.breaks_clients, c.breaks_servers) for c in changes(edit, PLATFORM)}
    assert found[subject] == broken


@pytest.mark.parametrize("contract", [CONTRACT, PLATFORM], ids=["classic", "platform"])
def test_order_and_prose_break_nobody(contract: dict[str, Any]) -> None:
    def edit(document: dict[str, Any]) -> None:
        document["info"]["description"] = "Otherwise."
        for schema in document["components"]["schemas"].values():
            schema["description"] = "Otherwise."
            schema.get("oneOf", []).reverse()

    assert changes(edit, contract) == []


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: fields(d, "Session").update(cost={"type": "number"}),
        lambda d: fields(d, "Session")["mode"].update(description="Otherwise."),
        lambda d: d["info"].update(description="Otherwise."),
        lambda d: fields(d, "Session")["max_ttl"].update({"x-reason": "Another."}),
        lambda d: d["paths"]["/sessions"]["post"].update(summary="Otherwise."),
    ],
)
def test_quiet_on(edit: Edit) -> None:
    assert not any(map(breaking.breaks, changes(edit)))


def test_a_shared_schema_is_compared_wherever_it_is_used() -> None:
    found = changes(lambda d: d["components"]["schemas"]["SessionMode"]["enum"].append("turbo"))
    assert [(c.where, c.breaks_clients, c.breaks_servers) for c in found] == [
        ("POST /sessions request mode", False, True),
        ("GET /sessions/{id} 200 mode", True, False),
        ("GET /sessions/{id}/extended 200 mode", True, False),
    ]


def test_a_schema_that_holds_itself_ends() -> None:
    document = copy.deepcopy(CONTRACT)
    fields(document, "Error")["causes"] = {
        "type": "array",
        "items": {"$ref": "#/components/schemas/Error"},
    }
    assert compare(document, copy.deepcopy(document)) == []


def test_nothing_changed() -> None:
    assert compare(CONTRACT, copy.deepcopy(CONTRACT)) == []


@pytest.mark.parametrize(
    ("version", "edit", "proposed"),
    [
        ("1.2.3", lambda d: fields(d, "Session").pop("mode"), "2.0.0"),
        ("0.2.3", lambda d: fields(d, "Session").pop("mode"), "0.3.0"),
        ("1.2.3", lambda d: fields(d, "Session").update(cost={}), "1.3.0"),
        ("1.2.3", lambda d: d["info"].update(description=""), "1.2.4"),
    ],
)
def test_version(version: str, edit: Edit, proposed: str) -> None:
    assert breaking.next_version(version, changes(edit)) == proposed


def test_a_note_names_what_breaks_since_the_release_that_is_compared_with() -> None:
    changelog = (
        "## [Unreleased]\n\n### Changed\n\n- **Breaking:** `mode` is gone\n  from the answer.\n"
        "- `max_ttl` is different.\n\n## [1.0.0]\n\n- **Breaking:** `state` is gone.\n"
    )
    notes = breaking.breaking_notes(changelog, "# Changelog\n\n## [1.0.0]\n")
    assert breaking.breaking_notes(changelog) == [*notes, "**Breaking:** `state` is gone.\n"]

    def is_noted(field: str) -> bool:
        (change,) = changes(lambda d: fields(d, "Session")[field].update(type="array"))[:1]
        assert change.subject == field
        return breaking.noted(change, notes)

    assert not is_noted("max_ttl")
    assert not is_noted("state")
    (gone,) = changes(lambda d: fields(d, "Session").pop("mode"))
    assert breaking.noted(gone, notes)


def test_a_contract_that_was_not_there_breaks_nobody(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    shutil.copytree(ROOT / "codegen", tmp_path / "codegen", ignore=ignored)
    for file in ("openapi.yaml", "openapi-platform.yaml", "CHANGELOG.md"):
        shutil.copy(ROOT / file, tmp_path)
    for command in (
        ["init", "--quiet"],
        ["add", "openapi.yaml"],
        ["commit", "--quiet", "--message=."],
    ):
        subprocess.run([*git, *command], check=True)
    done = subprocess.run(
        [sys.executable, tmp_path / "codegen" / "breaking.py", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "openapi.yaml: as it was at HEAD.\nopenapi-platform.yaml: not there at HEAD.\n"
    )


def ignored(_: str, names: list[str]) -> set[str]:
    return {"__pycache__", "node_modules"}.intersection(names)


def test_an_unknown_revision_is_an_error_that_says_so() -> None:
    script = Path(breaking.__file__)
    done = subprocess.run(
        [sys.executable, script, "no-such-revision"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "'no-such-revision' is no revision of this repository" in done.stderr


def test_an_interpreter_without_the_libraries_gives_no_verdict() -> None:
    # -S: no site-packages.
    done = subprocess.run(
        [sys.executable, "-S", breaking.__file__, "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "No module named" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (lambda d: d["info"].update(version="1.0"), "the version '1.0' is not three numbers"),
        (
            lambda d: d["components"]["schemas"].update(
                Session={"$ref": "#/components/schemas/Session"}
            ),
            "in BASE:openapi.yaml, the reference '#/components/schemas/Session' leads to itself",
        ),
        (
            lambda d: d["components"]["schemas"].pop("JobPage"),
            "in BASE:openapi.yaml, the reference '#/components/schemas/JobPage' leads nowhere",
        ),
        (
            lambda d: d["paths"].update({"/b": {"$ref": "b.yaml"}}),
            "in BASE:openapi.yaml, the reference 'b.yaml' leads out of it",
        ),
        (
            lambda d: d["paths"].update({"/b": 5}),
            "could not be compared: TypeError: argument of type 'int' is not iterable. This says",
        ),
    ],
    ids=["version", "self-reference", "reference to nothing", "another file", "a crash"],
)
def test_what_cannot_be_compared_is_no_verdict(
    edit: Edit, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = copy.deepcopy(CONTRACT)
    edit(before)
    monkeypatch.setattr(sys, "argv", ["breaking.py", "BASE"])
    monkeypatch.setattr(breaking, "at_revision", lambda _base, _file: before)
    assert breaking.main() == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: [", "A is not YAML"),
        ("a: 2026-11-27", "A holds what JSON cannot"),
        ("- a", "A is not an OpenAPI document"),
        ("openapi: 3.1.0", "A cannot be compared: at the top, "),
        (
            TOP + "components: {schemas: {A: {properties: [a]}}}",
            "A cannot be compared: at components/schemas/A/properties, ",
        ),
    ],
)
def test_a_text_that_is_no_contract_is_told_before_it_is_compared(text: str, sentence: str) -> None:
    with pytest.raises(breaking.BreakingError, match=sentence):
        breaking.parsed(text, "A")


def test_keys_that_are_numbers_are_texts_as_in_json() -> None:
    text = TOP + "paths: {/a: {get: {responses: %s}}}"
    old, new = (
        breaking.parsed(text % f"{{{key}: {{description: a}}}}", "A") for key in ("200", "'200'")
    )
    assert compare(old, new) == []


def test_a_terminal_that_has_ascii_only_gets_a_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    before = copy.deepcopy(CONTRACT)
    before["info"]["description"] = "Other prose."
    content = io.BytesIO()
    monkeypatch.setattr(sys, "argv", ["breaking.py", "BASE"])
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(content, encoding="ascii"))
    monkeypatch.setattr(
        breaking, "at_revision", lambda _base, file: before if file == "openapi.yaml" else {}
    )
    assert breaking.main() == 0
    sys.stdout.flush()
    assert b"\\u2192" in content.getvalue()


def test_a_schema_that_is_true_allows_anything() -> None:
    (change, *_) = changes(lambda d: fields(d, "Session").update(state=True))
    assert (change.subject, change.breaks_clients) == ("state", True)
    assert "is (none) now" in change.what


def test_forms_of_one_type_are_compared_each() -> None:
    def document(*lengths: int) -> dict[str, Any]:
        forms = [{"type": "string", "maxLength": length} for length in lengths]
        parameter = {"name": "q", "in": "query", "schema": {"oneOf": forms}}
        return {"paths": {"/a": {"get": {"parameters": [parameter], "responses": {}}}}}

    (change,) = compare(document(2, 9), document(1, 9))
    assert (change.what, change.breaks_clients) == ("maxLength 2 is 1 now", True)
    (change,) = compare(document(2, 9), document(2))
    assert (change.where, change.what) == ("GET /a query q string (2)", "the form is gone")


def test_a_path_by_reference_has_its_operations() -> None:
    of_path: dict[str, Any] = {"get": {"responses": {}}}
    by_reference = {
        "paths": {"/a": {"$ref": "#/components/pathItems/A"}},
        "components": {"pathItems": {"A": of_path}},
    }
    assert compare({"paths": {"/a": of_path}}, by_reference) == []
    (change,) = compare(by_reference, {"paths": {}})
    assert change.what == "the operation is gone"


def test_a_parameter_with_content_is_compared() -> None:
    def document(kind: str) -> dict[str, Any]:
        parameter = {
            "name": "q",
            "in": "query",
            "content": {"text/json": {"schema": {"type": kind}}},
        }
        return {"paths": {"/a": {"get": {"parameters": [parameter], "responses": {}}}}}

    (change,) = compare(document("number"), document("integer"))
    assert (change.where, change.breaks_clients) == ("GET /a query q", True)
