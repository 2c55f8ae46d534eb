"""The tokens of a run, whose they are, and how they are kept out of what is shown."""

from dataclasses import dataclass, field

from runtime_sessions import redact
from runtime_sessions_contract.wire.caller import Caller


@dataclass(frozen=True, slots=True)
class Secrets:
    """The tokens of a run, and how they look where they must not be seen.

    Attributes:
        api_key: The first user's API key, where the contract takes one as it is and it is known.
    """

    token: str = field(repr=False)
    other_token: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)

    def redact(self, text: str) -> str:
        """The text with every token, in whatever form, replaced by the name of its variable."""
        named = (
            (self.token, "$TOKEN"),
            (self.other_token, "$OTHER_TOKEN"),
            (self.api_key, "$API_KEY"),
        )
        for token, name in named:
            if token:
                text = redact(text, token, name)
        return text

    def caller(self, token: str) -> Caller:
        """Whose token it is."""
        if token and token in {self.token, self.other_token}:
            return Caller.USER if token == self.token else Caller.OTHER
        return Caller.NOBODY
