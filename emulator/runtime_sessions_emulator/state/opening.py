"""How a state is opened: what it was begun with is kept in it, and holds for all who come later."""

import json
from typing import Any

from attrs import asdict, evolve, filters
from sqlalchemy import Connection, insert, select

from runtime_sessions_emulator.contracts.registry import contract_of
from runtime_sessions_emulator.control.emulation import Emulation, clock_of
from runtime_sessions_emulator.core.config import Config, Instance, User
from runtime_sessions_emulator.core.errors import StateError
from runtime_sessions_emulator.state.clock import HeldClock
from runtime_sessions_emulator.state.database import ABOUT, Database
from runtime_sessions_emulator.state.journal import Journal
from runtime_sessions_emulator.state.log import SharedLog

#: The version of the tables and of the commands in them.
_VERSION = "1"


def kept_emulation(
    state: str,
    config: Config | None,
    *,
    contract: str,
    seed: int | None,
    virtual_clock: bool,
) -> Emulation:
    """An emulation whose every command is kept in a database, and that goes on where it stood.

    Args:
        state: `sqlite:FILE`, or `postgresql://USER@HOST/DATABASE`.
        config: What the service knows; None: as by default.
        contract: The contract that it keeps.
        seed: What ids and faults are made from, in a new state; None: as the state has it.
        virtual_clock: Whether the time stands still until it is moved.

    Raises:
        StateError: The database cannot be used, or the state in it was begun otherwise.
        ValueError: There is no such contract.
    """
    known = config or contract_of(contract).config
    database = Database(state)
    database.prepare()
    begun = {
        "version": _VERSION,
        "contract": contract,
        "clock": "virtual" if virtual_clock else "running",
        "config": _config_text(known),
    }
    about = _begin(database, {**begun, "seed": str(seed or 0)})
    for name, value in begun.items():
        if about.get(name) != value:
            database.close()
            raise StateError(_other(database.name, name, about.get(name), value))
    its_seed = int(about["seed"])

    def fresh() -> tuple[Emulation, HeldClock]:
        clock = HeldClock(clock_of(virtual=virtual_clock))
        made = Emulation.of(
            known, contract=contract, seed=its_seed, virtual_clock=virtual_clock, clock=clock
        )
        return made, clock

    emulation, clock = fresh()
    journal = Journal(emulation, clock, database, fresh)
    emulation.service.keeper = journal
    journal.catch_up()
    if not database.shared:
        return emulation
    secrets = {secret for user in known.users for secret in user.secrets}
    log = SharedLog(frozenset(secrets), database, emulation.service.lock)
    return evolve(emulation, log=log)


def _begin(database: Database, begun: dict[str, str]) -> dict[str, str]:
    """What the state was begun with: just now, if it is new."""
    with database.transaction() as connection:
        about = _pairs(connection)
        if not about:
            about = begun
            rows = [{"name": name, "value": value} for name, value in begun.items()]
            connection.execute(insert(ABOUT), rows)
    return about


def about_state(database: Database) -> dict[str, str]:
    """What a state was begun with. Raises StateError where there is none."""
    with database.transaction(alone=False) as connection:
        about = _pairs(connection)
    if about.get("version") != _VERSION:
        raise StateError(f"{database.name} holds no state that this version knows.")
    return about


def _pairs(connection: Connection) -> dict[str, str]:
    return {row.name: row.value for row in connection.execute(select(ABOUT))}


def _other(state: str, name: str, there: str | None, here: str) -> str:
    """What is said where a state was begun otherwise than it is opened."""
    if name == "config":
        then, now = json.loads(there or "{}"), json.loads(here)
        differ = sorted(key for key in now if then.get(key) != now[key])
        return (
            f"The state {state} was begun with another configuration: {', '.join(differ)}. "
            "Use that configuration, or another state."
        )
    return (
        f"The state {state} was begun with the {name} {there}, not {here}. "
        "Use that, or another state."
    )


def _config_text(config: Config) -> str:
    """A configuration without its secrets, as JSON."""
    users = [
        {
            "id": user.id,
            "instances": sorted(user.instances),
            "has_key": user.api_key is not None,
        }
        for user in config.users
    ]
    return json.dumps({**asdict(config, filter=filters.exclude("users")), "users": users})


def config_without_secrets(text: str) -> Config:
    """The configuration that was kept; its users have tokens that everybody knows."""
    shown: dict[str, Any] = json.loads(text)
    users = tuple(
        User(
            user["id"],
            _numbered("emulator-token", place),
            user["instances"],
            api_key=_numbered("emulator-api-key", place) if user["has_key"] else None,
        )
        for place, user in enumerate(shown["users"], 1)
    )
    instances = tuple(Instance(**instance) for instance in shown["instances"])
    shown |= {"users": users, "instances": instances, "backends": tuple(shown["backends"])}
    return Config(**shown)


def _numbered(name: str, place: int) -> str:
    return name if place == 1 else f"{name}-{place}"
