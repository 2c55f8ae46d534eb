"""What the emulated service knows: its users, instances, backends and limits."""

from collections.abc import Mapping
from typing import Final

from attrs import field, frozen


@frozen
class User:
    """A user of the service, the token that proves it, and the instances that it may use."""

    id: str
    token: str = field(repr=False)
    instances: frozenset[str]


@frozen
class Instance:
    """An instance: who pays, as hub/group/project.

    Attributes:
        max_ttl: The longest and the default max TTL of its sessions, in seconds.
        open_plan: Whether it is of the open plan, where dedicated sessions run in job mode.
    """

    name: str
    max_ttl: float = 28800
    open_plan: bool = False


HUB: Final = "hub/group/project"
OPEN: Final = "ibm-q/open/main"


@frozen(kw_only=True)
class Config:
    """What the emulated service knows.

    Attributes:
        interactive_ttl: Seconds without a job until an active session becomes inactive.
        unused_ttl: Seconds until a session that never had a job closes; None: it stays open, as the
            classic text has it.
        job_duration: Seconds that a job runs when nothing says otherwise.
    """

    users: tuple[User, ...] = (
        User("123456", "emulator-token", frozenset({HUB, OPEN})),
        User("654321", "emulator-token-2", frozenset({HUB, OPEN})),
    )
    backends: tuple[str, ...] = ("ibmq_wellington", "ibm-tenerife")
    instances: Mapping[str, Instance] = field(
        factory=lambda: {HUB: Instance(HUB), OPEN: Instance(OPEN, open_plan=True)}
    )
    interactive_ttl: float = 60
    unused_ttl: float | None = None
    job_duration: float = 2
