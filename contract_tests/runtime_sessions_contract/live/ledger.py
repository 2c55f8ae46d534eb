"""What was created on a live service, written down on disk: the client's ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import runtime_sessions
from runtime_sessions_api.http_library import httpx
from runtime_sessions_contract.openapi.values import as_object, read_json


@dataclass
class Ledger:
    """The ledger of one service, in a file that is there once something was to be created."""

    file: Path
    url: str
    contract: str

    def intend(self, request: httpx.Request) -> str:
        """Write down that a request is going to be sent that creates; returns its name."""
        asked = _asked(request)
        return runtime_sessions.Ledger(self.file).intend(
            base_url=self.url,
            contract=self.contract,
            instance=_text(asked.get("instance") or request.headers.get("Service-CRN")),
            backend=_text(asked.get("backend")),
            mode=_text(asked.get("mode")) or "dedicated",
        )

    def settle(self, intent: str) -> None:
        """Note that nothing came of what was intended."""
        runtime_sessions.Ledger(self.file).settle(intent)

    def write(self, session_id: str, request: httpx.Request, intent: str) -> None:
        """Write down what a request has created; it is on disk when this returns."""
        asked = _asked(request)
        runtime_sessions.Ledger(self.file).write(
            session_id,
            base_url=self.url,
            contract=self.contract,
            instance=_text(asked.get("instance") or request.headers.get("Service-CRN")),
            backend=_text(asked.get("backend")),
            mode=_text(asked.get("mode")),
            intent=intent,
        )

    def strike(self, session_id: str) -> None:
        """Strike out a session that was closed."""
        if self.file.exists():
            runtime_sessions.Ledger(self.file).strike(session_id, base_url=self.url)

    def left_open(self) -> list[str]:
        """Return the ids of sessions on this server that nobody closed."""
        if not self.file.exists():
            return []
        entries = runtime_sessions.Ledger(self.file).entries()
        return [entry.id for entry in entries if entry.base_url == self.url]


def _asked(request: httpx.Request) -> Mapping[str, object]:
    """What a request asked for; nothing where that is no JSON: what was created is written down."""
    try:
        return as_object(read_json(request.content)) or {}
    except ValueError:
        return {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
