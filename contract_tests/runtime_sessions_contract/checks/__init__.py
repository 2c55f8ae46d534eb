"""What is known of a server's sessions, and each kind of answer held against it."""
