"""The contract's document: what it says, and on which line it says so."""
