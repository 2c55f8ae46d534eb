"""The command `runtime-sessions-emulator`."""

import sys


def main() -> None:
    """Serve until told to stop; the imports are a part of it, as they take a while."""
    try:
        from runtime_sessions_emulator.server.command import main as command  # noqa: PLC0415

        command()
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing.startswith("runtime_sessions"):
            raise
        sys.exit(f"The emulator needs {missing}: pip install 'runtime-sessions[emulator]'")
    except KeyboardInterrupt:
        # Before it served. Once it does, that is how it is told to stop, and it ends in peace.
        sys.stderr.write("Interrupted.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
