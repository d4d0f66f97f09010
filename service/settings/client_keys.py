"""The client certificate's key: whether it can be stored, and whether it fits the certificate."""

from mail.secret import Secret
from service.settings.state import CurrentSettings
from service.values.certificates.client_certificate import public_key_of
from service.values.certificates.client_key import InvalidKey, belongs_to, load_key, normalize_key
from service.values.problems import Problem, problem
from service.values.secret_names import SecretName
from service.values.settings_values import SettingsValues

_MISMATCH = "CLIENT_KEY_MISMATCH"


def normalize_client_key(secret: Secret) -> Secret | InvalidKey:
    """Returns a key as it is stored, or says why it cannot be stored."""
    normal = normalize_key(secret.reveal())
    return normal if isinstance(normal, InvalidKey) else Secret(normal)


def mismatch(
    current: CurrentSettings, after: SettingsValues, given: Secret | None
) -> tuple[Problem, ...]:
    """Returns the problems of a key and a certificate that do not belong together.

    Args:
        current: the settings in force.
        after: the settings after the change, which have a key.
        given: the new key in its normal form; None if the stored key stays.
    """
    if after.client_certificate is None:
        return ()
    key = given
    if key is None and after.client_certificate != current.values.client_certificate:
        key = current.secrets.open(SecretName.CLIENT_KEY, current.values)
    public_key = public_key_of(after.client_certificate)
    if key is None or public_key is None or belongs_to(load_key(key.reveal()), public_key):
        return ()
    return (
        problem(
            _MISMATCH,
            "clientCertificate",
            "Enter the certificate of the key in clientKey, or enter that certificate's key there: "
            "these two do not belong together.",
        ),
        problem(
            _MISMATCH,
            "clientKey",
            "Enter the key of the certificate in clientCertificate: this key belongs to another "
            "certificate.",
        ),
    )
