"""Why the service cannot do what it was asked for."""


class ServiceError(Exception):
    """The service cannot do what it was asked for."""


class NoSuchSessionError(ServiceError, LookupError):
    """There is no such session, or it is another user's: so that ids cannot be probed."""


class NoSuchJobError(ServiceError, LookupError):
    """There is no such job, or it is another user's."""


class NoSuchBackendError(ServiceError):
    """The backend is not known."""


class ForbiddenError(ServiceError):
    """The caller may not use this instance."""


class JobEndedError(ServiceError):
    """The job has ended, and cannot be cancelled any more."""


class JobNotEndedError(ServiceError):
    """The job is queued or runs, and cannot be deleted yet."""


class UsageLimitError(ServiceError):
    """The instance has used all that it may."""


class OpenPlanError(ServiceError):
    """The open plan has no dedicated sessions."""


class NotAcceptingError(ServiceError):
    """The session accepts no jobs."""


class StateError(Exception):
    """What is kept beyond the process cannot be read, or not be added to.

    Whether the command was done that met this is not known, if it had begun to be kept.
    """
