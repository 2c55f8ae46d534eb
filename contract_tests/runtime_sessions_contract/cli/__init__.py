"""The command `runtime-sessions-contract`."""
