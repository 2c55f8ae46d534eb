"""The reports in files."""

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile

from runtime_sessions_contract.checks.drift import as_json
from runtime_sessions_contract.report.har import har
from runtime_sessions_contract.report.html import page
from runtime_sessions_contract.report.junit import junit
from runtime_sessions_contract.suite import accepted as accepting
from runtime_sessions_contract.suite.result import Result
from runtime_sessions_contract.target.target import CannotRunError


def prepare(folder: Path) -> None:
    """Make the folder, and see whether reports can be written into it.

    Raises:
        CannotRunError: They cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        why = error.strerror or str(error)
        raise CannotRunError(f"REPORT: {folder} cannot be written to: {why}") from None


def write(
    result: Result, folder: Path, accepted: Sequence[accepting.Acceptance] = ()
) -> list[Path]:
    """Write all of them into a folder, which is there. Returns where they are."""
    files = {
        "report.html": page(result),
        "junit.xml": junit(result),
        "calls.har": json.dumps(har(result), indent=1),
    }
    if result.findings or result.accepted:
        files["accepted.json"] = accepting.as_json(result, accepted)
    if result.drift is not None:
        # What is accepted stays in it: the file is the baseline of the next run.
        files["drift.json"] = as_json(sorted(result.drift + result.accepted_drift))
    for name, text in files.items():
        # Once more over everything: what was put together may hold what its parts did not.
        safe = result.target.secrets.redact(text)
        (folder / name).write_text(safe, encoding="utf-8", errors="replace")
    return [folder / name for name in files]
