"""The channels of the official client, and the contract that each one's service goes by."""

CONTRACT_OF_CHANNEL = {
    "ibm_quantum": "classic",
    "ibm_quantum_platform": "platform",
    "ibm_cloud": "platform",
}


def channels_of(contract: str | None) -> list[str]:
    """Return the channels of a contract; of all, where it is not known."""
    if contract is None:
        return list(CONTRACT_OF_CHANNEL)
    return [name for name, of in CONTRACT_OF_CHANNEL.items() if of == contract]
