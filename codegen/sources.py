"""How a public source is shown where a reader can follow it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_FILE = re.compile(r"https://github\.com/[^/]+/(?P<repo>[^/]+)/(?:blob|tree)/(?P<revision>[^/]+)")
_ISSUE = re.compile(r"https://github\.com/[^/]+/(?P<repo>[^/]+)/issues/(?P<number>\d+)")


def links(urls: Iterable[str]) -> str:
    """The sources as Markdown links, each as short as it can be and still be told apart."""
    return ", ".join(f"[{label(url)}]({url})" for url in urls)


def label(url: str) -> str:
    """What a source is called: a repository at a revision, an issue, or a host."""
    if found := _ISSUE.match(url):
        return f"{found['repo']}#{found['number']}"
    if found := _FILE.match(url):
        return f"{found['repo']}@{found['revision']}"
    return urlsplit(url).hostname or url


def is_public(url: str) -> bool:
    """Whether a source is a file of a repository at a revision, an issue, or a public page."""
    if url.startswith("https://github.com/"):
        return bool(_FILE.match(url) or _ISSUE.match(url))
    return url.startswith("https://")
