"""The classic contract, put together from what it says of each subject."""

from typing import Final

from runtime_sessions_contract.contracts.base.contract import Contract
from runtime_sessions_contract.contracts.classic.answers import ClassicAnswers
from runtime_sessions_contract.contracts.classic.client import ClassicClient
from runtime_sessions_contract.contracts.classic.creation import ClassicCreation
from runtime_sessions_contract.contracts.classic.credentials import ClassicCredentials
from runtime_sessions_contract.contracts.classic.samples import ClassicSamples
from runtime_sessions_contract.model.life import Rules, State


class Classic(Contract):
    """The classic contract."""

    name = "classic"
    rules = Rules(cancelled=State.CANCELED, flag_moves=False, unrun=4001)
    backend = "ibmq_wellington"
    instance = "hub/group/project"
    credentials = ClassicCredentials()
    creation = ClassicCreation()
    answers = ClassicAnswers()
    samples = ClassicSamples()
    client = ClassicClient()


CLASSIC: Final = Classic()
