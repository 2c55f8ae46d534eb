"""A release: all that can be looked at without publishing one."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from datetime import date
from pathlib import Path

import metadata
import pytest
import release
from clones import Clone
from release import InTheWayError, Release

ROOT = Path(__file__).parents[2]
VERSION = "0.1.0"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return Release(VERSION, (sys.executable,), tmp_path_factory.mktemp("release") / "dist")


def test_a_dry_run(planned: Release, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Everything but the tree, which is being worked on, and the network."""
    # What is installed anew is what is ours; the rest is here already.
    for name in ("PIP_NO_DEPS", "PIP_NO_INDEX"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("PIP_NO_BUILD_ISOLATION", "0")
    for each in Path(sysconfig.get_path("purelib")).iterdir():
        if "runtime_sessions" not in each.name:
            (tmp_path / each.name).symlink_to(each)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("SETUPTOOLS_SCM_PRETEND_VERSION", VERSION)
    assert release.the_distributions_are_built(planned).startswith("runtime_sessions-0.1.0")
    assert "files" in release.the_wheel_holds_what_it_should(planned)
    sections = (ROOT / "README.md").read_text(encoding="utf-8").count("\n## ")
    assert release.the_readme_is_rendered(planned) == f"{sections} sections"
    assert release.the_changelog_has_it(planned) == "2026-11-27"
    assert release.what_breaks_is_named(planned)
    assert release.each_python_can_use_it(planned).startswith("Python 3.")
    # How long they take is for a machine that does nothing else.
    monkeypatch.setattr(release, "IMPORTS", 1)
    monkeypatch.setattr(release, "MOST_OF_HTTPX", dict.fromkeys(release.MOST_OF_HTTPX, 100.0))
    assert "times of httpx" in release.imports_are_quick(planned)


def test_an_import_that_takes_longer_than_it_may_is_in_the_way(
    planned: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = {"httpx": 2.0, **{name: 2.0 * most for name, most in release.MOST_OF_HTTPX.items()}}
    monkeypatch.setattr(release, "seconds_of", lambda package, _: seconds[package])
    assert release.imports_are_quick(planned).startswith("times of httpx: runtime_sessions 2.00")
    seconds["runtime_sessions_emulator"] *= 1.01
    with pytest.raises(InTheWayError, match=r"times of httpx: .*runtime_sessions_emulator 0\.45"):
        release.imports_are_quick(planned)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("## [Unreleased]\n\n- A.\n", r"no section \[0\.1\.0\]"),
        ("## [Unreleased]\n\n## [0.1.0]\n\n- A.\n", "has no date"),
        ("## [Unreleased]\n\n## [0.1.0] - soon\n\n- A.\n", "has no date"),
        (
            "## [Unreleased]\n\n## [0.1.0] - 2026-11-27\n\n## [0.0.9] - 2026-01-01\n\n- A.\n",
            "says nothing",
        ),
        ("## [Unreleased]\n\n- B.\n\n## [0.1.0] - 2026-11-27\n\n- A.\n", r"under \[Unreleased\]"),
        ("## [Unreleased]\n\n## [0.1.0] - 9999-11-27\n\n- A.\n", "is not here yet"),
    ],
)
def test_a_changelog_that_is_not_ready(
    planned: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, told: str
) -> None:
    (tmp_path / "CHANGELOG.md").write_text(text, encoding="utf-8")
    monkeypatch.setattr(release, "ROOT", tmp_path)
    with pytest.raises(InTheWayError, match=told):
        release.the_changelog_has_it(planned)


def test_a_section_ends_where_the_next_begins() -> None:
    text = "## [0.2.0] - 2026-12-01\n\n- B.\n\n## [0.1.0] - 2026-11-27\n\n- A.\n"
    assert release.section_of(text, "0.2.0") == (date(2026, 12, 1), "\n- B.\n\n")
    assert release.section_of(text, "0.1.0") == (date(2026, 11, 27), "\n- A.\n")


@pytest.mark.parametrize("version", ["1", "0.1.0rc1", "../0.1.0"])
def test_a_version_that_is_none(version: str) -> None:
    with pytest.raises(InTheWayError, match="three numbers"):
        release.the_version_is_new(Release(version, (), Path()))


def test_a_tree_that_is_not_committed_and_a_tag_that_is_taken(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "ROOT", clone.folder)
    planned = Release(VERSION, (), clone.folder / "dist")
    assert release.the_tree_is_clean(planned)
    assert release.the_version_is_new(planned) == "v0.1.0"
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.test"]
    subprocess.run([*git, "tag", "v0.1.0"], cwd=clone.folder, check=True)
    assert release.the_version_is_new(planned) == "v0.1.0, tagged"
    (clone.folder / "news.md").write_text("News.\n", encoding="utf-8")
    with pytest.raises(InTheWayError, match=r"such as \?\? news\.md"):
        release.the_tree_is_clean(planned)
    subprocess.run([*git, "add", "--all"], cwd=clone.folder, check=True)
    subprocess.run([*git, "commit", "--quiet", "-m", "news"], cwd=clone.folder, check=True)
    with pytest.raises(InTheWayError, match="the tag of another commit"):
        release.the_version_is_new(planned)


def wheel_with(folder: Path, *names: str, text: str = "") -> Release:
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "runtime_sessions-0.1.0-py3-none-any.whl", "w") as archive:
        for name in names:
            archive.writestr(name, text)
    return Release(VERSION, (), folder)


TYPED = [f"{package}/py.typed" for package in release.PACKAGES]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([*TYPED, "tests/test_a.py"], "tests: should it be there"),
        (TYPED[1:], "should it be there"),
        ([*TYPED, "runtime_sessions/test_a.py"], "it holds tests"),
        (TYPED, "in 5 files: is that meant"),
    ],
)
def test_a_wheel_with_what_nobody_meant(tmp_path: Path, names: list[str], told: str) -> None:
    with pytest.raises(InTheWayError, match=told):
        release.the_wheel_holds_what_it_should(wheel_with(tmp_path / "dist", *names))


def test_links_of_the_readme_lead_to_where_the_project_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "[a](docs/a.md#b) [c](#d) [e](https://f.test) ![g](h.png)"
    whole = metadata.with_whole_links(text, "https://forge.test/o/n", "0.1.0")
    at = "https://forge.test/o/n/blob/v0.1.0"
    assert whole == f"[a]({at}/docs/a.md#b) [c](#d) [e](https://f.test) ![g]({at}/h.png)"
    assert "/blob/HEAD/" in metadata.with_whole_links(text, "https://forge.test", "0.1.1.dev3")
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://forge.test")
    monkeypatch.setenv("GITHUB_REPOSITORY", "owner/name")
    assert metadata.home_of(tmp_path) == "https://forge.test/owner/name"
    monkeypatch.delenv("GITHUB_REPOSITORY")
    (tmp_path / "PKG-INFO").write_text("Name: n\nProject-URL: Source, https://s.test/n\n")
    assert metadata.home_of(tmp_path) == "https://s.test/n"


def test_a_readme_with_links_that_lead_nowhere(tmp_path: Path) -> None:
    told = "Name: n\nProject-URL: Source, https://s.test/n\n\n# A\n\n[b](docs/b.md)\n"
    name = "runtime_sessions-0.1.0.dist-info/METADATA"
    with pytest.raises(InTheWayError, match=r"docs/b\.md leads nowhere"):
        release.the_readme_is_rendered(wheel_with(tmp_path / "dist", name, text=told))


def test_a_python_that_is_not_here(tmp_path: Path) -> None:
    made = wheel_with(tmp_path / "dist", *TYPED)
    with pytest.raises(InTheWayError, match=r"python9\.9 is not here"):
        release.each_python_can_use_it(Release(VERSION, ("python9.9",), made.dist))


def test_all_of_it_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    def a_thing_is_in_the_way(_: Release) -> str:
        raise InTheWayError("it is")

    assert not release.passes(a_thing_is_in_the_way, Release(VERSION, (), Path()))
    assert capsys.readouterr().out == "NOT  a thing is in the way: it is\n"
