"""The command `runtime-sessions-contract`."""

import sys


def main() -> int:
    """Hold a server to the contract; the imports are a part of it, as they take a while."""
    try:
        from runtime_sessions_contract.cli.command import main as command  # noqa: PLC0415
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        told = f"The contract suite needs {missing}: pip install 'runtime-sessions[contract]'"
        sys.stderr.write(f"Could not run: {told}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        return 130
    return command()


if __name__ == "__main__":
    sys.exit(main())
