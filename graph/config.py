"""The configuration: the only place that reads the environment."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import DirectoryPath, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from graph.edge_config import EdgeConfig
from service.operate import CannotStartError, EmailTestRules, Storage
from service.process import Anchors, EmailTestLimits, FileSink, Sink, WebhookSink, is_webhook

ENV_PREFIX = "POSTLEDGER_"


class _SecretsLocation(BaseSettings):
    """Where secrets are stored: read before the rest, from variables and `.env` only."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_file=".env", extra="ignore", hide_input_in_errors=True
    )

    secrets_directory: DirectoryPath | None = Field(
        default=None,
        description="A directory with one file for each value that should not be in the "
        "environment. A file is named like its variable, in lower case: `postledger_database_url`.",
    )

    @field_validator("secrets_directory", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value


class Config(EdgeConfig, _SecretsLocation):
    """The service's configuration: `POSTLEDGER_…` variables, then `.env`, then a secrets directory.

    If a value appears more than once, the first source in this order wins.
    """

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8025, ge=0, le=65535, description="Port to listen on; 0 chooses a free port.")
    data_directory: Path = Field(
        Path("postledger-data"),
        description="Where the embedded database and the keys are stored. Created at first start.",
    )
    database_url: SecretStr | None = Field(
        None,
        description="A PostgreSQL database, as `postgresql://user:password@host/name`. "
        "Unset: SQLite in the data directory.",
    )
    encryption_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        description="Keys that encrypt stored passwords, separated by commas, newest first. "
        "Generate one with `postledger keys generate`. Required with PostgreSQL. Unset with "
        "SQLite: a file in the data directory, created at first start.",
    )
    signing_key: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        description="The key that signs the trail's checkpoints. Generate it with `postledger keys "
        "generate`. While a new key replaces an old one: both, separated by commas, newest first. "
        "Required with PostgreSQL. Unset with SQLite: a file in the data directory, created at "
        "first start.",
    )
    trail_name: str = Field(
        "postledger.invalid",
        pattern=r"^[A-Za-z0-9.\-]+(/[A-Za-z0-9.\-]+)*$",
        description="The first part of the trail's name in its checkpoints, such as a host name "
        "that you own; the trail's id follows. It is read only when a new trail begins.",
    )
    anchor_file: Path | None = Field(
        None,
        description="A file to which the trail's checkpoints are appended, preferably on another "
        "machine.",
    )
    anchor_webhook: SecretStr | None = Field(
        None,
        description="An http or https address to which the trail's checkpoints are posted, as "
        "text. Of this address, only the host is ever shown.",
    )
    log_format: Literal["console", "json"] = Field(
        "console", description="Format of the log: for people (`console`) or programs (`json`)."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The lowest level that is logged."
    )
    shutdown_grace_seconds: float = Field(
        30,
        ge=0,
        le=3600,
        description="Seconds that running requests and tests may take to finish at shutdown.",
    )

    allowed_destinations: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Where tests may connect to: networks (`10.0.0.0/8`), addresses, names "
        "(`*.example.com`), separated by commas. Unset: everywhere except blocked destinations.",
    )
    blocked_destinations: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Where tests may not connect to, in the same form. If a destination is both "
        "allowed and blocked, it is blocked. Cloud metadata and link-local addresses are always "
        "blocked.",
    )
    test_recipient_domains: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Domains to which test emails may be sent, separated by commas. Unset: all.",
    )
    tests_per_minute_per_caller: int = Field(
        20, ge=1, le=10_000, description="How many tests one caller may start per minute."
    )
    tests_per_minute: int = Field(
        60,
        ge=1,
        le=100_000,
        description="How many tests all callers together may start per minute.",
    )
    tests_running: int = Field(
        20, ge=1, le=1_000, description="How many tests may run at the same time."
    )
    test_limit_seconds: float = Field(
        120, gt=0, le=3_600, description="Seconds that a test may take in total."
    )
    settings_smtp_password: SecretStr | None = Field(
        None, description="The SMTP password that `postledger settings apply` stores."
    )
    settings_client_key: SecretStr | None = Field(
        None,
        description="The client certificate's private key, in PEM, that `postledger settings "
        "apply` stores.",
    )
    settings_oauth2_client_secret: SecretStr | None = Field(
        None, description="The OAuth2 client secret that `postledger settings apply` stores."
    )

    @field_validator(
        "encryption_keys",
        "signing_key",
        "allowed_destinations",
        "blocked_destinations",
        "test_recipient_domains",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    # Scripts often set a variable to an empty text if they have no value for it. Taken literally,
    # an empty password would clear the stored password.
    @field_validator(
        "database_url",
        "anchor_file",
        "anchor_webhook",
        "settings_smtp_password",
        "settings_client_key",
        "settings_oauth2_client_secret",
        mode="before",
    )
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("anchor_webhook")
    @classmethod
    def _is_webhook(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not is_webhook(value.get_secret_value()):
            raise ValueError("must be an http or https address, such as https://host/path")
        return value

    @property
    def testing(self) -> EmailTestRules:
        """The rules for test emails."""
        return EmailTestRules(
            allowed_destinations=self.allowed_destinations,
            blocked_destinations=self.blocked_destinations,
            limit_seconds=self.test_limit_seconds,
            limits=EmailTestLimits(
                per_actor=self.tests_per_minute_per_caller,
                overall=self.tests_per_minute,
                running=self.tests_running,
                recipient_domains=self.test_recipient_domains,
            ),
        )

    @property
    def storage(self) -> Storage:
        """Where the data is stored, and with which keys."""
        url = self.database_url
        return Storage(
            data_directory=self.data_directory,
            database_url=None if url is None else url.get_secret_value(),
            encryption_keys=tuple(key.get_secret_value() for key in self.encryption_keys),
            signing_keys=tuple(key.get_secret_value() for key in self.signing_key),
            trail_name=self.trail_name,
        )

    @property
    def anchors(self) -> Anchors:
        """Where copies of the trail's checkpoints are sent."""
        sinks: list[Sink] = []
        if self.anchor_file is not None:
            sinks.append(FileSink(self.anchor_file))
        if self.anchor_webhook is not None:
            sinks.append(WebhookSink(self.anchor_webhook.get_secret_value()))
        return Anchors(tuple(sinks))


def load_config() -> Config:
    """Reads the configuration.

    Raises:
        CannotStartError: a variable has an invalid value. The message names the variable and does
            not repeat the value, which may be secret.
    """
    try:
        location = _SecretsLocation()
        return Config(_secrets_dir=location.secrets_directory)  # type: ignore[call-arg] # pydantic-settings' own
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ENV_PREFIX + str(first["loc"][0]).upper()
        raise CannotStartError(f"{name}: {first['msg']}.") from None
    except (UnicodeDecodeError, OSError, SettingsError):
        raise CannotStartError(
            "The file .env, or a file in the secrets directory, cannot be read as UTF-8 text."
        ) from None
