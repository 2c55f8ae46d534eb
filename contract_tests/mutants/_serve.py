"""A mutant as a process of its own: the emulator with the bug in it."""

import importlib.abc
import importlib.machinery
import logging
import multiprocessing
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from types import ModuleType
from unittest.mock import patch

from mutants._mutant import Mutant, Receive, Scope, Send
from runtime_sessions import ContractName
from runtime_sessions_contract.target.bundled import emulator_target
from runtime_sessions_contract.target.target import Target

PACKAGE = "runtime_sessions_emulator"
START = 30.0
#: What every mutant needs and none changes, imported once for all of them: only the emulator itself
#: is imported anew for each.
PRELOADED = [
    "attrs",
    "httptools",
    "jsonschema_rs",
    "mutants._serve",
    "orjson",
    "starlette.applications",
    "starlette.requests",
    "starlette.responses",
    "uvicorn",
    "uvicorn.protocols.http.httptools_impl",
    "uvloop",
]


class _Patched(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads the emulator's modules with a mutant's patches."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Only what is patched is found here."""
        if not any(f"{PACKAGE}.{change.module}" == fullname for change in self.mutant.patches):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = _PatchedLoader(fullname, spec.loader.path, self.mutant)
        return spec


class _PatchedLoader(importlib.machinery.SourceFileLoader):
    def __init__(self, fullname: str, path: str, mutant: Mutant) -> None:
        super().__init__(fullname, path)
        self._mutant = mutant

    def get_code(self, fullname: str) -> object:  # type: ignore[override]
        source = self.get_source(fullname) or ""
        for change in self._mutant.patches:
            if f"{PACKAGE}.{change.module}" == fullname:
                source = change.apply(source)
        return compile(source, self.path, "exec", dont_inherit=True)


def _run(name: str | None, contract: ContractName, pipe: Connection) -> None:
    from mutants import MUTANTS  # noqa: PLC0415 - in the child only

    if PACKAGE in sys.modules:
        raise RuntimeError(f"{PACKAGE} was imported too early: no patch would take")
    mutant = MUTANTS[name] if name else None
    if mutant is not None:
        sys.meta_path.insert(0, _Patched(mutant))
    # After the patches, so that they take.
    from runtime_sessions_emulator import Emulator  # noqa: PLC0415
    from runtime_sessions_emulator.server.app import App  # noqa: PLC0415

    plain = App.__call__

    async def mutated(app: App, scope: Scope, receive: Receive, send: Send) -> None:
        inner = partial(plain, app)
        await (mutant.wrapped(inner) if mutant else inner)(scope, receive, send)

    logging.disable(logging.CRITICAL)
    emulator = Emulator(contract=contract, virtual_clock=True)
    with patch.object(App, "__call__", mutated), emulator:
        pipe.send(emulator.url)
        pipe.recv()


@contextmanager
def served(name: str | None, contract: ContractName = "classic") -> Generator[Target]:
    """A mutant by name, or the emulator as it is with a contract, over HTTP."""
    from mutants import MUTANTS  # noqa: PLC0415 - which imports this module

    contract = MUTANTS[name].contract if name else contract
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(name, contract, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(START):
            raise TimeoutError(f"The mutant {name} did not start")
        yield emulator_target(ours.recv(), contract)
    finally:
        process.kill()
        process.join()
