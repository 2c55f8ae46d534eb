"""The platform contract, put together from what it says of each subject."""

from typing import Final

from runtime_sessions_contract.contracts.base.contract import Contract
from runtime_sessions_contract.contracts.platform.answers import PlatformAnswers
from runtime_sessions_contract.contracts.platform.client import PlatformClient
from runtime_sessions_contract.contracts.platform.creation import PlatformCreation
from runtime_sessions_contract.contracts.platform.credentials import PlatformCredentials
from runtime_sessions_contract.contracts.platform.samples import PlatformSamples
from runtime_sessions_contract.model.life import Rules, State


class Platform(Contract):
    """The platform contract."""

    name = "platform"
    rules = Rules(cancelled=State.CLOSED, flag_moves=True, unrun=1217)
    backend = "ibm_backend"
    instance = "crn:v1:bluemix:public:quantum-computing:us-east:a/emulator:standard::"
    credentials = PlatformCredentials()
    creation = PlatformCreation()
    answers = PlatformAnswers()
    samples = PlatformSamples()
    client = PlatformClient()


PLATFORM: Final = Platform()
