"""Schemathesis's hooks for the fuzz run: creates name a backend and an instance that exist."""

from __future__ import annotations

from typing import Any

import schemathesis


@schemathesis.hook
def map_body(_: schemathesis.HookContext, body: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Keep what is malformed; of the rest, most creates are to succeed."""
    if isinstance(body, dict) and {"backend", "instance"} <= body.keys():
        named = isinstance(body["backend"], str) and isinstance(body["instance"], str)
        if named:
            return {**body, "backend": "ibmq_wellington", "instance": "hub/group/project"}
    return body
