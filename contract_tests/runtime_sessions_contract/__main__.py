"""The command `runtime-sessions-contract`."""

import sys

from runtime_sessions_contract._extra import missing


def main() -> int:
    """Hold a server to the contract; the imports are a part of it, as they take a while."""
    try:
        from runtime_sessions_contract.cli.command import main as command  # noqa: PLC0415
    except ModuleNotFoundError as error:
        sys.stderr.write(f"Could not run: {missing(error)}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        return 130
    return command()


if __name__ == "__main__":
    sys.exit(main())
