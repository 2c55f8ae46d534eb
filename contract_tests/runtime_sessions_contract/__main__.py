"""The command `runtime-sessions-contract`."""

import sys

from runtime_sessions_contract.cli.command import main

if __name__ == "__main__":
    sys.exit(main())
