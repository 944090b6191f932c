"""Why a certificate is not issued or not shown."""

from __future__ import annotations

from http import HTTPStatus

from webapp.core.errors import DomainError
from webapp.core.i18n import _


class CertificateError(DomainError):
    """A rule of certificates said no."""


class NotCompleted(CertificateError):
    """The course is not completed, or earns no certificate."""

    def __init__(self) -> None:
        super().__init__(_("The course is not completed yet, so there is no certificate to issue."))


class TrainingNotCompleted(CertificateError):
    """The rule of the training is not met."""

    def __init__(self) -> None:
        super().__init__(_("The requirements of the training are not met yet, so there is no certificate to issue."))


class NameCannotBePrinted(CertificateError):
    """The name holds characters that no font of ours covers."""

    def __init__(self, characters: list[str]) -> None:
        self.characters = characters
        super().__init__(
            _(
                "The certificate waits: these characters of your name cannot be printed: %(characters)s. "
                "Please correct the name in your profile.",
                characters=" ".join(characters),
            )
        )


class NameErased(CertificateError):
    """The holder had their data erased; without the name nothing is printed any more."""

    status = HTTPStatus.GONE

    def __init__(self) -> None:
        super().__init__(
            _("The holder of this certificate had their data erased, so it is printed no more. Its code can still be verified.")
        )


class CertificateRevoked(CertificateError):
    """It was withdrawn, so it is no longer printed."""

    status = HTTPStatus.GONE

    def __init__(self) -> None:
        super().__init__(_("This certificate has been revoked and is no longer printed."))


class NoSuchCertificate(CertificateError):
    """No certificate has the code that the administrator typed."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self, code: str) -> None:
        super().__init__(_("No certificate has the code %(code)s.", code=code))
