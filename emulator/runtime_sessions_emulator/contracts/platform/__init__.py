"""The platform contract: what it does, what it shows, and the IAM beside it."""
