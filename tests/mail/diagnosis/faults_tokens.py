"""The fault table: TOKEN.

The replies are from Microsoft's reference of error codes and from issues and support pages that
quote the servers; each group names its sources.
"""

import json
import socket

from mail.account import SaslMechanism
from mail.report.codes import Code
from tests.mail.diagnosis.fault import Changes, Fault, Stage
from tests.support.mail.scripted import Script
from tests.support.mail.token_server import TOKEN, TOKEN_HOST, TokenScript, denied, granted
from tests.support.mail.world import IMPATIENT

SOON: Changes = {"timeout_seconds": IMPATIENT}
MICROSOFT_SCOPE = "https://outlook.office365.com/.default"
ENTRA = "https://login.microsoftonline.com:{port}"
TENANT = "/example.org/oauth2/v2.0/token"
XOAUTH2 = Script(auth="LOGIN XOAUTH2")
UNKNOWN = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
MICROSOFT: Changes = {"host": "smtp.office365.com", "username": "noreply@example.org"}


def _refused(
    title: str,
    answer: tuple[int, str],
    code: Code,
    suggests: str = "",
    *,
    scope: str | None = "mail.send",
    transient: bool = False,
) -> Fault:
    """Returns the row of an endpoint that refuses with a status and a body."""
    return Fault(
        title=title,
        token=TokenScript(*answer),
        stage=Stage.TOKEN,
        code=code,
        suggests=suggests,
        scope=scope,
        transient=transient,
    )


def _entra(number: int, error: str, text: str, **others: object) -> tuple[int, str]:
    """Returns Microsoft's answer: its number is in the description and in `error_codes`."""
    ids = "Trace ID: 00000000-0000-0000-0000-000000000000 Timestamp: 2026-11-23 12:00:00Z"
    status = 401 if error in {"invalid_client", "unauthorized_client"} else 400
    description = f"AADSTS{number}: {text} {ids}"
    return status, denied(error, description, error_codes=[number], **others)


def _tenant(title: str, path: str, answer: tuple[int, str]) -> Fault:
    """Returns the row of a Microsoft URL that names no tenant, or a tenant that is unknown."""
    return Fault(
        title=title,
        server=XOAUTH2,
        token=TokenScript(*answer, wanted_path=TENANT),
        token_url=f"{ENTRA}{path}",
        scope=MICROSOFT_SCOPE,
        account=MICROSOFT,
        stage=Stage.TOKEN,
        code=Code.TOKEN_ENDPOINT_WRONG,
        fix={"oauth2.tokenUrl": f"{ENTRA}{TENANT}"},
    )


def _scope(title: str, code: Code, answer: tuple[int, str], scope: str | None) -> Fault:
    """Returns the row of Microsoft's endpoint that wants its own scope for SMTP."""
    return Fault(
        title=title,
        server=XOAUTH2,
        token=TokenScript(*answer, wanted_scope=MICROSOFT_SCOPE),
        scope=scope,
        account=MICROSOFT,
        stage=Stage.TOKEN,
        code=code,
        fix={"oauth2.scope": MICROSOFT_SCOPE},
    )


# https://learn.microsoft.com/entra/identity-platform/reference-error-codes
ENTRA_CLIENT = (
    _refused(
        "Microsoft Entra: the client secret is wrong",
        _entra(
            7000215,
            "invalid_client",
            "Invalid client secret provided. Ensure the secret being sent in the request is the"
            " client secret value, not the client secret ID.",
        ),
        Code.TOKEN_CLIENT_REJECTED,
        "oauth2.clientSecret",
    ),
    _refused(
        "Microsoft Entra: the client secret has expired",
        _entra(7000222, "invalid_client", "The provided client secret keys are expired."),
        Code.TOKEN_CLIENT_REJECTED,
        "oauth2.clientSecret",
    ),
    _refused(
        "Microsoft Entra: the application is unknown",
        _entra(
            700016,
            "unauthorized_client",
            "Application with identifier 'postledger' was not found in the directory 'Example'.",
        ),
        Code.TOKEN_CLIENT_REJECTED,
        "oauth2.clientSecret",
    ),
    _refused(
        "Microsoft Entra: the application is disabled",
        _entra(7000112, "unauthorized_client", "Application 'postledger'(Mail) is disabled."),
        Code.TOKEN_CLIENT_REJECTED,
        "oauth2.clientSecret",
    ),
    _refused(
        "Microsoft Entra: the application has no service principal in the tenant",
        _entra(
            7000229,
            "unauthorized_client",
            "The client application postledger is missing service principal in the tenant.",
        ),
        Code.TOKEN_CLIENT_REJECTED,
        "oauth2.clientSecret",
    ),
    _refused(
        "Microsoft Entra: the application is registered as a public client",
        _entra(
            700025,
            "invalid_client",
            "Client is public so neither 'client_assertion' nor 'client_secret' should be"
            " presented.",
        ),
        Code.TOKEN_CLIENT_REJECTED,
        "oauth2.clientSecret",
    ),
    _refused(
        "Microsoft Entra: no secret was received, in either way",
        _entra(
            7000218,
            "invalid_client",
            "The request body must contain the following parameter: 'client_assertion' or"
            " 'client_secret'.",
        ),
        Code.TOKEN_CLIENT_REJECTED,
        "oauth2.clientSecret",
    ),
    _refused(
        "Microsoft Entra: consent is missing",
        _entra(
            65001,
            "invalid_grant",
            "The user or administrator has not consented to use the application with ID"
            " 'postledger'.",
            suberror="consent_required",
        ),
        Code.TOKEN_PERMISSION_MISSING,
        "oauth2.clientId",
    ),
    _refused(
        "Microsoft Entra: an administrator must consent",
        _entra(90094, "access_denied", "The grant requires admin permission."),
        Code.TOKEN_PERMISSION_MISSING,
        "oauth2.clientId",
    ),
    _refused(
        "Microsoft Entra: no consent, with a number that is not known",
        _entra(65999, "invalid_grant", "A new reason.", suberror="consent_required"),
        Code.TOKEN_PERMISSION_MISSING,
        "oauth2.clientId",
    ),
    _refused(
        "Microsoft Entra: the application has no role at the resource",
        _entra(
            501051,
            "invalid_grant",
            "Application 'postledger' is not assigned to a role for the application"
            " 'https://outlook.office365.com'.",
        ),
        Code.TOKEN_PERMISSION_MISSING,
        "oauth2.clientId",
    ),
    _refused(
        "Microsoft Entra: conditional access blocks the application",
        _entra(
            53003,
            "invalid_grant",
            "Access has been blocked by Conditional Access policies. The access policy does not"
            " allow token issuance.",
            suberror="message_only",
        ),
        Code.TOKEN_BLOCKED_BY_POLICY,
    ),
    _refused(
        "Microsoft Entra: a second factor is required",
        _entra(
            50076,
            "interaction_required",
            "Due to a configuration change made by your administrator, or because you moved to a"
            " new location, you must use multi-factor authentication to access the resource.",
            suberror="basic_action",
        ),
        Code.TOKEN_BLOCKED_BY_POLICY,
    ),
    _refused(
        "Microsoft Entra: security defaults block the application",
        _entra(530035, "access_denied", "Access has been blocked by security defaults."),
        Code.TOKEN_BLOCKED_BY_POLICY,
    ),
    _refused(
        "Microsoft Entra: a tenant restriction",
        _entra(500021, "access_denied", "Access to 'example' tenant is denied."),
        Code.TOKEN_BLOCKED_BY_POLICY,
    ),
    _refused(
        "Microsoft Entra: too many identical requests",
        _entra(50196, "invalid_grant", "The server terminated an operation: client request loop."),
        Code.TOKEN_ENDPOINT_FAILED,
        transient=True,
    ),
    _refused(
        "Microsoft Entra: the tenant is throttled",
        _entra(90055, "temporarily_unavailable", "The tenant has exceeded its limit."),
        Code.TOKEN_ENDPOINT_FAILED,
        transient=True,
    ),
    _refused(
        "Microsoft Entra: the user account is unknown",
        _entra(50034, "invalid_grant", "The user account does not exist in the directory."),
        Code.TOKEN_GRANT_REFUSED,
        "oauth2.tokenUrl",
    ),
    _refused(
        "Microsoft Entra: the grant is not supported",
        _entra(70003, "unsupported_grant_type", "The app requested an unsupported grant type."),
        Code.TOKEN_GRANT_REFUSED,
        "oauth2.tokenUrl",
    ),
)

ENTRA_TENANT = (
    _tenant(
        "Microsoft Entra: the tenant is unknown",
        "/exmaple.org/oauth2/v2.0/token",
        _entra(
            90002,
            "invalid_request",
            "Tenant 'exmaple.org' not found. Check to make sure you have the correct tenant ID.",
        ),
    ),
    _tenant(
        "Microsoft Entra: the tenant is not valid",
        "/example/oauth2/v2.0/token",
        _entra(
            900023,
            "invalid_request",
            "Specified tenant identifier 'example' is neither a valid DNS name, nor a valid"
            " external domain.",
        ),
    ),
    _tenant(
        "Microsoft Entra: a placeholder for the tenant",
        "/{tenant}/oauth2/v2.0/token",
        _entra(
            900023,
            "invalid_request",
            "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid"
            " external domain.",
        ),
    ),
    _tenant(
        "Microsoft Entra: the tenant's ID is zero",
        "/00000000-0000-0000-0000-000000000000/oauth2/v2.0/token",
        _entra(900021, "invalid_request", "Requested tenant identifier '0000' is not valid."),
    ),
    # https://github.com/O365/python-o365/issues/1028
    _tenant(
        "Microsoft Entra: /common/ for an application of one tenant",
        "/common/oauth2/v2.0/token",
        _entra(
            50194,
            "unauthorized_client",
            "Application 'postledger'(Mail) is not configured as a multi-tenant application. Usage"
            " of the /common endpoint is not supported for such applications created after"
            " '10/15/2018'.",
        ),
    ),
    _tenant(
        "Microsoft Entra: /consumers/ does not support the grant",
        "/consumers/oauth2/v2.0/token",
        _entra(
            9001023,
            "invalid_request",
            "The grant type is not supported over the /common or /consumers endpoints.",
        ),
    ),
    _tenant(
        "Microsoft Entra: /organizations/ names no tenant",
        "/organizations/oauth2/v2.0/token",
        _entra(
            50059,
            "invalid_request",
            "No tenant-identifying information found in either the request or implied by any"
            " provided credentials.",
        ),
    ),
    _tenant(
        "Microsoft Entra: the first version of the endpoint",
        "/example.org/oauth2/token",
        _entra(
            900144,
            "invalid_request",
            "The request body must contain the following parameter: 'resource'.",
        ),
    ),
    _tenant(
        "Microsoft Entra: a page instead of the endpoint",
        "/example.org/",
        (404, "<!DOCTYPE html><title>Sign in to your account</title>"),
    ),
    _refused(
        "Microsoft Entra: a parameter other than the scope is missing",
        _entra(
            900144,
            "invalid_request",
            "The request body must contain the following parameter: 'grant_type'.",
        ),
        Code.TOKEN_ENDPOINT_WRONG,
        "oauth2.tokenUrl",
        scope=None,
    ),
    _refused(
        "Microsoft Entra: an input that is not valid",
        _entra(90013, "invalid_request", "Invalid input received from the user."),
        Code.TOKEN_ENDPOINT_WRONG,
        "oauth2.tokenUrl",
    ),
    _refused(
        "Microsoft Entra: the tenant belongs to another cloud",
        _entra(90038, "invalid_request", "The specified tenant belongs to the National Cloud."),
        Code.TOKEN_ENDPOINT_WRONG,
        "oauth2.tokenUrl",
    ),
)

ENTRA_SCOPE = (
    _scope(
        "Microsoft Entra: no scope",
        Code.TOKEN_SCOPE_MISSING,
        _entra(
            900144,
            "invalid_request",
            "The request body must contain the following parameter: 'scope'.",
        ),
        None,
    ),
    _scope(
        "Microsoft Entra: no scope, with another number",
        Code.TOKEN_SCOPE_MISSING,
        _entra(
            70011,
            "invalid_scope",
            "The provided request must include a 'scope' input parameter. The provided value for"
            " the input parameter 'scope' is not valid.",
        ),
        None,
    ),
    _scope(
        "Microsoft Entra: an empty scope",
        Code.TOKEN_SCOPE_MISSING,
        _entra(28003, "invalid_request", "Provided value for the input parameter scope is empty."),
        None,
    ),
    _scope(
        "Microsoft Entra: the scope is not valid",
        Code.TOKEN_SCOPE_REJECTED,
        _entra(
            1002012,
            "invalid_scope",
            "The provided value for scope SMTP.Send is not valid. Client credential flows must have"
            " a scope value with /.default suffixed.",
        ),
        "SMTP.Send",
    ),
    _scope(
        "Microsoft Entra: the scope is misspelled",
        Code.TOKEN_SCOPE_REJECTED,
        _entra(
            70011,
            "invalid_scope",
            "The provided request must include a 'scope' input parameter. The provided value for"
            " the input parameter 'scope' is not valid. The scope https://outlook.office365.com/"
            ".defaults is not valid.",
        ),
        "https://outlook.office365.com/.defaults",
    ),
    _scope(
        "Microsoft Entra: the scope's resource is unknown",
        Code.TOKEN_SCOPE_REJECTED,
        _entra(
            500011,
            "invalid_resource",
            "The resource principal named https://outlook.office356.com was not found in the tenant"
            " named Example.",
        ),
        "https://outlook.office356.com/.default",
    ),
    _refused(
        "Microsoft Entra: the scope quotes another number",
        _entra(
            1002012,
            "invalid_scope",
            "The provided value for scope AADSTS7000215: 'client_id' is not valid.",
        ),
        Code.TOKEN_SCOPE_REJECTED,
        "oauth2.scope",
        scope="AADSTS7000215: 'client_id'",
    ),
)

# https://developers.google.com/identity/protocols/oauth2/web-server#errors and
# https://github.com/simonrob/email-oauth2-proxy/issues/362
GOOGLE = (
    _refused(
        "Google: no client-credentials grant",
        (400, denied("unsupported_grant_type", "Invalid grant_type: client_credentials")),
        Code.TOKEN_GRANT_REFUSED,
        "oauth2.tokenUrl",
    ),
    _refused(
        "Google: the client is unknown",
        (401, denied("invalid_client", "The OAuth client was not found.")),
        Code.TOKEN_CLIENT_REJECTED,
        "oauth2.clientSecret",
    ),
    _refused(
        "Google: the client was deleted",
        (401, denied("deleted_client", "The OAuth client was deleted.")),
        Code.TOKEN_CLIENT_REJECTED,
        "oauth2.clientSecret",
    ),
    _refused(
        "Google: the client is not allowed to use the scope",
        (
            401,
            denied(
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens using this method, or client not"
                " authorized for any of the scopes requested.",
            ),
        ),
        Code.TOKEN_GRANT_REFUSED,
        "oauth2.tokenUrl",
    ),
    _refused(
        "Google: the grant is not valid",
        (400, denied("invalid_grant", "Bad Request")),
        Code.TOKEN_GRANT_REFUSED,
        "oauth2.tokenUrl",
    ),
    _refused(
        "Google: an administrator's policy",
        (400, denied("admin_policy_enforced", "Access blocked by the organization.")),
        Code.TOKEN_BLOCKED_BY_POLICY,
    ),
    _refused(
        "Google: an API that is no token endpoint",
        (
            401,
            json.dumps(
                {
                    "error": {
                        "code": 401,
                        "message": "Request had invalid authentication credentials.",
                        "status": "UNAUTHENTICATED",
                    }
                }
            ),
        ),
        Code.TOKEN_ENDPOINT_WRONG,
        "oauth2.tokenUrl",
    ),
)

# https://developer.okta.com/docs/reference/error-codes
OKTA = (
    _refused(
        "Okta: the client secret is wrong",
        (
            401,
            denied(
                "invalid_client", "The client secret supplied for a confidential client is invalid."
            ),
        ),
        Code.TOKEN_CLIENT_REJECTED,
        "oauth2.clientSecret",
    ),
    _refused(
        "Okta: the client ID is unknown",
        (
            401,
            json.dumps(
                {
                    "errorCode": "invalid_client",
                    "errorSummary": "Invalid value for 'client_id' parameter.",
                    "errorLink": "invalid_client",
                }
            ),
        ),
        Code.TOKEN_CLIENT_REJECTED,
        "oauth2.clientSecret",
    ),
    _refused(
        "Okta: the scope is unknown",
        (
            400,
            denied(
                "invalid_scope",
                "One or more scopes are not configured for the authorization server resource.",
            ),
        ),
        Code.TOKEN_SCOPE_REJECTED,
        "oauth2.scope",
    ),
    _refused(
        "Okta: no scope, and no default scope",
        (
            400,
            denied(
                "invalid_scope",
                "The authorization server resource does not have any configured default scopes,"
                " 'scope' must be provided.",
            ),
        ),
        Code.TOKEN_SCOPE_MISSING,
        "oauth2.scope",
        scope=None,
    ),
    _refused(
        "Okta: no policy allows the client",
        (
            400,
            denied(
                "access_denied",
                "Policy evaluation failed for this request, please check the policy"
                " configurations.",
            ),
        ),
        Code.TOKEN_PERMISSION_MISSING,
        "oauth2.clientId",
    ),
    _refused(
        "Okta: the grant is not allowed for the client",
        (
            400,
            denied(
                "unauthorized_client",
                "The client is not authorized to use the provided grant type. Configured grant"
                " types: [authorization_code].",
            ),
        ),
        Code.TOKEN_GRANT_REFUSED,
        "oauth2.tokenUrl",
    ),
    _refused(
        "Okta: the authorization server is unknown",
        (
            404,
            json.dumps(
                {
                    "errorCode": "E0000007",
                    "errorSummary": "Not found: Resource not found: aus1 (AuthorizationServer)",
                }
            ),
        ),
        Code.TOKEN_ENDPOINT_WRONG,
        "oauth2.tokenUrl",
    ),
)

# https://github.com/auth0/ruby-auth0/issues/190 and /610, https://github.com/keycloak/keycloak
# issue 16923, https://github.com/louislam/uptime-kuma/issues/4202,
# https://github.com/zitadel/zitadel/issues/9961,
# https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html
OTHERS = (
    _refused(
        "Auth0: the client secret is wrong",
        (401, denied("access_denied", "Unauthorized")),
        Code.TOKEN_CLIENT_REJECTED,
        "oauth2.clientSecret",
    ),
    _refused(
        "Auth0: the client has no grant for the API",
        (
            403,
            denied(
                "access_denied",
                'Client is not authorized to access "https://mail.example.org/". You need to create'
                ' a "client-grant" associated to this API.',
            ),
        ),
        Code.TOKEN_PERMISSION_MISSING,
        "oauth2.clientId",
    ),
    _refused(
        "Auth0: the grant is not allowed for the client",
        (
            403,
            denied(
                "unauthorized_client",
                "Grant type 'client_credentials' not allowed for the client.",
            ),
        ),
        Code.TOKEN_GRANT_REFUSED,
        "oauth2.tokenUrl",
    ),
    _refused(
        "Keycloak: the client or its secret is wrong",
        (401, denied("unauthorized_client", "Invalid client or Invalid client credentials")),
        Code.TOKEN_CLIENT_REJECTED,
        "oauth2.clientSecret",
    ),
    _refused(
        "Keycloak: no service account",
        (401, denied("unauthorized_client", "Client not enabled to retrieve service account")),
        Code.TOKEN_GRANT_REFUSED,
        "oauth2.tokenUrl",
    ),
    _refused(
        "Keycloak: the scope is unknown",
        (400, denied("invalid_scope", "Invalid scopes: mail.send")),
        Code.TOKEN_SCOPE_REJECTED,
        "oauth2.scope",
    ),
    _refused(
        "Keycloak: the realm is unknown",
        (404, json.dumps({"error": "Realm does not exist"})),
        Code.TOKEN_ENDPOINT_WRONG,
        "oauth2.tokenUrl",
    ),
    _refused(
        "Zitadel: the client is unknown",
        (400, denied("invalid_client", "client not found")),
        Code.TOKEN_CLIENT_REJECTED,
        "oauth2.clientSecret",
    ),
    _refused(
        "Amazon Cognito: the client is unknown",
        (400, denied("invalid_client")),
        Code.TOKEN_CLIENT_REJECTED,
        "oauth2.clientSecret",
    ),
    _refused(
        "Amazon Cognito: the client's flows are off",
        (400, denied("invalid_grant")),
        Code.TOKEN_GRANT_REFUSED,
        "oauth2.tokenUrl",
    ),
    _refused(
        "Amazon Cognito: the scope belongs to no resource server",
        (400, denied("invalid_scope")),
        Code.TOKEN_SCOPE_REJECTED,
        "oauth2.scope",
    ),
    _refused(
        "A server that requires a scope",
        (400, denied("invalid_request", 'Missing required parameter: "scope"')),
        Code.TOKEN_SCOPE_MISSING,
        "oauth2.scope",
        scope=None,
    ),
    _refused(
        "A server that repeats the client ID in an error",
        (400, denied("invalid_request", "postledger: invalid_client AADSTS7000215 expired")),
        Code.TOKEN_ENDPOINT_WRONG,
        "oauth2.tokenUrl",
        scope=None,
    ),
    _refused(
        "A server that refuses with status 200",
        (200, denied("invalid_client", "unknown")),
        Code.TOKEN_CLIENT_REJECTED,
        "oauth2.clientSecret",
    ),
    _refused(
        "A server that does not know the resource (RFC 8707)",
        (400, denied("invalid_target")),
        Code.TOKEN_SCOPE_REJECTED,
        "oauth2.scope",
    ),
)

ANSWERS = (
    _refused(
        "Token endpoint: unavailable",
        (503, "<html>Service Unavailable</html>"),
        Code.TOKEN_ENDPOINT_FAILED,
        transient=True,
    ),
    _refused(
        "Token endpoint: too many requests",
        (429, denied("temporarily_unavailable")),
        Code.TOKEN_ENDPOINT_FAILED,
        transient=True,
    ),
    _refused(
        "Token endpoint: a web page instead",
        (404, "<!doctype html><title>Not found</title>"),
        Code.TOKEN_ENDPOINT_WRONG,
        "oauth2.tokenUrl",
    ),
    _refused(
        "Token endpoint: a web page with status 200",
        (200, "\n<html><title>Sign in</title></html>"),
        Code.TOKEN_ENDPOINT_WRONG,
        "oauth2.tokenUrl",
    ),
    Fault(
        title="Token endpoint: a redirect",
        token=TokenScript(302, "", headers=("Location: https://sign-in.example.org/?client=x",)),
        stage=Stage.TOKEN,
        code=Code.TOKEN_ENDPOINT_WRONG,
        suggests="oauth2.tokenUrl",
    ),
    Fault(
        title="Token endpoint: HTTP Basic required, without JSON",
        token=TokenScript(401, "Unauthorized", headers=('WWW-Authenticate: Basic realm="x"',)),
        stage=Stage.TOKEN,
        code=Code.TOKEN_CLIENT_REJECTED,
        suggests="oauth2.clientSecret",
    ),
    _refused(
        "Token endpoint: another sign-in required, without JSON",
        (401, "Unauthorized"),
        Code.TOKEN_ENDPOINT_WRONG,
        "oauth2.tokenUrl",
    ),
    _refused(
        "Token endpoint: the method is not allowed",
        (405, json.dumps({"message": "Method Not Allowed"})),
        Code.TOKEN_ENDPOINT_WRONG,
        "oauth2.tokenUrl",
    ),
    _refused(
        "Token endpoint: a response that is not JSON",
        (200, "access_token=abc"),
        Code.TOKEN_ANSWER_SENSELESS,
        "oauth2.tokenUrl",
    ),
    _refused(
        "Token endpoint: a response that is a list",
        (200, f"[{granted()}]"),
        Code.TOKEN_ANSWER_SENSELESS,
        "oauth2.tokenUrl",
    ),
    _refused(
        "Token endpoint: a response without a token",
        (200, '{"token_type": "Bearer"}'),
        Code.TOKEN_ANSWER_SENSELESS,
        "oauth2.tokenUrl",
    ),
    _refused(
        "Token endpoint: a token of another type",
        (200, json.dumps({"access_token": TOKEN, "token_type": "DPoP", "expires_in": "3600"})),
        Code.TOKEN_ANSWER_SENSELESS,
        "oauth2.tokenUrl",
    ),
    Fault(
        title="Token endpoint: an endless response",
        token=TokenScript(200, "{", endless=True),
        stage=Stage.TOKEN,
        code=Code.TOKEN_ANSWER_SENSELESS,
        suggests="oauth2.tokenUrl",
    ),
    Fault(
        title="Token endpoint: the response repeats the whole request",
        token=TokenScript(401, echo=True, body=""),
        stage=Stage.TOKEN,
        code=Code.TOKEN_CLIENT_REJECTED,
        suggests="oauth2.clientSecret",
    ),
    Fault(
        title="Token endpoint: no response",
        token=TokenScript(0),
        account=SOON,
        stage=Stage.TOKEN,
        code=Code.TOKEN_ENDPOINT_UNREACHABLE,
        transient=True,
        suggests="oauth2.tokenUrl",
    ),
    Fault(
        title="The client is refused in HTTP Basic and in the body",
        token=TokenScript(
            401,
            denied("invalid_client", "the secret has expired"),
            wanted="body",
            refusal=(401, denied("invalid_client", "client_secret_basic is not supported")),
        ),
        stage=Stage.TOKEN,
        code=Code.TOKEN_CLIENT_REJECTED,
        suggests="oauth2.clientSecret",
    ),
    Fault(
        title="The client is accepted in the body only, and its scope is refused",
        token=TokenScript(
            400,
            denied("invalid_scope"),
            wanted="body",
            refusal=(400, denied("invalid_request", "client_id is missing")),
        ),
        scope="mail.send",
        stage=Stage.TOKEN,
        code=Code.TOKEN_SCOPE_REJECTED,
        suggests="oauth2.scope",
    ),
)

ENDPOINT = (
    Fault(
        title="Token endpoint: no server on the port",
        token_url=f"https://{TOKEN_HOST}:1/token",
        stage=Stage.TOKEN,
        code=Code.TOKEN_ENDPOINT_UNREACHABLE,
        transient=True,
        suggests="oauth2.tokenUrl",
    ),
    Fault(
        title="Token endpoint: unknown host name",
        token_url="https://login.microsoftonlin.com/token",
        names={"login.microsoftonlin.com": UNKNOWN},
        stage=Stage.TOKEN,
        code=Code.TOKEN_ENDPOINT_UNREACHABLE,
        transient=True,
        suggests="oauth2.tokenUrl",
    ),
    Fault(
        title="Token endpoint: certificate from an unknown authority",
        token=TokenScript(certificate="private_leaf"),
        stage=Stage.TOKEN,
        code=Code.TOKEN_ENDPOINT_NOT_TRUSTED,
        suggests="oauth2.tokenUrl",
    ),
    Fault(
        title="Token endpoint: certificate from your own authority",
        server=XOAUTH2,
        token=TokenScript(certificate="private_with_root"),
        stage=Stage.TOKEN,
        code=Code.TOKEN_ENDPOINT_NOT_TRUSTED,
        fix={"trustedCertificates": "PEM"},
    ),
    Fault(
        title="Token endpoint: certificate has expired",
        token=TokenScript(certificate="expired"),
        stage=Stage.TOKEN,
        code=Code.TOKEN_ENDPOINT_NOT_TRUSTED,
        suggests="oauth2.tokenUrl",
    ),
    Fault(
        title="Token endpoint: certificate is not valid yet",
        token=TokenScript(certificate="not_yet_valid"),
        stage=Stage.TOKEN,
        code=Code.TOKEN_ENDPOINT_NOT_TRUSTED,
        suggests="oauth2.tokenUrl",
    ),
    Fault(
        title="Token endpoint: certificate for another name",
        server=XOAUTH2,
        token=TokenScript(certificate="other_name"),
        stage=Stage.TOKEN,
        code=Code.TOKEN_ENDPOINT_NOT_TRUSTED,
        fix={"oauth2.tokenUrl": "https://mail.example.net:{port}/token"},
    ),
    Fault(
        title="Token endpoint: only old versions of TLS",
        token=TokenScript(certificate="old"),
        stage=Stage.TOKEN,
        code=Code.TOKEN_ENDPOINT_TLS_FAILED,
        suggests="oauth2.tokenUrl",
    ),
    Fault(
        title="Token endpoint: a client certificate is required",
        token=TokenScript(certificate="wants_certificate"),
        stage=Stage.TOKEN,
        code=Code.TOKEN_ENDPOINT_TLS_FAILED,
        suggests="oauth2.tokenUrl",
    ),
    Fault(
        title="Token endpoint: a client certificate is required, by TLS 1.2",
        token=TokenScript(certificate="wants_certificate_by_tls12"),
        stage=Stage.TOKEN,
        code=Code.TOKEN_ENDPOINT_TLS_FAILED,
        suggests="oauth2.tokenUrl",
    ),
    Fault(
        title="Token endpoint: the port speaks plain HTTP",
        token=TokenScript(tls=False),
        stage=Stage.TOKEN,
        code=Code.TOKEN_ENDPOINT_WRONG,
        suggests="oauth2.tokenUrl",
    ),
    Fault(
        title="Token endpoint: the port of this machine speaks plain HTTP",
        server=XOAUTH2,
        token=TokenScript(tls=False),
        token_url="https://127.0.0.1:{port}/token",
        stage=Stage.TOKEN,
        code=Code.TOKEN_ENDPOINT_WRONG,
        fix={"oauth2.tokenUrl": "http://127.0.0.1:{port}/token"},
    ),
    Fault(
        title="Token endpoint: http on this machine, but the port speaks TLS",
        token=TokenScript(),
        token_url="http://127.0.0.1:{port}/token",
        stage=Stage.TOKEN,
        code=Code.TOKEN_ENDPOINT_UNREACHABLE,
        transient=True,
        suggests="oauth2.tokenUrl",
    ),
    Fault(
        title="Token endpoint: localhost leads to another machine",
        token=TokenScript(tls=False),
        token_url="http://localhost:{port}/token",
        names={"localhost": ["10.1.2.3"]},
        stage=Stage.TOKEN,
        code=Code.TOKEN_ENDPOINT_WRONG,
        suggests="oauth2.tokenUrl",
    ),
    Fault(
        title="Token endpoint: a URL without TLS",
        token_url=f"http://{TOKEN_HOST}/token",
        stage=Stage.TOKEN,
        code=Code.TOKEN_ENDPOINT_WRONG,
        suggests="oauth2.tokenUrl",
    ),
    Fault(
        title="Token endpoint: a cloud's metadata service",
        token_url="https://169.254.169.254/token",
        stage=Stage.TOKEN,
        code=Code.DESTINATION_NOT_ALLOWED,
        suggests="oauth2.tokenUrl",
    ),
    Fault(
        title="XOAUTH2 without an OAuth2 client",
        account={"mechanism": SaslMechanism.XOAUTH2},
        stage=Stage.TOKEN,
        code=Code.OAUTH2_NOT_CONFIGURED,
        suggests="oauth2",
    ),
)

FAULTS = (
    *ENTRA_CLIENT,
    *ENTRA_TENANT,
    *ENTRA_SCOPE,
    *GOOGLE,
    *OKTA,
    *OTHERS,
    *ANSWERS,
    *ENDPOINT,
)
