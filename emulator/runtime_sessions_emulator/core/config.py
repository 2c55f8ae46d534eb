"""What the emulated service knows: its users, instances, backends and limits."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Self, cast

from attrs import Attribute, asdict, evolve, field, frozen
from attrs.validators import ge, gt, optional
from jsonschema_rs import Draft202012Validator

HUB: Final = "hub/group/project"
OPEN: Final = "ibm-q/open/main"


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


@frozen
class User:
    """A user of the service.

    Attributes:
        token: What proves that it is this user; it does not run out.
        instances: The instances that it may use.
        api_key: What IAM gives it a token for that runs out, where the contract has that.
    """

    id: str
    token: str = field(repr=False)
    instances: frozenset[str] = field(converter=_names)
    api_key: str | None = field(default=None, repr=False)

    @property
    def secrets(self) -> frozenset[str]:
        """What nobody else may see."""
        return frozenset({self.token} if self.api_key is None else {self.token, self.api_key})


@frozen
class Instance:
    """An instance: who pays, as hub/group/project or as a CRN.

    Attributes:
        max_ttl: The longest and the default max TTL of its sessions, in seconds.
        open_plan: Whether it is of the open plan, which has no dedicated sessions: they run in job
            mode, or are refused.
        active_ttl: The default active TTL of its sessions, in seconds; None: their max TTL.
        interactive_ttl: The interactive TTL of its sessions, in seconds; None: that which the
            service has for the mode.
        usage_limit: For how many seconds jobs may run in it, until no more are taken; None: for
            as long as anybody likes.
    """

    name: str
    max_ttl: float = field(default=28800, validator=gt(0))
    open_plan: bool = False
    active_ttl: float | None = field(default=None, validator=optional(gt(0)))
    interactive_ttl: float | None = field(default=None, validator=optional(gt(0)))
    usage_limit: float | None = field(default=None, validator=optional(ge(0)))


@frozen(kw_only=True)
class Config:
    """What the emulated service knows; the defaults need no file, and are the classic ones.

    Attributes:
        interactive_ttl: Seconds without a job until an active dedicated session becomes inactive.
        batch_interactive_ttl: The same, of a batch.
        unused_ttl: Seconds until a session that never had a job closes; None: it stays open.
        job_duration: Seconds that a job runs when nothing says otherwise.
        noise: Whether jobs are computed with the noise of their backends.
        max_entangled_qubits: How many qubits a job may bring together in one circuit; with more
            it fails. Circuits of Clifford gates without noise, which are cheap, may have more.

    Raises:
        ValueError: A user may use an instance that is not there, or two are called the same.
    """

    users: tuple[User, ...] = (
        User("123456", "emulator-token", frozenset({HUB, OPEN})),
        User("654321", "emulator-token-2", frozenset({HUB, OPEN})),
    )
    backends: tuple[str, ...] = ("ibmq_wellington", "ibm-tenerife")
    instances: tuple[Instance, ...] = (Instance(HUB), Instance(OPEN, open_plan=True))
    interactive_ttl: float = 60
    batch_interactive_ttl: float = 1
    unused_ttl: float | None = 1800
    job_duration: float = 2
    noise: bool = False
    max_entangled_qubits: int = field(default=20, validator=ge(1))

    def __attrs_post_init__(self) -> None:
        """Hold the parts against each other."""
        if not self.users:
            raise ValueError("users: there must be at least one")
        _hold_unique("users: id", (user.id for user in self.users))
        _hold_unique("instances: name", (instance.name for instance in self.instances))
        secrets = [secret for user in self.users for secret in user.secrets]
        if len(set(secrets)) < len(secrets):
            raise ValueError("users: two have the same token or API key")
        known = {instance.name for instance in self.instances}
        for user in self.users:
            if not user.instances <= known:
                missing = ", ".join(sorted(user.instances - known))
                raise ValueError(f"users: {user.id} may use {missing}, which is not in instances")

    @classmethod
    def load(cls, path: Path, default: Self | None = None) -> Self:
        """Read a TOML file; what it doesn't say is as by default.

        Raises:
            OSError: The file cannot be read.
            ValueError: It is not TOML, or says what makes no sense; the message says where.
        """
        return cls.of(tomllib.loads(path.read_text(encoding="utf-8")), default)

    @classmethod
    def of(cls, given: Mapping[str, Any], default: Self | None = None) -> Self:
        """A configuration of what a file says, or an object of JSON; the rest is as by default.

        Raises:
            ValueError: It makes no sense; the message says where.
        """
        for problem in _SCHEMA.iter_errors(dict(given)):
            where = ".".join(map(str, problem.instance_path)) or "the configuration"
            raise ValueError(f"{where}: {problem.message}")
        made: dict[str, Any] = {**given}
        if "users" in given:
            made["users"] = tuple(User(**user) for user in given["users"])
        if "instances" in given:
            made["instances"] = tuple(Instance(**instance) for instance in given["instances"])
        if "backends" in given:
            made["backends"] = tuple(given["backends"])
        return evolve(default or cls(), **made)

    def given(self) -> dict[str, Any]:
        """The object of JSON that `of` makes the same of; the tokens are in it."""
        return asdict(self, filter=_is_told, value_serializer=_as_list)


def _is_told(attribute: "Attribute[Any]", value: object) -> bool:
    """Whether a value is one that a file may say: None says that there is none of what it is."""
    return value is not None or attribute.name == "unused_ttl"


def _as_list(_: object, __: object, value: Any) -> Any:  # noqa: ANN401 - of any attribute
    """Names in an order that is always the same."""
    return sorted(cast("frozenset[str]", value)) if isinstance(value, frozenset) else value


def _hold_unique(what: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{what} {value!r} is there twice")
        seen.add(value)


def _table(required: list[str], **properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
    }


_NAME: Final[dict[str, Any]] = {"type": "string", "minLength": 1}
_NAMES: Final[dict[str, Any]] = {"type": "array", "items": _NAME}
_SPAN: Final[dict[str, Any]] = {"type": "number", "minimum": 0}
_POSITIVE: Final[dict[str, Any]] = {"type": "number", "exclusiveMinimum": 0}
# Values are masked in messages: one of them is a token.
_SCHEMA: Final = Draft202012Validator(
    _table(
        [],
        users={
            "type": "array",
            "items": _table(
                ["id", "token", "instances"],
                id=_NAME,
                token=_NAME,
                instances=_NAMES,
                api_key=_NAME,
            ),
        },
        backends=_NAMES,
        instances={
            "type": "array",
            "items": _table(
                ["name"],
                name=_NAME,
                max_ttl=_POSITIVE,
                open_plan={"type": "boolean"},
                active_ttl=_POSITIVE,
                interactive_ttl=_POSITIVE,
                usage_limit=_SPAN,
            ),
        },
        interactive_ttl=_SPAN,
        batch_interactive_ttl=_SPAN,
        # TOML has no null, but JSON has.
        unused_ttl={**_SPAN, "type": ["number", "null"]},
        job_duration=_SPAN,
        noise={"type": "boolean"},
        max_entangled_qubits={"type": "integer", "minimum": 1},
    ),
    mask="the value",
)
