"""The channels of the official client, and the contract that each one's service goes by."""

CONTRACT_OF_CHANNEL = {
    # What answers today comes first.
    "ibm_quantum_platform": "platform",
    "ibm_cloud": "platform",
    "ibm_quantum": "classic",
}


def channels_of(contract: str | None) -> list[str]:
    """Return the channels of a contract; of all, where it is not known."""
    if contract is None:
        return list(CONTRACT_OF_CHANNEL)
    return [name for name, of in CONTRACT_OF_CHANNEL.items() if of == contract]
