"""What is known of a server, and how each kind of answer is compared with it."""
