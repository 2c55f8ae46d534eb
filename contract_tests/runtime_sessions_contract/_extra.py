"""What is said where only a part of what the suite needs is installed."""


def missing(error: ModuleNotFoundError) -> str:
    """What to install, in a sentence."""
    name = (error.name or "").partition(".")[0]
    return f"The contract suite needs {name}: pip install 'runtime-sessions[contract]'"
