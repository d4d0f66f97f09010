"""What each diagnosis code means, what causes it and what mends it: data only.

`docs/troubleshooting.md` is printed from this table.
"""

from collections.abc import Mapping

from mail.report.codes import Code, CodeFacts

CODES: Mapping[Code, CodeFacts] = {
    Code.TOKEN_ENDPOINT_UNREACHABLE: CodeFacts(
        "The OAuth2 token endpoint could not be reached: {detail}.",
        "The token URL's host is unknown, refuses the connection, or does not answer in time.",
        "Check the token URL and that this machine may reach it over HTTPS.",
        field=("oauth2", "tokenUrl"),
        transient=True,
    ),
    Code.TOKEN_ENDPOINT_NOT_TRUSTED: CodeFacts(
        "The OAuth2 token endpoint's certificate is not valid: {detail}.",
        "The certificate of the token URL's host is expired, for another name, or from an "
        "authority that is not trusted.",
        "Check the token URL; for a private authority, add its certificate to the trusted ones.",
        field=("oauth2", "tokenUrl"),
    ),
    Code.TOKEN_ENDPOINT_FAILED: CodeFacts(
        "The OAuth2 token endpoint could not answer now: {detail}.",
        "The authorization server answered with 429 or 5xx.",
        "Try again in a few minutes; if it stays so, look at the authorization server's status.",
        transient=True,
    ),
    Code.TOKEN_ENDPOINT_WRONG: CodeFacts(
        "The token URL is not that of an OAuth2 token endpoint: {detail}.",
        "The URL answered with a page, a redirect or 404, or names a tenant that does not exist.",
        "Copy the token URL from the provider's documentation, with your tenant in it.",
        field=("oauth2", "tokenUrl"),
    ),
    Code.TOKEN_CLIENT_REJECTED: CodeFacts(
        "The authorization server refused the OAuth2 client: {detail}.",
        "The client id is unknown there, or its secret is wrong or has expired.",
        "Check the client id, and create a new client secret if the old one has expired.",
        field=("oauth2", "clientSecret"),
    ),
    Code.TOKEN_SCOPE_REJECTED: CodeFacts(
        "The authorization server refused the scope: {detail}.",
        "The scope is missing, misspelt, or not granted to this client.",
        "Set the scope that the provider names for SMTP.",
        field=("oauth2", "scope"),
    ),
    Code.TOKEN_GRANT_REFUSED: CodeFacts(
        "The authorization server does not give this client a token by the "
        "client-credentials grant: {detail}.",
        "The server has no such grant, or the client is not allowed to use it.",
        "Allow the client-credentials grant for this client, or use a password that the "
        "provider issues for SMTP.",
        field=("oauth2", "tokenUrl"),
    ),
    Code.TOKEN_ANSWER_SENSELESS: CodeFacts(
        "The token endpoint's answer holds no usable access token: {detail}.",
        "The answer is not JSON, is too long, or has no `access_token` of type Bearer.",
        "Check the token URL: it should be the OAuth 2.0 token endpoint of the provider.",
        field=("oauth2", "tokenUrl"),
    ),
    Code.OAUTH2_NOT_CONFIGURED: CodeFacts(
        "XOAUTH2 is chosen, but no OAuth2 client is configured.",
        "`authMechanism` is XOAUTH2 and `oauth2` or its client secret is empty.",
        "Fill in the OAuth2 settings, or choose another mechanism.",
        field=("oauth2",),
    ),
    Code.HOST_NOT_FOUND: CodeFacts(
        "No host is known by the name {host}.",
        "The name is misspelt, or only known in another network's DNS.",
        "Check the spelling of the SMTP host.",
        field=("smtpHost",),
    ),
    Code.HOST_HAS_NO_ADDRESS: CodeFacts(
        "The name {host} exists, but has no address to connect to.",
        "The name has other records (such as MX) but no A or AAAA record.",
        "Use the name of the server itself, not that of the mail domain.",
        field=("smtpHost",),
    ),
    Code.RESOLVER_NOT_ANSWERING: CodeFacts(
        "The name {host} could not be looked up: the resolver did not answer.",
        "This machine's DNS resolver is down, unreachable, or too slow.",
        "Check this machine's DNS, then try again.",
        transient=True,
    ),
    Code.DESTINATION_NOT_ALLOWED: CodeFacts(
        "This service is not allowed to connect to that destination.",
        "The operator's rules, or the fixed rule against metadata and link-local addresses, "
        "forbid the destination.",
        "Choose another host, or have the operator change POSTLEDGER_ALLOWED_DESTINATIONS or "
        "POSTLEDGER_BLOCKED_DESTINATIONS.",
        field=("smtpHost",),
    ),
    Code.CONNECTION_REFUSED: CodeFacts(
        "{host} refused the connection on port {port}.",
        "Nothing listens on that port, or a firewall rejects it.",
        "Check the port: mail is submitted on 587, or on 465 with implicit TLS.",
        field=("smtpPort",),
    ),
    Code.CONNECTION_TIMED_OUT: CodeFacts(
        "{host} did not answer on port {port} in time.",
        "A firewall drops the connection (many networks block port 25), the port is wrong, "
        "or the host is down.",
        "Check the port and the firewalls between; port 587 is open in most networks.",
        field=("smtpPort",),
        transient=True,
    ),
    Code.HOST_UNREACHABLE: CodeFacts(
        "There is no way from this machine to {host}: {detail}.",
        "No route to the network, or the host is down.",
        "Check this machine's network and the host.",
        field=("smtpHost",),
        transient=True,
    ),
    Code.PORT_SPEAKS_IMPLICIT_TLS: CodeFacts(
        "Port {port} of {host} expects TLS from the first byte.",
        "The port speaks implicit TLS, and the settings say STARTTLS or no TLS.",
        "Set the TLS mode to IMPLICIT.",
        field=("tlsMode",),
    ),
    Code.PORT_SPEAKS_PLAIN_SMTP: CodeFacts(
        "Port {port} of {host} begins in the clear, and the settings say implicit TLS.",
        "The port speaks SMTP with STARTTLS.",
        "Set the TLS mode to STARTTLS.",
        field=("tlsMode",),
    ),
    Code.NOT_SMTP: CodeFacts(
        "Port {port} of {host} does not speak SMTP: {detail}.",
        "Another service (web, IMAP, POP3, SSH) listens there.",
        "Use the port for sending mail: 587, or 465 with implicit TLS.",
        field=("smtpPort",),
    ),
    Code.GREETING_TIMED_OUT: CodeFacts(
        "{host} took the connection and then said nothing.",
        "The server is overloaded, delays strangers on purpose, or is no mail server.",
        "Allow more seconds, and check host and port.",
        field=("timeoutSeconds",),
        transient=True,
    ),
    Code.SERVER_BUSY: CodeFacts(
        "{host} does not serve anybody now: {detail}",
        "The server is shutting down, overloaded, or has too many connections from here.",
        "Try again in a few minutes.",
        transient=True,
    ),
    Code.CLIENT_REFUSED: CodeFacts(
        "{host} does not talk to this machine: {detail}",
        "The server refuses this machine's address: blocklisted, without reverse DNS, or not "
        "on its list.",
        "Have the server's operator allow this machine's address, or send through the "
        "provider's submission port 587.",
        transient=None,
    ),
    Code.EHLO_NAME_REFUSED: CodeFacts(
        "{host} refused the name {name} in EHLO.",
        "The server wants a full domain name, or one that it knows.",
        "Set the EHLO name to this machine's full domain name.",
        field=("ehloHostname",),
    ),
    Code.EHLO_REFUSED: CodeFacts(
        "{host} refused EHLO and HELO: {detail}",
        "The server does not serve this client, or is no mail server.",
        "Check host and port, and ask the server's operator.",
    ),
    Code.STARTTLS_NOT_OFFERED: CodeFacts(
        "{host} does not offer STARTTLS on port {port}, so nothing was sent.",
        "The server has no TLS on this port, or something between strips the offer.",
        "Use a port with TLS (587, or 465 with implicit TLS); only where the network itself "
        "is trusted, switch the secure connection off.",
        field=("smtpPort",),
    ),
    Code.STARTTLS_REFUSED: CodeFacts(
        "{host} offers STARTTLS and refused it: {detail}",
        "The server's TLS is misconfigured.",
        "Use port 465 with implicit TLS, or ask the server's operator.",
    ),
    Code.STARTTLS_UNAVAILABLE: CodeFacts(
        "{host} cannot start TLS now: {detail}",
        "The server's TLS is out of order for now (454).",
        "Try again in a few minutes.",
        transient=True,
    ),
    Code.TLS_HANDSHAKE_FAILED: CodeFacts(
        "The TLS handshake with {host} failed: {detail}.",
        "Server and client share no version, cipher or group, or something between breaks "
        "the handshake.",
        "Check the server's TLS configuration, and whether a firewall inspects the connection.",
    ),
    Code.TLS_HANDSHAKE_TIMED_OUT: CodeFacts(
        "The TLS handshake with {host} was not finished in time.",
        "The server is overloaded, or does not speak TLS on this port.",
        "Check port and TLS mode, then try again.",
        transient=True,
    ),
    Code.TLS_VERSION_TOO_OLD: CodeFacts(
        "{host} only has TLS versions that are no longer safe; TLS 1.2 is the least.",
        "The server's TLS is older than TLS 1.2.",
        "Have the server updated; no setting here accepts an older version.",
    ),
    Code.TLS_CLIENT_CERTIFICATE_REQUIRED: CodeFacts(
        "{host} demands a client certificate.",
        "The server knows its clients by certificate, which these settings do not have.",
        "Use a port or server that signs in by username and password.",
    ),
    Code.TLS_ANSWER_SMUGGLED: CodeFacts(
        "Something spoke between the answer to STARTTLS and the handshake; the connection "
        "was closed.",
        "An attacker on the way puts answers in before the connection is secured "
        "(CVE-2011-0411), or the server is broken.",
        "Do not use this connection; check the network on the way, and have the server updated.",
    ),
    Code.CERTIFICATE_EXPIRED: CodeFacts(
        "The certificate of {host} has expired: {detail}.",
        "The server's operator has not renewed it, or this machine's clock is wrong.",
        "Have the certificate renewed, and check this machine's clock.",
    ),
    Code.CERTIFICATE_NOT_YET_VALID: CodeFacts(
        "The certificate of {host} is not valid yet: {detail}.",
        "The certificate is for later, or this machine's clock is wrong.",
        "Check this machine's clock.",
    ),
    Code.CERTIFICATE_HOSTNAME_MISMATCH: CodeFacts(
        "The certificate is not for {host}, but for {detail}.",
        "The host is reached by another name than its certificate's.",
        "Set the SMTP host to a name that the certificate has.",
        field=("smtpHost",),
    ),
    Code.CERTIFICATE_SELF_SIGNED: CodeFacts(
        "The certificate of {host} is signed by itself, and not trusted here.",
        "The server has no certificate from an authority.",
        "If the fingerprint is the server's, trust the certificate.",
        field=("trustedCertificates",),
    ),
    Code.CERTIFICATE_UNKNOWN_AUTHORITY: CodeFacts(
        "The certificate of {host} is from an authority that is not trusted here: {detail}.",
        "The authority is private, or the server does not send its intermediate certificates.",
        "If it is your own authority, trust its certificate.",
        field=("trustedCertificates",),
    ),
    Code.CERTIFICATE_REFUSED: CodeFacts(
        "The certificate of {host} was refused: {detail}.",
        "The certificate breaks a rule: a weak key, a wrong purpose, or a damaged chain.",
        "Have the certificate replaced.",
    ),
    Code.TRUSTED_CERTIFICATE_UNREADABLE: CodeFacts(
        "The trusted certificates in the settings cannot be read: {detail}.",
        "A value is not a certificate in PEM.",
        "Paste the certificate with its BEGIN and END lines.",
        field=("trustedCertificates",),
    ),
    Code.SIGN_IN_NOT_OFFERED: CodeFacts(
        "{host} offers no way to sign in on port {port}.",
        "The port is for other servers' mail, or the server takes mail without signing in.",
        "Use the submission port 587, or clear the username where the server needs none.",
        field=("smtpUsername",),
    ),
    Code.SIGN_IN_REQUIRES_TLS: CodeFacts(
        "{host} lets nobody sign in over a connection that is not secured.",
        "The secure connection is off.",
        "Switch the secure connection on.",
        field=("enableSecureConnection",),
    ),
    Code.NO_COMMON_MECHANISM: CodeFacts(
        "{host} does not offer the chosen way to sign in; it offers {detail}.",
        "The mechanism in the settings is not among those of the server.",
        "Set the mechanism to one that the server offers, or to AUTO.",
        field=("authMechanism",),
    ),
    Code.MECHANISM_REFUSED: CodeFacts(
        "{host} refused the mechanism itself: {detail}",
        "The server does not take this mechanism from here, though it may offer it.",
        "Set the mechanism to AUTO, or to another that the server offers.",
        field=("authMechanism",),
    ),
    Code.PASSWORD_MISSING: CodeFacts(
        "A username is set, but no password.",
        "The password was never set, or was cleared.",
        "Set the password, or clear the username where the server needs none.",
        field=("smtpPassword",),
    ),
    Code.CREDENTIALS_REJECTED: CodeFacts(
        "{host} refused the username or the password: {detail}",
        "One of the two is wrong, or the password has changed.",
        "Enter the password again, and check the username.",
        field=("smtpPassword",),
    ),
    Code.APP_PASSWORD_REQUIRED: CodeFacts(
        "{host} wants an app password, not the account's own password: {detail}",
        "The account has two-step verification, or the provider takes app passwords only.",
        "Create an app password in the account's security settings and enter it here.",
        field=("smtpPassword",),
    ),
    Code.WEB_SIGN_IN_REQUIRED: CodeFacts(
        "{host} wants the account's owner to sign in with a browser first: {detail}",
        "The provider holds this sign-in to be suspicious.",
        "Sign in with a browser and confirm it was you, then use an app password.",
        field=("smtpPassword",),
    ),
    Code.BASIC_SIGN_IN_DISABLED: CodeFacts(
        "{host} no longer takes passwords: {detail}",
        "The provider has switched basic authentication off.",
        "Configure OAuth2 and set the mechanism to XOAUTH2.",
        field=("authMechanism",),
    ),
    Code.SMTP_SIGN_IN_DISABLED: CodeFacts(
        "Signing in by SMTP is switched off for this mailbox or organisation: {detail}",
        "Authenticated SMTP is disabled in the provider's administration.",
        "Have the administrator enable authenticated SMTP for the mailbox.",
        transient=None,
    ),
    Code.SIGN_IN_BLOCKED_BY_POLICY: CodeFacts(
        "A policy of the organisation does not let this client sign in: {detail}",
        "Conditional access, security defaults or a location rule blocks it.",
        "Have the administrator exempt this account, or use OAuth2.",
    ),
    Code.ACCOUNT_DISABLED: CodeFacts(
        "The account is disabled or locked: {detail}",
        "The provider or the organisation has suspended the account.",
        "Have the account unlocked.",
        field=("smtpUsername",),
    ),
    Code.TOKEN_REFUSED: CodeFacts(
        "{host} refused the OAuth2 access token: {detail}",
        "The token has the wrong scope, or the client may not use this mailbox.",
        "Check the scope, and that the client is granted access to this mailbox for SMTP.",
        field=("oauth2", "clientId"),
    ),
    Code.TOO_MANY_SIGN_INS: CodeFacts(
        "{host} has seen too many sign-ins and wants a pause: {detail}",
        "The provider limits attempts or connections for an account.",
        "Wait some minutes before the next test, and check who else signs in with this account.",
        transient=True,
    ),
    Code.SIGN_IN_UNAVAILABLE: CodeFacts(
        "{host} cannot check the sign-in now: {detail}",
        "The server's user directory is out of order for now.",
        "Try again in a few minutes.",
        transient=True,
    ),
    Code.ADDRESS_INVALID: CodeFacts(
        "The address {detail} cannot be sent in a command.",
        "The address holds blanks, line breaks or other characters that no address has.",
        "Correct the address.",
        field=("defaultFromAddress",),
    ),
    Code.SMTPUTF8_NOT_OFFERED: CodeFacts(
        "The address {detail} has characters that {host} cannot take.",
        "The part before the @ is not ASCII, and the server does not offer SMTPUTF8.",
        "Use an address in ASCII, or a server that offers SMTPUTF8.",
        field=("defaultFromAddress",),
    ),
    Code.TLS_REQUIRED: CodeFacts(
        "{host} takes mail over secured connections only: {detail}",
        "The secure connection is off.",
        "Switch the secure connection on.",
        field=("enableSecureConnection",),
    ),
    Code.SIGN_IN_REQUIRED: CodeFacts(
        "{host} takes mail only after signing in: {detail}",
        "No username is set, or the server forgot the sign-in.",
        "Set username and password.",
        field=("smtpUsername",),
    ),
    Code.SENDER_REFUSED: CodeFacts(
        "{host} refused the sender {sender}: {detail}",
        "The server does not take this From address.",
        "Use a From address that the server knows.",
        field=("defaultFromAddress",),
        transient=None,
    ),
    Code.SENDER_NOT_OWNED: CodeFacts(
        "The account may not send as {sender}: {detail}",
        "The From address is not the account's own, and it has no right to send as it.",
        "Use the account's own address as From, or grant it the right to send as this address.",
        field=("defaultFromAddress",),
        transient=None,
    ),
    Code.SENDER_NOT_VERIFIED: CodeFacts(
        "The provider has not verified the sender {sender}: {detail}",
        "The From address or its domain is not verified with the provider.",
        "Verify the address or its domain with the provider, or use one that is.",
        field=("defaultFromAddress",),
        transient=None,
    ),
    Code.SENDER_DOMAIN_UNKNOWN: CodeFacts(
        "{host} finds no DNS records for the domain of {sender}: {detail}",
        "The From address's domain does not exist or is misspelt.",
        "Correct the domain of the From address.",
        field=("defaultFromAddress",),
        transient=None,
    ),
    Code.RELAYING_DENIED: CodeFacts(
        "{host} does not pass mail on for this client: {detail}",
        "The server takes mail for its own domains only, unless the client signs in or is on "
        "its list.",
        "Set username and password, or have the server allow this machine.",
        field=("smtpUsername",),
        transient=None,
    ),
    Code.RECIPIENT_UNKNOWN: CodeFacts(
        "{host} knows no mailbox {recipient}: {detail}",
        "The recipient's address is misspelt or gone.",
        "Check the recipient of the test.",
        transient=None,
    ),
    Code.RECIPIENT_DOMAIN_UNKNOWN: CodeFacts(
        "{host} finds no mail server for the domain of {recipient}: {detail}",
        "The recipient's domain does not exist or takes no mail.",
        "Check the recipient of the test.",
        transient=None,
    ),
    Code.RECIPIENT_REFUSED: CodeFacts(
        "{host} refused the recipient {recipient}: {detail}",
        "The server does not deliver to this address.",
        "Try another recipient.",
        transient=None,
    ),
    Code.MAILBOX_FULL: CodeFacts(
        "The mailbox of {recipient} is full: {detail}",
        "The recipient has no room left.",
        "Try another recipient.",
        transient=True,
    ),
    Code.GREYLISTED: CodeFacts(
        "{host} puts unknown senders off for some minutes: {detail}",
        "Greylisting: the server takes the same message when it is tried again later.",
        "Try again in five minutes.",
        transient=True,
    ),
    Code.RATE_LIMITED: CodeFacts(
        "{host} takes no more mail from this account or machine for now: {detail}",
        "Too many messages or connections in a short time.",
        "Wait some minutes, and check who else sends with this account.",
        transient=True,
    ),
    Code.QUOTA_EXCEEDED: CodeFacts(
        "The account's sending limit is reached: {detail}",
        "The provider's limit of messages a day or month is used up.",
        "Wait until the provider's period ends, or raise the limit with the provider.",
        transient=True,
    ),
    Code.SERVER_OUT_OF_STORAGE: CodeFacts(
        "{host} has no room for a message now: {detail}",
        "The server's disk or queue is full.",
        "Try again later, and tell the server's operator.",
        transient=True,
    ),
    Code.MESSAGE_TOO_LARGE: CodeFacts(
        "{host} does not take a message of this size: {detail}",
        "The server's limit is below the size of even a test message.",
        "Have the server's size limit raised.",
        transient=None,
    ),
    Code.POLICY_REFUSED: CodeFacts(
        "{host} refused the message by its policy: {detail}",
        "A rule of the server or the organisation refuses it.",
        "Ask the server's operator which rule it was; its words are above.",
        transient=None,
    ),
    Code.REPUTATION_REFUSED: CodeFacts(
        "{host} refused because of this machine's or the sender's reputation: {detail}",
        "The address is on a blocklist, has no reverse DNS, or SPF, DKIM or DMARC do not "
        "allow this server.",
        "Check the blocklist named in the reply, and the sender domain's SPF, DKIM and DMARC "
        "records.",
        transient=None,
    ),
    Code.MESSAGE_REFUSED: CodeFacts(
        "{host} refused the message: {detail}",
        "The server's content checks do not take the message.",
        "Read the server's words; they say which check it was.",
        transient=None,
    ),
    Code.TEMPORARILY_REFUSED: CodeFacts(
        "{host} cannot take the message now: {detail}",
        "A temporary fault of the server.",
        "Try again in a few minutes.",
        transient=True,
    ),
    Code.NO_ANSWER_AFTER_MESSAGE: CodeFacts(
        "{host} did not confirm the message: whether it took it is not known.",
        "The connection broke, or time ran out, after the message was sent and before the "
        "server answered.",
        "Look into the recipient's mailbox before sending again: it may have arrived.",
        transient=True,
    ),
    Code.CONNECTION_CLOSED: CodeFacts(
        "{host} closed the connection without a word.",
        "The server, or something between, cut the connection.",
        "Try again; if it stays so, check port and TLS mode and ask the server's operator.",
        transient=True,
    ),
    Code.REPLY_TIMED_OUT: CodeFacts(
        "{host} did not answer in time.",
        "The server is overloaded, or delays on purpose.",
        "Allow more seconds, or try again later.",
        field=("timeoutSeconds",),
        transient=True,
    ),
    Code.REPLY_TOO_LONG: CodeFacts(
        "{host} answered without end; the connection was closed.",
        "The server is broken or hostile, or is no mail server.",
        "Check host and port.",
    ),
    Code.REPLY_SENSELESS: CodeFacts(
        "{host} answered what is not SMTP: {detail}",
        "The server, or something between, does not keep to the protocol.",
        "Check host and port, and whether a firewall or virus scanner changes the connection.",
    ),
    Code.TEST_TIMED_OUT: CodeFacts(
        "The test was not finished in time.",
        "The server answered each step, but all steps together took too long.",
        "Try again later; if it stays so, ask the server's operator.",
        transient=True,
    ),
}
