"""Build the documentation site in build/site/, a folder for each version, offline.

Another folder than build/ may be given. In its docs/ the pages are laid out: those of docs/, the
few of the repository's top, one for each package with all its public names, and a picture of the
emulator's status page as it is today. Every warning of the generator fails the build: a link or a
heading that is not there, a public name that cannot be found.
"""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import chromium
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from runtime_sessions_api.http_library import httpx
from runtime_sessions_emulator import Emulator, Fault, __version__

ROOT = Path(__file__).parents[1]
TOP = ("CHANGELOG.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "SECURITY.md")
#: The packages whose public names are looked up, and where they are.
PACKAGES = {
    "runtime_sessions": "overlay",
    "runtime_sessions_contract": "contract_tests",
    "runtime_sessions_emulator": "emulator",
    "runtime_sessions_pytest": "emulator",
}
#: Classes whose bases have no entry of their own: what comes from those is shown with them.
BASED_ON_WHAT_IS_NOT_PUBLIC = frozenset({"Emulator", "World"})
PICTURE = "status-page.png"
_LINK = re.compile(r"\]\((?![a-z]+:|#)([^)#]+)(#[^)]*)?\)")


def main(build: Path) -> int:
    """Lay the pages out, build the site, put it beside those of other versions."""
    laid_out = build / "docs"
    shutil.rmtree(laid_out, ignore_errors=True)
    pages = laid_out / "pages"
    lay_out(pages)
    for package in PACKAGES:
        write(pages / "reference" / f"{package}.md", "\n".join(reference(package)))
    photograph(pages)
    status, said = generate(laid_out)
    if status:
        print(said)
        return status
    where = publish(laid_out / "site", build / "site", version_of(__version__))
    print(f"Built: {where}/index.html")
    return 0


def lay_out(pages: Path) -> None:
    """Copy what is written by hand, with links that lead to where it is now."""
    sources = [*ROOT.glob("docs/**/*.md"), *(ROOT / name for name in TOP)]
    for source in sources:
        write(pages / place_of(source), with_links_led(source, pages))
    shutil.copy(ROOT / "docs" / "site" / "site.css", pages)
    settings = (ROOT / "docs" / "site" / "zensical.toml").read_text(encoding="utf-8")
    write(pages.parent / "zensical.toml", settings.replace("../..", ROOT.as_posix()))


def generate(laid_out: Path) -> tuple[int, str]:
    """Let the generator make pages of what is laid out; its exit status, and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--clean", "--strict"],
        cwd=laid_out,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, re.sub(r"\x1b\[[\d;]*m", "", done.stdout + done.stderr)


def place_of(source: Path) -> Path:
    """Where a file of the repository is in the site."""
    path = source.relative_to(ROOT)
    if path.is_relative_to("docs/site"):
        return path.relative_to("docs/site")
    if path.name == "README.md":
        return Path("index.md")
    return path.relative_to("docs") if path.is_relative_to("docs") else path


def with_links_led(source: Path, pages: Path) -> str:
    """The text of a page, with links as the site has them."""
    text = source.read_text(encoding="utf-8")
    return _LINK.sub(lambda link: led(source, link, pages), text)


def led(source: Path, link: re.Match[str], pages: Path) -> str:
    """A link of a page, to where its target is in the site. A file that is no page comes along."""
    target = (source.parent / link[1]).resolve()
    if source.parent.name == "site":
        # Already written as the site has it.
        return link[0]
    place = place_of(target)
    if target.suffix != ".md" and target.is_file():
        shutil.copy(target, pages / place)
    here = place_of(source).parent
    return f"]({os.path.relpath(place, here)}{link[2] or ''})"


def reference(package: str) -> Iterator[str]:
    """The page of a package: each public name, with what its docstring says."""
    yield f"# {package}\n"
    folder = ROOT / PACKAGES[package] / package
    tree = ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))
    yield f"{ast.get_docstring(tree)}\n"
    for name in public(tree):
        yield f"::: {package}.{name}\n"
        if name in BASED_ON_WHAT_IS_NOT_PUBLIC:
            yield "    options:\n      inherited_members: true\n"


def public(tree: ast.Module) -> list[str]:
    """The names that a module says are public; without such a list, those of its fixtures."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    defined = (node.name for node in tree.body if isinstance(node, functions))
    return [name for name in defined if not name.startswith("_")]


def photograph(pages: Path) -> None:
    """Take a picture of the status page with something to see on it.

    Without a browser the first page has none, and this says so.
    """
    if not chromium.IS_HERE:
        print("No chromium and chromedriver: the first page is without its picture.")
        first = pages / "index.md"
        shown = first.read_text(encoding="utf-8")
        write(first, re.sub(rf"!\[[^\]]*\]\({PICTURE}\)\n\n", "", shown))
        return
    with (
        Emulator(contract="platform", virtual_clock=True, seed=1) as emulator,
        chromium.window("--hide-scrollbars", "--window-size=1280,860") as window,
    ):
        live(emulator)
        window.get(f"{emulator.url}/_emulator/")
        WebDriverWait(window, 20).until(
            lambda window: len(window.find_elements(By.CSS_SELECTOR, "#sessions code")) >= 4  # noqa: PLR2004 - as many as live() makes
        )
        window.save_screenshot(str(pages / PICTURE))


def live(emulator: Emulator) -> None:
    """Let a morning of sessions pass, each of which comes to another end."""
    with emulator.client() as client:
        for mode, duration in (("batch", 900), ("dedicated", 300), ("dedicated", 1500)):
            session = create(client, mode, emulator.backend)
            emulator.submit_job(session, duration=duration)
            emulator.submit_job(session, duration=duration / 2, outcome="failed")
            emulator.advance(240)
        client.patch(f"/sessions/{session}", json={"accepting_jobs": False})
        emulator.advance(120)
        create(client, "dedicated", emulator.backend)
        emulator.add_fault(Fault("rate_limit", operation="submitJob", per_minute=5))


def create(client: httpx.Client, mode: str, backend: str) -> str:
    """Create a session; returns its id."""
    answer = client.post("/sessions", json={"mode": mode, "backend": backend, "max_ttl": 3600})
    return str(answer.raise_for_status().json()["id"])


def version_of(version: str) -> str:
    """The folder of a version: a release has its own, and all that is between them one."""
    return "dev" if "dev" in version else version


def publish(built: Path, site: Path, version: str) -> Path:
    """Put a site beside those of other versions, from which each leads to all."""
    where = site / version
    shutil.rmtree(where, ignore_errors=True)
    site.mkdir(parents=True, exist_ok=True)
    built.rename(where)
    folders = (path.name for path in site.iterdir() if (path / "index.html").is_file())
    known = sorted(folders, key=age_of, reverse=True)
    told = [{"version": name, "title": name, "aliases": list[str]()} for name in known]
    write(site / "versions.json", json.dumps(told, indent=1))
    released = [name for name in known if name != "dev"]
    newest = released[0] if released else "dev"
    write(site / "index.html", f'<meta http-equiv="refresh" content="0; url={newest}/">\n')
    return where


def age_of(version: str) -> list[int]:
    """What versions are sorted by, the development version before all."""
    return [int(part) for part in re.findall(r"\d+", version)] or [sys.maxsize]


def write(file: Path, text: str) -> None:
    """Write a file, in a folder that may not be there yet."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "build"))
