"""The server that is held to the contract: where it is, who we are to it, what it is known for."""
