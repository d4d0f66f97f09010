"""One request to a token endpoint, at an address that the rules allow."""

import ssl
from dataclasses import dataclass

import httpx2

from mail.account import Account, OAuth2
from mail.network.admission import Destination, admitted_addresses
from mail.network.certificates import chain_facts
from mail.network.destinations import IPAddress
from mail.network.network import Network
from mail.network.protocols import is_tls, other_protocol
from mail.network.tls import Handshake, TlsUse, context_for, refusal_of, watching
from mail.oauth2.credentials import ClientAuthentication, form_for, headers_for
from mail.oauth2.response import AccessToken, parse_response
from mail.oauth2.token_url import is_loopback, port_of, read_token_url
from mail.report.codes import Code
from mail.report.failure import StageFailed
from mail.report.report import CertificateFacts

MAX_RESPONSE_BYTES = 64 * 1024
_NAMES_SHOWN = 8
_TLS_FAILURES = {
    Code.TLS_CLIENT_CERTIFICATE_REQUIRED: "it requires a client certificate",
    Code.TLS_VERSION_TOO_OLD: "it supports only versions of TLS older than 1.2",
}


class EndpointNotTrusted(StageFailed):
    """The endpoint's certificate was refused, with the chain that the endpoint presented."""

    def __init__(self, cause: Code, words: str, chain: tuple[CertificateFacts, ...]) -> None:
        detail = _why_not_trusted(cause, words, chain)
        super().__init__(Code.TOKEN_ENDPOINT_NOT_TRUSTED, detail=detail, cause=cause)
        self.chain = chain


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A token endpoint, the addresses that it may be reached at, and whom it must be trusted by."""

    url: httpx2.URL
    addresses: tuple[IPAddress, ...]
    context: ssl.SSLContext
    seconds: float

    @property
    def host(self) -> str:
        """The host in the URL, without brackets."""
        return self.url.raw_host.decode("ascii").strip("[]")


async def locate(account: Account, oauth2: OAuth2, network: Network) -> Endpoint:
    """Returns the account's token endpoint, resolved once. Raises StageFailed."""
    url = read_token_url(oauth2.token_url)
    if url is None:
        detail = "it is not the https URL of a host"
        raise StageFailed(Code.TOKEN_ENDPOINT_WRONG, detail=detail)
    addresses = await _addresses(url, account.timeout_seconds, network)
    context = await context_for(account.trusted_certificates, use=TlsUse.HTTP)
    return Endpoint(url, addresses, context, account.timeout_seconds)


async def ask(endpoint: Endpoint, oauth2: OAuth2, way: ClientAuthentication) -> AccessToken:
    """Requests a token at the first address that answers. Raises StageFailed.

    The certificate is verified against the URL's host, although the request goes to an address. The
    address was checked against the rules, so the name is not looked up again.
    """
    connecting = httpx2.Timeout(None, connect=endpoint.seconds / len(endpoint.addresses))
    failure = StageFailed(Code.TOKEN_ENDPOINT_UNREACHABLE)
    async with httpx2.AsyncClient(
        verify=endpoint.context, trust_env=False, timeout=connecting
    ) as client:
        for address in endpoint.addresses:
            handshake = Handshake()
            try:
                with watching(handshake):
                    return await _ask_at(address, client, endpoint, oauth2, way)
            except httpx2.HTTPError as error:
                failure = _failure_of(error, endpoint, handshake)
    raise failure


async def _addresses(url: httpx2.URL, seconds: float, network: Network) -> tuple[IPAddress, ...]:
    host = url.raw_host.decode("ascii")
    try:
        addresses = await admitted_addresses(Destination(host, port_of(url), seconds), network)
    except StageFailed as failed:
        if failed.failure.code is Code.DESTINATION_NOT_ALLOWED:
            raise
        detail = f"the host {host} could not be looked up"
        raise StageFailed(Code.TOKEN_ENDPOINT_UNREACHABLE, detail=detail) from None
    if url.scheme == "http":
        addresses = tuple(each for each in addresses if is_loopback(each))
    if not addresses:
        detail = f"{host} leads to another machine, and http is only for this machine"
        raise StageFailed(Code.TOKEN_ENDPOINT_WRONG, detail=detail)
    return addresses


async def _ask_at(
    address: IPAddress,
    client: httpx2.AsyncClient,
    endpoint: Endpoint,
    oauth2: OAuth2,
    way: ClientAuthentication,
) -> AccessToken:
    headers = {
        "Host": endpoint.url.netloc.decode("ascii"),
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
    }
    async with client.stream(
        "POST",
        endpoint.url.copy_with(host=str(address)),
        content=form_for(oauth2, way),
        headers=headers | headers_for(oauth2, way),
        extensions={"sni_hostname": endpoint.host},
    ) as response:
        body = await _limited_body(response)
        return parse_response(response.status_code, body, response.headers, oauth2)


async def _limited_body(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MAX_RESPONSE_BYTES:
            raise StageFailed(Code.TOKEN_ANSWER_SENSELESS, detail="it is too long")
    return bytes(body)


def _failure_of(error: httpx2.HTTPError, endpoint: Endpoint, handshake: Handshake) -> StageFailed:
    port, first_bytes = port_of(endpoint.url), handshake.first_bytes
    if first_bytes and not is_tls(first_bytes):
        other = other_protocol(first_bytes)
        speaks = f": it speaks {other.partition(',')[0]}" if other else ""
        detail = f"port {port} does not speak TLS{speaks}"
        cause = Code.TLS_HANDSHAKE_FAILED
        return StageFailed(Code.TOKEN_ENDPOINT_WRONG, detail=detail, cause=cause)
    if (refused := _tls_error(error)) is not None:
        return _tls_failure(refused, handshake)
    if isinstance(error, httpx2.RemoteProtocolError) and "disconnected" not in str(error):
        detail = f"port {port} does not speak HTTP"
        return StageFailed(Code.TOKEN_ENDPOINT_WRONG, detail=detail)
    if handshake.certificate_requested:  # TLS 1.3 servers refuse a client after the handshake
        detail = _TLS_FAILURES[Code.TLS_CLIENT_CERTIFICATE_REQUIRED]
        return StageFailed(Code.TOKEN_ENDPOINT_TLS_FAILED, detail=detail)
    detail = f"no connection to {endpoint.host}"
    return StageFailed(Code.TOKEN_ENDPOINT_UNREACHABLE, detail=detail)


def _tls_error(error: BaseException) -> ssl.SSLError | None:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    return cause


def _tls_failure(error: ssl.SSLError, handshake: Handshake) -> StageFailed:
    code, words = refusal_of(error, handshake)
    if isinstance(error, ssl.SSLCertVerificationError):
        return EndpointNotTrusted(code, words, chain_facts(handshake.chain))
    return StageFailed(Code.TOKEN_ENDPOINT_TLS_FAILED, detail=_TLS_FAILURES.get(code, words))


def _why_not_trusted(cause: Code, words: str, chain: tuple[CertificateFacts, ...]) -> str:
    if cause is Code.CERTIFICATE_EXPIRED:
        return "it has expired"
    if cause is Code.CERTIFICATE_NOT_YET_VALID:
        return "it is not valid yet"
    if cause is Code.CERTIFICATE_SELF_SIGNED:
        return "it is self-signed, and is not among the trusted certificates"
    if cause is Code.CERTIFICATE_HOSTNAME_MISMATCH and chain:
        return f"it is for {', '.join(chain[0].dns_names[:_NAMES_SHOWN]) or 'no name at all'}"
    if cause is Code.CERTIFICATE_UNKNOWN_AUTHORITY and chain:
        return f"it was issued by {chain[0].issuer}, which is not trusted"
    return words
