"""What goes over the wire: calls with their answers, the tokens in them, the curl lines."""
