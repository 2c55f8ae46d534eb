"""What every contract has to say for itself, as abstract classes: one file a subject."""
