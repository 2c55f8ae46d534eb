"""The typed client that openapi-python-client writes from each contract."""
