"""The suite: its parts one after the other, and what they come to."""
