"""The suite: it runs all parts, one after the other, and sums up what they found."""
