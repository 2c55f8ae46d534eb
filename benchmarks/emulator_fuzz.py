"""Fuzz the emulator with Schemathesis, 20,000 cases over several seeds.

Nothing may answer 5xx, hang or fail a check, and every session whose creation was answered must be
there. The exit status is 1 when that doesn't hold.
"""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

from emulator import ROOT, TOKEN, emulator, serving
from runtime_sessions_api.http_library import httpx

CASES = 20_000
EXAMPLES = 400


def fuzz(url: str, seed: int) -> int:
    """Run once, and count the cases. Raises CalledProcessError where a check fails."""
    hooks = Path(__file__).with_name("emulator_hooks.py")
    run = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", "openapi.yaml", "--url", url),
            *("--header", f"Authorization: Bearer {TOKEN}", "--checks", "all", "--workers", "1"),
            *("--max-examples", str(EXAMPLES), "--seed", str(seed), "--request-timeout", "10"),
        ],
        cwd=ROOT,
        env={**os.environ, "SCHEMATHESIS_HOOKS": str(hooks)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    found = re.search(r"(\d+) generated, \1 passed", run.stdout)
    if run.returncode or found is None:
        raise RuntimeError(run.stdout[-4000:])
    return int(found[1])


def main() -> int:
    """Fuzz until there were enough cases."""
    cases = created = 0
    with serving(*emulator()) as (url, _), httpx.Client(base_url=f"{url}/_emulator/") as control:
        for seed in itertools.count(1):
            cases += fuzz(url, seed)
            requests = control.get("requests").json()["requests"]
            failed = [one for one in requests if one["status"] is None or one["status"] >= 500]
            if failed:
                print(f"seed {seed}: {failed[0]}")
                return 1
            made = [
                one["session_id"]
                for one in requests
                if (one["operation"], one["status"]) == ("createSession", 200)
            ]
            held = {one["id"] for one in control.get("sessions").json()["sessions"]}
            lost = set(made) - held
            if lost or len(made) != len(held) or len(requests) >= 10_000:
                print(f"seed {seed}: {len(made)} sessions created, {len(held)} held, {lost} lost")
                return 1
            created += len(made)
            print(f"seed {seed}: {cases:,} cases, {created:,} sessions", flush=True)
            if cases >= CASES:
                return 0
            control.post("reset")
    return 1


if __name__ == "__main__":
    sys.exit(main())
