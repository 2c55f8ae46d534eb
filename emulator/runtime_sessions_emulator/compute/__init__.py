"""What jobs compute, with the parts of Qiskit's own ecosystem, in processes beside the server.

All of it needs the extra `qiskit`, and nothing of it is imported before a job is to be computed:
`available` says whether it is there, `devices` reads the snapshots of real devices that ship with
the official client, `workers` holds the processes, `worker` is what runs in one, and `program` is
what it computes.
"""

from importlib.util import find_spec
from typing import Final

#: The programs whose jobs can be computed.
PROGRAMS: Final = frozenset({"sampler", "estimator", "executor"})
#: What to install for that.
EXTRA: Final = "runtime-sessions[qiskit]"


def available() -> bool:
    """Whether what computes jobs is installed; nothing of it is imported to find out."""
    return all(find_spec(name) is not None for name in ("qiskit_ibm_runtime", "qiskit_aer"))
