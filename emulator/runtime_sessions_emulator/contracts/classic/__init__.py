"""The classic contract: what it does, what it shows, and the login beside it."""
