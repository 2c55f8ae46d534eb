"""What the clients of all contracts share"""

from ..types import UNSET as UNSET
from ..types import File as File
from ..types import FileTypes as FileTypes
from ..types import Model as Model
from ..types import OpenStrEnum as OpenStrEnum
from ..types import RequestArguments as RequestArguments
from ..types import RequestFiles as RequestFiles
from ..types import Response as Response
from ..types import Timestamp as Timestamp
from ..types import Unset as Unset
from ..types import json_body as json_body

__all__ = [
    "File",
    "FileTypes",
    "Model",
    "OpenStrEnum",
    "RequestArguments",
    "RequestFiles",
    "Response",
    "Timestamp",
    "UNSET",
    "Unset",
    "json_body",
]
