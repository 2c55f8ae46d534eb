"""A contract of the API."""

from abc import ABC

from runtime_sessions import ContractName
from runtime_sessions_contract.contracts.base.answers import Answers
from runtime_sessions_contract.contracts.base.client import Client
from runtime_sessions_contract.contracts.base.creation import Creation
from runtime_sessions_contract.contracts.base.credentials import Credentials
from runtime_sessions_contract.contracts.base.samples import Samples
from runtime_sessions_contract.model.life import Rules
from runtime_sessions_contract.openapi.document import Document


class Contract(ABC):
    """What one contract of the API says in its own way.

    What can be read off its document (operations, fields, states, ranges) is not here.

    Attributes:
        name: What it is called.
        rules: What is its own in the life of a session.
        backend: A backend that a server has unless somebody says otherwise: the emulator's.
        instance: An instance that the user may use unless somebody says otherwise.
        credentials: What says who calls, and in which instance.
        creation: What a session is asked for with.
        answers: What is answered otherwise than by other contracts.
        samples: Requests that are worth a try.
        client: The generated client and the overlay, as they are used by this contract.
    """

    name: ContractName
    rules: Rules
    backend: str
    instance: str
    credentials: Credentials
    creation: Creation
    answers: Answers
    samples: Samples
    client: Client

    def __repr__(self) -> str:
        return f"<the {self.name} contract>"

    @property
    def document(self) -> Document:
        """The document that describes it."""
        return Document.load(self.name)
