"""The life of a session as the suite expects it: no server, no clock, no I/O."""
