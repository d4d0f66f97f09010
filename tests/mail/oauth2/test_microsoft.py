import pytest

from mail.oauth2.microsoft import placeholder_in, shared_tenant_in, with_endpoint, with_tenant

HOST = "https://login.microsoftonline.com"


@pytest.mark.parametrize(
    ("path", "placeholder"),
    [
        ("/{tenant}/oauth2/v2.0/token", "{tenant}"),
        ("/%7Btenant%7D/oauth2/v2.0/token", "{tenant}"),
        ("/<Directory (tenant) ID>/oauth2/v2.0/token", "<Directory (tenant) ID>"),
        ("/YOUR-TENANT-ID/oauth2/v2.0/token", "YOUR-TENANT-ID"),
        ("/example.org/oauth2/v2.0/token", None),
        ("/mytenant.onmicrosoft.com/oauth2/v2.0/token", None),
        ("/oauth2/token?tenant_id=42", None),
    ],
)
def test_finds_a_placeholder(path: str, placeholder: str | None) -> None:
    """A placeholder of the documentation is found in a URL's path, and nothing else is."""
    assert placeholder == placeholder_in(HOST + path)


@pytest.mark.parametrize(
    ("url", "tenant"),
    [
        (f"{HOST}/common/oauth2/v2.0/token", "common"),
        (f"{HOST}/Organizations/oauth2/v2.0/token", "organizations"),
        ("https://login.microsoftonline.us/common/oauth2/v2.0/token", "common"),
        (f"{HOST}/common.example/oauth2/v2.0/token", None),
        ("https://login.example.org/common/oauth2/v2.0/token", None),
        ("https://login.microsoftonline.com.example.org/common/oauth2/v2.0/token", None),
        ("https://[broken", None),
    ],
)
def test_finds_a_shared_tenant(url: str, tenant: str | None) -> None:
    """Only a Microsoft URL can name all tenants at once."""
    assert tenant == shared_tenant_in(url)


def test_suggests_only_changed_urls() -> None:
    """A URL that is already right, or is not Microsoft's, is not suggested."""
    right = f"{HOST}/example.org/oauth2/v2.0/token"

    assert right == with_tenant(f"{HOST}/common/oauth2/token?x=y", "Example.org")
    assert with_tenant(right, "example.org") is None
    assert with_tenant(right, "localhost") is None
    assert with_tenant("https://login.example.org/common/token", "example.org") is None
    assert right == with_endpoint(f"{HOST}/example.org/oauth2/token")
    assert with_endpoint(right) is None
    assert with_endpoint(HOST) is None
