"""A process that computes jobs, one after the other.

Orders come in and what comes of them goes out as frames: eight bytes that say how long a text of
JSON is, and the text. The process ends as soon as whoever started it is gone, even in the middle of
a job.
"""

import gc
import json
import os
import sys
import threading
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from queue import SimpleQueue
from types import ModuleType
from typing import IO, Any, Final

_LENGTH: Final = 8


def read_frame(source: IO[bytes]) -> bytes | None:
    """The next text; None where there is none, or not the whole of it."""
    length = source.read(_LENGTH)
    if len(length) < _LENGTH:
        return None
    size = int.from_bytes(length, "big")
    text = source.read(size)
    return text if len(text) == size else None


def write_frame(target: IO[bytes], text: bytes) -> None:
    """Send a text on its way."""
    target.write(len(text).to_bytes(_LENGTH, "big") + text)
    target.flush()


def main() -> None:
    """Compute what is asked for, until nobody is there to ask."""
    # What a library prints must not get among the frames.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    orders: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, orders), daemon=True).start()
    # Nothing of what is imported is ever garbage: looking for some takes a tenth of the time.
    gc.disable()
    compute = _program().compute
    gc.freeze()
    gc.enable()
    while True:
        order: dict[str, Any] = json.loads(orders.get())
        write_frame(answers, json.dumps(compute(order)).encode())


def _program() -> ModuleType:
    """The module that computes, by its path: by its name the whole server would come along."""
    path = Path(__file__).with_name("program.py")
    spec = spec_from_file_location("runtime_sessions_emulator_program", path)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"{path} cannot be imported.")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _listen(source: IO[bytes], orders: "SimpleQueue[bytes]") -> None:
    """Take in orders; when none can come any more, end the process, whatever it is doing."""
    while (order := read_frame(source)) is not None:
        orders.put(order)
    os._exit(0)


if __name__ == "__main__":
    main()
