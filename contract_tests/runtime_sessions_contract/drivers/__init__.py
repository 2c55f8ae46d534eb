"""The drivers make the calls: each of them goes through a server in its own way."""
