"""The command, as a program."""

import sys


def main() -> None:
    """Run the command, or say what it takes."""
    try:
        from runtime_sessions._command.cli import cli  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        if error.name not in {"click", "rich"}:
            raise
        sys.exit("The command needs click and rich: pip install 'runtime-sessions[cli]'")
    except KeyboardInterrupt:
        # As click says it, once it is there.
        sys.exit("Aborted!")
    cli(prog_name="runtime-sessions")


if __name__ == "__main__":
    main()
