"""The command `runtime-sessions`, as `python -m runtime_sessions`."""

from runtime_sessions._command.__main__ import main

if __name__ == "__main__":
    main()
