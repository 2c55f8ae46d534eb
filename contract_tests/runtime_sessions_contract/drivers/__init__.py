"""Who makes the calls: each driver goes through a server in its own way."""
