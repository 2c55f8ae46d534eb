"""What a package index shows of the project: a README whose links lead there, and where it lives.

Hatchling calls this when it builds. The repository has no name in its own files: a fork's wheel
leads to the fork.
"""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

#: A link of Markdown to a file of the repository: no scheme, and not a heading of the page itself.
_LINK = re.compile(r"(\]\()(?![a-z]+:|#)([^)]+)\)")


class Published(MetadataHookInterface):
    """The metadata that depend on where the project lives."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in what pyproject.toml calls dynamic."""
        root = Path(self.root)
        home = home_of(root)
        text = (root / "README.md").read_text(encoding="utf-8")
        if home is not None:
            text = with_whole_links(text, home, str(metadata["version"]))
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
        metadata["urls"] = {} if home is None else urls_of(home)


def home_of(root: Path) -> str | None:
    """Where the project lives; None where nobody knows, as in a clone of a folder.

    A forge that builds it says so. A source distribution says what it was built with, and a clone
    where it came from.
    """
    forge, name = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
    if forge and name:
        return f"{forge}/{name}"
    built = root / "PKG-INFO"
    if built.is_file():
        said = re.search(r"^Project-URL: Source, (\S+)$", built.read_text("utf-8"), re.MULTILINE)
        return said[1] if said else None
    asked = subprocess.run(
        ["git", "config", "--get", "remote.origin.url"],  # noqa: S607 - whichever git is there
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    remote = re.fullmatch(r"(https://[^@\s]+?)(?:\.git)?/?", asked.stdout.strip())
    return remote[1] if remote else None


def urls_of(home: str) -> dict[str, str]:
    """The links beside the page of the package."""
    return {
        "Source": home,
        "Documentation": f"{home}/tree/HEAD/docs",
        "Changelog": f"{home}/blob/HEAD/CHANGELOG.md",
        "Issues": f"{home}/issues",
        "Security": f"{home}/blob/HEAD/SECURITY.md",
    }


def with_whole_links(text: str, home: str, version: str) -> str:
    """The text with links that lead to the repository from anywhere, at the version's own tag."""
    revision = "HEAD" if "dev" in version else f"v{version}"
    return _LINK.sub(rf"\g<1>{home}/blob/{revision}/\g<2>)", text)


def get_metadata_hook() -> type[MetadataHookInterface]:
    """What hatchling asks for."""
    return Published
