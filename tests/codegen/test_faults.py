"""What is wrong with a contract is told with its line, before anything is generated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import faults
import generator
import overlay_names
import pytest
import yaml
from generate import contracts
from lines import Lines
from places import places

CONTRACTS = list(contracts().values())


def edited(file: Path, folder: Path, old: str, new: str) -> tuple[Path, dict[str, Any]]:
    """A contract with an edit in the first place where it can be made."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    copy = folder / file.name
    copy.write_text(text.replace(old, new, 1), encoding="utf-8")
    return copy, read(copy)


def read(file: Path) -> dict[str, Any]:
    text = file.read_text(encoding="utf-8")
    # By way of JSON, as the generator gets it: keys are texts, and nothing is shared.
    document: dict[str, Any] = json.loads(json.dumps(yaml.load(text, yaml.CSafeLoader)))
    return document


PAGE = "schema:\n                $ref: '#/components/schemas/JobPage'"

#: An edit, where what is wrong begins in the new text, and what is said of it.
EDITS = [
    # Types and keywords.
    ("type: boolean", "type: bool", "type", "'bool' is no type; is 'boolean' meant?"),
    ("type: boolean", "tpye: boolean", "tpye", "'tpye' is no keyword of a schema; is 'type' meant"),
    ("maximum: 2", "maximun: 2", "maximun", "'maximun' is no keyword of a schema; is 'maximum'"),
    ("type: boolean", "type: boolean\n nullable: true", "nullable", "'nullable' is no keyword of"),
    ("minimum: 0", "minimum: '0'", "minimum", '"0" is not of type "number"'),
    ("default: 200", "default: many", "default", '"many" is not of type "integer"'),
    (" pattern: ", " pattern: '(' #", "pattern", "no validator can read this"),
    # The frame around schemas.
    ("summary: Create", "sumary: Create", "sumary", "'sumary' does not belong here; is 'summary'"),
    (PAGE, PAGE.replace("schema:", "shcema:"), "shcema", "'shcema' does not belong here; is 'sch"),
    ("paths:", "path:", "path", "'path' does not belong here; is 'paths' meant?"),
    ("in: path", "in: pth", "in", '"pth" is not one of'),
    (
        "      responses:\n        '204'",
        "      responses:\n        '2O4'",
        "'2O4",
        "'2O4' does not",
    ),
    # References.
    (
        PAGE,
        PAGE.replace("JobPage'", "JobPages'"),
        "$ref",
        "'#/components/schemas/JobPages' leads nowhere",
    ),
    (PAGE, PAGE.replace("JobPage'", "Job_Page'"), "$ref", "is '#/components/schemas/JobPage' mean"),
    (
        PAGE,
        PAGE.replace("'#", "'a.yaml#"),
        "$ref",
        "'a.yaml#/components/schemas/JobPage' leads out",
    ),
    (PAGE, PAGE.replace("JobPage'", "JobPage/properties/jobs'"), "$ref", "not in components/schem"),
    (
        PAGE,
        PAGE.replace("schemas/JobPage", "responses/NotFound"),
        "$ref",
        "'#/components/responses/NotFound' is a response, where a schema belongs",
    ),
    (
        "\n    JobPage:\n",
        "\n    Circle:\n      $ref: '#/components/schemas/Circle'\n    JobPage:\n",
        "$ref",
        "'#/components/schemas/Circle' leads back to itself, and so to nothing",
    ),
    (
        "\n    JobPage:\n",
        "\n    Ring:\n      allOf: [{$ref: '#/components/schemas/Ring'}]\n    JobPage:\n",
        "allOf",
        "this leads back to itself, and so to nothing",
    ),
    (
        "\n    JobPage:\n",
        (
            "\n    Near:\n      oneOf: [{$ref: '#/components/schemas/Far'}, {type: string}]"
            "\n    Far:\n      anyOf: [{$ref: '#/components/schemas/Near'}]\n    JobPage:\n"
        ),
        "oneOf",
        "this leads back to itself, and so to nothing",
    ),
    ("- bearer: []", "- baerer: []", "baerer", "there is no security scheme 'baerer'; is 'bearer'"),
    (
        "operationId: getSession\n              p",
        "operationId: getSesion\n              p",
        "operationId",
        "there is no operation 'getSesion'; is 'getSession' meant?",
    ),
    # Names.
    (
        "[batch, dedicated]",
        "[batch, Batch]",
        "Batch",
        "'batch' and 'Batch' would both be BATCH in Python",
    ),
    (
        "[batch, dedicated]",
        "\n        - batch\n        - Batch",
        "- Batch",
        "'batch' and 'Batch' would both be BATCH in Python",
    ),
    ("[batch, dedicated]", "[a-b, a_b]", "a_b", "'a-b' and 'a_b' would both be A_B in Python"),
    ("[batch, dedicated]", "[1, '+', value_1]", "1", "is of texts alone, or of integers alone"),
    (
        "[batch, dedicated]",
        "['', '+', value_1]",
        "value_1",
        "'+' and 'value_1' would both be VALUE_1",
    ),
    (
        "operationId: closeSession\n      s",
        "operationId: getSession\n      s",
        "operationId",
        "'getSession' is the operationId of GET /sessions/{id}, too",
    ),
    (
        "operationId: closeSession\n      s",
        "operationId: get_session\n      s",
        "operationId",
        "the operation would be sessions.get_session in Python, as GET /sessions/{id} is",
    ),
    # What the library finds.
    ("/sessions/{id}/close:", "/sessions/{di}/close:", "/sess", "Path parameter 'di' for 'delete'"),
]


@pytest.mark.parametrize("file", CONTRACTS, ids=lambda file: file.stem)
@pytest.mark.parametrize(("old", "new", "at", "said"), EDITS)
def test_it_is_told_with_its_line(  # noqa: PLR0913, PLR0917 - an edit is four
    tmp_path: Path, file: Path, old: str, new: str, at: str, said: str
) -> None:
    if " nullable" in new:
        new = new.replace("\n ", "\n" + " " * indentation_of(file, old))
    copy, document = edited(file, tmp_path, old, new)
    found = faults.faults(document)
    lines = Lines(copy)
    before = file.read_text(encoding="utf-8").partition(old)[0] + new[: new.index(at)]
    assert before.count("\n") + 1 in {lines(fault.pointer) for fault in found}
    # What an anchor shares is told of each place, and has one line.
    assert all(said in fault.what or "Path parameter" in fault.what for fault in found), found
    assert len({(lines(fault.pointer), fault.what) for fault in found}) <= 2


def indentation_of(file: Path, text: str) -> int:
    """How far from the left the first line is that ends with a text."""
    whole = file.read_text(encoding="utf-8")
    before = whole[: whole.index(text)].rpartition("\n")[2]
    return len(before)


@pytest.mark.parametrize("file", CONTRACTS, ids=lambda file: file.stem)
def test_a_contract_as_it_is_has_no_fault(file: Path) -> None:
    assert faults.faults(read(file)) == []


@pytest.mark.parametrize("file", CONTRACTS, ids=lambda file: file.stem)
def test_every_reference_and_every_type_is_looked_at(file: Path) -> None:
    document = read(file)
    found = list(places(document))
    references = [p for p in found if isinstance(p.node, dict) and "$ref" in p.node]
    text = json.dumps(document)
    assert len(references) == text.count('"$ref": "#/') > 20
    kinds = {place.kind for place in found}
    assert kinds >= {"schema", "parameter", "response", "operation", "link", "body", "media type"}


def test_two_classes_of_one_module_are_refused(tmp_path: Path) -> None:
    said = complaints(
        tmp_path, "    JobPage:\n", "    ABTest: &ab {type: object}\n    AbTest: *ab\n"
    )
    assert said == ["the classes ABTest and AbTest would both be the module ab_test.py"]


def test_what_the_generator_cannot_make_anything_of_is_told_in_a_line(tmp_path: Path) -> None:
    """Two fields whose names have no letter are one more thing that only the generator finds."""
    fields = "{'+': {type: string}, '-': {type: string}}"
    edit = f"    Odd: {{type: object, properties: {fields}}}\n"
    (said,) = complaints(tmp_path, "    JobPage:\n", edit)
    assert said.startswith("Unable to process schema /components/schemas/Odd:")


def test_a_field_that_the_overlay_would_hide_is_refused(tmp_path: Path) -> None:
    """`PlatformDetails.created_at` is made of the timestamps, as the platform has no such field."""
    (said,) = complaints(
        tmp_path,
        "        activated_at:\n",
        "        created_at: {type: string, format: date-time}\n",
        name="platform",
    )
    assert said.startswith("PlatformDetails of the overlay has a 'created_at' of its own")


def complaints(folder: Path, before: str, new: str, name: str = "classic") -> list[str]:
    """What is said of a contract with something more in it, at the line where that begins."""
    copy, document = edited(contracts()[name], folder, before, new + before)
    asked = {"name": name, "document": document, "for_client": document}
    with pytest.raises(generator.FaultsError) as caught:
        generator.client({**asked, "into": str(folder / "client")}, Path("codegen/templates"))
    lines = copy.read_text(encoding="utf-8").splitlines()
    for fault in caught.value.found:
        line = lines[Lines(copy)(fault.pointer) - 1]
        assert line + "\n" in new
    return [fault.what for fault in caught.value.found]


@pytest.mark.parametrize(
    ("contract", "model"), [("classic", "Session"), ("classic", "JobPage"), ("platform", "Session")]
)
def test_what_the_overlay_adds_to_models_is_read_from_its_source(contract: str, model: str) -> None:
    names = overlay_names.OverlayNames(contract)
    assert names.of_all(model) == {"response"}
    assert names.of_all("Job") == set()
