"""What type checkers must make of the emulator. They read this file; nobody runs it."""

from __future__ import annotations

from typing import assert_type

from runtime_sessions import SessionsClient
from runtime_sessions_contract import Target
from runtime_sessions_emulator import ContractName, Emulator, Fault, FaultKind, default_config
from runtime_sessions_pytest import EmulatorOptions


def contracts() -> None:
    with Emulator(contract="platform") as emulator:
        assert_type(emulator.contract, ContractName)
        # What an emulator says of itself, a client and the suite take as it is.
        SessionsClient(emulator.url, token=emulator.token, contract=emulator.contract)
        Target.server(emulator.url, emulator.token, contract=emulator.contract)
    Emulator(contract="clasic")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    default_config("Platform")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    Target.server("http://t", "t", contract="v1")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def faults() -> None:
    Fault("delay", seconds=2)
    Fault(FaultKind.DELAY, seconds=2)
    Fault("dealy")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def runtime_sessions_emulator_options() -> EmulatorOptions:
    return {"virtual_clock": True, "contract": "platform", "seed": 7}


def misspelt_options() -> EmulatorOptions:
    return {"contract": "platfrom"}  # type: ignore[typeddict-item] # pyright: ignore[reportReturnType]
