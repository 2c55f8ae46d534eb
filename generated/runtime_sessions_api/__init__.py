"""The generated clients, one package a contract, each beside its contract as JSON."""
