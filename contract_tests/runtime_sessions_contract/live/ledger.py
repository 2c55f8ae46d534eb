"""What was created on a live service, written down on disk."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from runtime_sessions_contract.openapi.values import as_object


@dataclass
class Ledger:
    """A file with a line for each session that was created, and one for each that was closed."""

    file: Path
    url: str

    def note(self, session_id: str, *, open_: bool) -> None:
        """Write a line, and see to it that it is on disk before anything else happens."""
        line = json.dumps({"url": self.url, "id": session_id, "open": open_})
        with self.file.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()

    def left_open(self) -> list[str]:
        """The ids of sessions on this server that nobody closed."""
        found: dict[str, bool] = {}
        if self.file.exists():
            for line in self.file.read_text(encoding="utf-8").splitlines():
                # The last line may have been cut off by whatever ended the run.
                with suppress(ValueError):
                    entry = as_object(json.loads(line)) or {}
                    if entry.get("url") == self.url:
                        found[str(entry["id"])] = bool(entry["open"])
        return [session_id for session_id, is_open in found.items() if is_open]
