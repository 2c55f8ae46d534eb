"""What a contract asks and answers: what all share, and a folder for each."""
