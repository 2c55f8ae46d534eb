"""What goes over the wire: calls and their answers, tokens, curl lines."""
