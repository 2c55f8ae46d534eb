"""HTTP as every contract needs it: what comes in and goes out is held to a contract's document."""
