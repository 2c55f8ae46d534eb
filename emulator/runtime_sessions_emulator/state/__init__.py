"""What outlives a process: every command in one order, in a database."""
