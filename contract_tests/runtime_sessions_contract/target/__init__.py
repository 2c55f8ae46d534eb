"""The server that is held to the contract: where it is, and which tokens it knows."""
