"""What each contract of the API says in its own way."""
