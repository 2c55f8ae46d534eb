"""The reports in files."""

import json
from pathlib import Path

from runtime_sessions_contract.checks.drift import as_json
from runtime_sessions_contract.report.har import har
from runtime_sessions_contract.report.html import page
from runtime_sessions_contract.report.junit import junit
from runtime_sessions_contract.suite.result import Result


def write(result: Result, folder: Path) -> list[Path]:
    """Write all reports into a folder, which is created if need be; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "report.html": page(result),
        "junit.xml": junit(result),
        "calls.har": json.dumps(har(result), indent=1),
    }
    if result.drift is not None:
        files["drift.json"] = as_json(result.drift)
    for name, text in files.items():
        # Once more over everything: what was put together may hold what its parts did not.
        safe = result.target.secrets.redact(text)
        (folder / name).write_text(safe, encoding="utf-8", errors="replace")
    return [folder / name for name in files]
