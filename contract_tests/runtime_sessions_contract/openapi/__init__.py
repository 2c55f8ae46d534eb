"""The OpenAPI document of a contract: what it says, and on which line."""
