"""The providers: recognition, the rules for the data, and the table in the documentation."""

import re
from datetime import date

import pytest

from mail.providers.lookup import PROVIDERS, provider_of_host, providers_of_address
from mail.providers.provider import Provider, ProviderEndpoint
from tests.support.root import ROOT

PAGE = ROOT / "docs" / "providers.md"
BEGIN = "<!-- providers: begin -->\n"
END = "<!-- providers: end -->\n"
IMPLICIT_PORTS = {465, 2465}

each_provider = pytest.mark.parametrize(
    "provider", [pytest.param(provider, id=provider.id) for provider in PROVIDERS]
)


def providers_table() -> str:
    """Returns the generated part of `docs/providers.md`: the table and the providers' notes."""
    head = (
        "Provider",
        "SMTP Host",
        "SMTP Port",
        "SMTP Username",
        "SMTP Password",
        "Default From Address",
        "Checked",
    )
    lines = [head, ("---",) * len(head), *(_row(provider) for provider in PROVIDERS)]
    table = "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
    return f"\n{table}\n### Notes\n\n{''.join(_notes(provider) for provider in PROVIDERS)}\n"


def _row(provider: Provider) -> tuple[str, ...]:
    return (
        f"[{provider.name}]({provider.documentation_url})",
        f"`{provider.smtp_host}`",
        ", ".join(_port(endpoint) for endpoint in provider.endpoints),
        provider.username_hint,
        provider.password_hint,
        "The username."
        if provider.from_address_must_match_username
        else "An address that the account may use.",
        provider.checked_on,
    )


def _port(endpoint: ProviderEndpoint) -> str:
    return f"**{endpoint.port}**" if endpoint.recommended else str(endpoint.port)


def _notes(provider: Provider) -> str:
    dated = (
        f"{note.message} (From {note.effective_from}.)" if note.effective_from else note.message
        for note in provider.notes
    )
    return "".join(f"- **{provider.name}.** {note}\n" for note in dated)


def _page_with_table(page: str) -> str:
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{providers_table()}{END}{after}"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param("smtp.gmail.com", "gmail", id="plain"),
        pytest.param("smtp.googlemail.com", "gmail", id="another-name"),
        pytest.param("smtp-relay.gmail.com", "google-workspace-relay", id="relay"),
        pytest.param("SMTP.GMail.COM", "gmail", id="upper-case"),
        pytest.param("smtp.gmail.com.", "gmail", id="trailing-dot"),
        pytest.param("\uff53mtp\u3002gmail\u3002com", "gmail", id="full-width"),
        pytest.param("smtp.office365.com", "microsoft-365", id="microsoft"),
        pytest.param("smtp-mail.outlook.com", "outlook-com", id="outlook"),
        pytest.param("email-smtp.us-east-1.amazonaws.com", "amazon-ses", id="region"),
        pytest.param("EMAIL-SMTP.EU-WEST-1.AMAZONAWS.COM.", "amazon-ses", id="region-upper-dot"),
        pytest.param("email-smtp-fips.us-gov-west-1.amazonaws.com", "amazon-ses", id="fips"),
        pytest.param("smtp.zoho.eu", "zoho", id="region-at-the-end"),
        pytest.param("smtp.zoho.com.au", "zoho", id="region-of-two-labels"),
        pytest.param("smtppro.zoho.in", "zoho", id="paid-region"),
        pytest.param("smtp.zohocloud.ca", "zoho", id="canada"),
        pytest.param("smtp.eu.mailgun.org", "mailgun", id="eu-mailgun"),
        pytest.param("smtp.eu.sparkpostmail.com", "sparkpost", id="eu-sparkpost"),
        pytest.param("smtp.gmail.com.evil.example", None, id="name-as-prefix"),
        pytest.param("notsmtp.gmail.com", None, id="name-as-suffix"),
        pytest.param("evil.smtp.gmail.com", None, id="label-before"),
        pytest.param("smtp-gmail.com", None, id="dash-for-dot"),
        pytest.param("smtpxgmail.com", None, id="any-character-for-dot"),
        pytest.param("smtp.gmail.com..", None, id="two-trailing-dots"),
        pytest.param("smtp.gm\u0430il.com", None, id="cyrillic-a"),
        pytest.param("smtp.gmail.com\n", None, id="line-feed"),
        pytest.param(" smtp.gmail.com", None, id="space"),
        pytest.param("smtp.gmail.com:587", None, id="port"),
        pytest.param("smtp.zoho.evil", None, id="unknown-end"),
        pytest.param("smtp.zoho.com.evil.example", None, id="region-and-more"),
        pytest.param("smtp.zoho.", None, id="region-missing-at-the-end"),
        pytest.param("email-smtp.amazonaws.com", None, id="region-missing"),
        pytest.param("email-smtp..amazonaws.com", None, id="region-empty"),
        pytest.param("email-smtp.-.amazonaws.com", None, id="region-dash"),
        pytest.param("email-smtp.evil.example.amazonaws.com", None, id="region-of-many-labels"),
        pytest.param("email-smtp.{region}.amazonaws.com", None, id="region-unfilled"),
        pytest.param("email-smtp.us-east-1.amazonaws.com.evil.example", None, id="region-prefix"),
        pytest.param("mail.example.com", None, id="own-server"),
        pytest.param("192.0.2.1", None, id="ipv4"),
        pytest.param("2001:db8::1", None, id="ipv6"),
        pytest.param("", None, id="empty"),
        pytest.param("a" * 10_000, None, id="long"),
    ],
)
def test_a_host_is_recognized_as_a_whole(host: str, expected: str | None) -> None:
    """A provider's own host names are recognized in any spelling, and look-alikes are not."""
    provider = provider_of_host(host)

    assert expected == (provider.id if provider else None)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param("ada@gmail.com", ["gmail"], id="gmail"),
        pytest.param("Ada@GoogleMail.COM", ["gmail"], id="case"),
        pytest.param("ada@\uff47mail.com", ["gmail"], id="full-width"),
        pytest.param("ada@hotmail.co.uk", ["outlook-com"], id="national"),
        pytest.param("ada@live.com", ["outlook-com"], id="live"),
        pytest.param("ada@yahoo.co.uk", ["yahoo"], id="yahoo"),
        pytest.param("ada@yahoo.co.jp", [], id="yahoo-japan-is-another-company"),
        pytest.param("ada@mac.com", ["icloud"], id="icloud"),
        pytest.param("ada@fastmail.fm", ["fastmail"], id="fastmail"),
        pytest.param("ada@zohomail.com", ["zoho"], id="zoho"),
        pytest.param("ada@pm.me", ["proton"], id="proton"),
        pytest.param('"odd@local"@gmail.com', ["gmail"], id="quoted-at"),
        pytest.param("ada@example.com", [], id="custom-domain"),
        pytest.param("ada@mail.gmail.com", [], id="subdomain"),
        pytest.param("ada@gmail.com.evil.example", [], id="look-alike"),
        pytest.param("ada@gmail.com@evil.example", [], id="two-ats"),
        pytest.param("ada@gm\u0430il.com", [], id="cyrillic-a"),
        pytest.param("ada@m\u00fcnchen.example", [], id="idn"),
        pytest.param("Ada <ada@gmail.com>", [], id="display-name"),
        pytest.param("gmail.com", [], id="domain-only"),
        pytest.param("@gmail.com", [], id="no-local-part"),
        pytest.param("ada@", [], id="no-domain"),
        pytest.param("", [], id="empty"),
    ],
)
def test_an_address_names_the_providers_of_its_domain(address: str, expected: list[str]) -> None:
    """The domain alone decides, in any spelling; a custom domain belongs to no provider."""
    providers = providers_of_address(address)

    assert expected == [provider.id for provider in providers]


def test_the_expected_providers_are_listed_once() -> None:
    """Clients store the identifiers, so no identifier may vanish, change or be used twice."""
    ids = [provider.id for provider in PROVIDERS]

    assert ids == [
        "gmail",
        "google-workspace-relay",
        "microsoft-365",
        "outlook-com",
        "amazon-ses",
        "sendgrid",
        "mailgun",
        "postmark",
        "brevo",
        "fastmail",
        "zoho",
        "yahoo",
        "icloud",
        "mailjet",
        "sparkpost",
        "proton",
    ]


@each_provider
def test_a_provider_recognizes_its_own_hosts(provider: Provider) -> None:
    """The suggested host is recognized as the provider's, with each of its regions."""
    regions = provider.regions or ("eu-west-1",)
    templates = (provider.smtp_host, *provider.other_hosts)
    hosts = [template.replace("{region}", region) for template in templates for region in regions]
    unrecognized = [host for host in hosts if provider_of_host(host) is not provider]

    assert not unrecognized


@each_provider
def test_a_region_at_the_end_is_from_a_closed_list(provider: Provider) -> None:
    """A name may end with the region only if the regions are listed: anyone can own others."""
    templates = (provider.smtp_host, *provider.other_hosts)
    open_ended = [host for host in templates if host.endswith("{region}") and not provider.regions]

    assert not open_ended


@each_provider
def test_exactly_one_endpoint_is_recommended(provider: Provider) -> None:
    """Exactly one port is recommended to the administrator, and it is the first."""
    recommended = [endpoint for endpoint in provider.endpoints if endpoint.recommended]

    assert [provider.endpoints[0]] == recommended


@each_provider
def test_a_port_begins_tls_as_its_number_says(provider: Provider) -> None:
    """Ports 465 and 2465 use implicit TLS, all others STARTTLS, and no port is listed twice."""
    actual = {endpoint.port: endpoint.tls_mode for endpoint in provider.endpoints}
    expected = {port: "IMPLICIT" if port in IMPLICIT_PORTS else "STARTTLS" for port in actual}

    assert expected == actual
    assert len(provider.endpoints) == len(actual)


@each_provider
def test_urls_are_https(provider: Provider) -> None:
    """The URLs of all pages and token endpoints begin with https."""
    urls = [provider.documentation_url, *provider.sources, provider.oauth2_token_url or "https://"]
    others = [url for url in urls if not url.startswith("https://")]

    assert not others
    assert provider.sources


@each_provider
def test_dates_are_days(provider: Provider) -> None:
    """Every date is written as YYYY-MM-DD."""
    written = [provider.checked_on, *(note.effective_from for note in provider.notes)]
    days = [day for day in written if day is not None]

    assert days == [date.fromisoformat(day).isoformat() for day in days]


@each_provider
def test_names_are_in_the_form_in_which_they_are_compared(provider: Provider) -> None:
    """Hosts and domains are lowercase ASCII, as names are compared, and ids are kebab-case."""
    names = [provider.smtp_host, *provider.other_hosts, *provider.domains]
    odd = [name for name in names if not re.fullmatch(r"[a-z0-9.{}-]+", name)]

    assert not odd
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", provider.id)


def test_each_domain_is_listed_once_for_a_provider() -> None:
    """No domain is listed twice for a provider."""
    listed = [(provider.id, domain) for provider in PROVIDERS for domain in provider.domains]

    assert len(set(listed)) == len(listed)


@each_provider
def test_every_text_ends_as_a_sentence(provider: Provider) -> None:
    """Hints and notes are whole sentences that cannot break the table in the documentation."""
    texts = [
        provider.username_hint,
        provider.password_hint,
        *(note.message for note in provider.notes),
    ]
    broken = [text for text in texts if not text.endswith(".") or "|" in text or "\n" in text]

    assert not broken


def test_app_passwords_are_marked_where_they_are_required() -> None:
    """The providers that accept only app passwords are marked, so that a warning can say so."""
    required = {provider.id for provider in PROVIDERS if provider.app_password_required}

    assert {"gmail", "fastmail", "yahoo", "icloud"} == required


def test_from_must_be_the_username_where_the_provider_requires_it() -> None:
    """Gmail and Zoho send only as the account that signed in."""
    strict = {provider.id for provider in PROVIDERS if provider.from_address_must_match_username}

    assert {"gmail", "zoho"} == strict


def test_the_end_of_microsofts_basic_sign_in_is_dated() -> None:
    """The change at the end of 2026 has a date, so that a warning can name the day."""
    microsoft = next(provider for provider in PROVIDERS if provider.id == "microsoft-365")
    dated = {note.effective_from for note in microsoft.notes if note.effective_from}

    assert {"2026-12-31"} == dated


def test_the_documented_table_is_the_data() -> None:
    """The page for administrators shows exactly what the service knows."""
    page = PAGE.read_text(encoding="utf-8")

    assert _page_with_table(page) == page, (
        "docs/providers.md differs from the data: "
        "update it with `./dev run python tests/mail/providers/test_providers.py`"
    )


if __name__ == "__main__":
    PAGE.write_text(_page_with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
