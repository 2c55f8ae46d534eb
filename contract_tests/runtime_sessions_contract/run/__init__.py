"""One run of the suite: what its parts share, and everything that was seen."""
