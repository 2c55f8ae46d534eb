"""An HTTP server that lives the life of runtime sessions."""
