"""Bugs in what only the platform contract shows: create's answer, its one view, the changes in it."""

from mutants._meddling import PLATFORM, changed, patched

# What create answers, and the view shows
changed(
    "id-alone", "shapes", "Create answers an id and nothing else.", "create", contracts=PLATFORM
)(lambda s: {"id": s["id"]})
changed("required-alone", "shapes", "Create answers what it has to.", "create", contracts=PLATFORM)(
    lambda s: {name: s[name] for name in ("id", "backend_name", "mode")}
)
changed(
    "created-active", "lifecycle", "Create answers an active session.", "create", contracts=PLATFORM
)(lambda s: {**s, "state": "active"})
patched(
    "backend-late",
    "reflection",
    "A session does not get the backend of its first job.",
    ("core.service", "session = evolve(session, backend=chosen)\n", "pass\n"),
    contracts=PLATFORM,
)
changed(
    "backend-invented",
    "reflection",
    "A session without a backend shows one at once.",
    "get",
    contracts=PLATFORM,
)(lambda s: {**s, "backend_name": s["backend_name"] or "ibm_backend"})
changed("no-reason", "lifecycle", "The reason of the state is missing.", "get", contracts=PLATFORM)(
    lambda s: {k: v for k, v in s.items() if k != "state_reason"}
)
changed("no-history", "shapes", "The changes of the state are missing.", "get", contracts=PLATFORM)(
    lambda s: {k: v for k, v in s.items() if k != "timestamps"}
)
changed("history-reversed", "time", "The changes come newest first.", "get", contracts=PLATFORM)(
    lambda s: {**s, "timestamps": s["timestamps"][::-1]}
)
changed(
    "history-as-before", "shapes", "Moments of changes are called dates.", "get", contracts=PLATFORM
)(
    lambda s: {
        **s,
        "timestamps": [{"status": e["status"], "date": e["timestamp"]} for e in s["timestamps"]],
    }
)
changed(
    "history-headless", "time", "The creation is not among the changes.", "get", contracts=PLATFORM
)(lambda s: {**s, "timestamps": s["timestamps"][1:]})
changed("no-elapsed", "time", "The usage is missing.", "get", contracts=PLATFORM)(
    lambda s: {k: v for k, v in s.items() if k != "elapsed_time"}
)
changed("elapsed-negative", "time", "The usage is negative.", "get", contracts=PLATFORM)(
    lambda s: {**s, "elapsed_time": -1 if s["elapsed_time"] is None else s["elapsed_time"]}
)
changed("elapsed-open", "time", "The usage is null for ever.", "get", contracts=PLATFORM)(
    lambda s: {**s, "elapsed_time": None}
)
changed("mode-none", "shapes", "The mode is null.", "get", contracts=PLATFORM)(
    lambda s: {**s, "mode": None}
)
patched(
    "canceled-shown",
    "shapes",
    "A session that an operator cancels has a state that the contract does not have.",
    (
        "contracts.platform.views",
        'return "closed" if state.final else state.value',
        "return state.value",
    ),
    contracts=PLATFORM,
)
