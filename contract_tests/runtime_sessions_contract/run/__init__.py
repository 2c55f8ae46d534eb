"""One run: what its parts share, and everything that was seen."""
