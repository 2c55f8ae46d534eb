"""Whoever follows a page has installed what its blocks import: the page says so at its top."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: What imports come from, where it is not in the bare client.
NEEDED = {
    "httpx_aiohttp": "aiohttp",
    "opentelemetry": "opentelemetry-instrumentation-httpx",
    "pytest": "pytest",
    "qiskit": "qiskit",
    "qiskit_ibm_runtime": "qiskit",
    "qrmi": "qrmi",
    "runtime_sessions_contract": "contract",
    "runtime_sessions_emulator": "emulator",
}
#: An extra brings those that it stands on.
BRINGS = {"contract": {"emulator"}, "qiskit": {"emulator"}}
#: For who works on the repository, where all of it is there.
IN_A_CHECKOUT = {"architecture.md", "generating.md"}
PAGES = [*ROOT.glob("docs/**/*.md"), ROOT / "README.md"]
FOLLOWED = [
    page
    for page in PAGES
    if "```python\n" in page.read_text(encoding="utf-8") and page.name not in IN_A_CHECKOUT
]


def imported(block: str) -> Iterator[str]:
    """The packages that a block of Python imports."""
    for node in ast.walk(ast.parse(block)):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def installed(text: str) -> set[str]:
    """What the lines of a text install: extras of ours, and packages."""
    words = set[str]()
    for line in re.findall(r"^pip install (.*)$", text, re.MULTILINE):
        for word in line.partition("#")[0].split():
            name = word.strip("'")
            extras = re.fullmatch(r"(?:runtime-sessions|\.)\[([\w,]+)\]", name)
            words |= set(extras[1].split(",")) if extras else {re.split("[=<>]", name)[0]}
    return words | {brought for word in words for brought in BRINGS.get(word, ())}


@pytest.mark.parametrize("page", FOLLOWED, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_says_at_its_top_what_to_install(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    needed = {NEEDED[name] for block in blocks for name in imported(block) if name in NEEDED}
    top = text.partition("```python\n")[0]
    missing = needed - installed(top) - {"pytest"}
    assert not missing, f"the top of {page.name} does not install {', '.join(sorted(missing))}"


def test_every_hint_quotes_its_extra() -> None:
    """A shell such as zsh takes unquoted brackets for a pattern, and finds no file."""
    sources = [
        *PAGES,
        *(p for d in ("contract_tests", "emulator", "overlay") for p in (ROOT / d).rglob("*.py")),
    ]
    for source in sources:
        text = source.read_text(encoding="utf-8")
        bare = re.search(r"pip install [^\n]*(?<!')\bruntime-sessions\[", text)
        assert bare is None, f"{source.relative_to(ROOT)}: {bare[0]}"
