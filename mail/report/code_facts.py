"""What each diagnosis code means, what causes it and how to fix it: data only.

`docs/troubleshooting.md` is generated from this table.
"""

from collections.abc import Mapping

from mail.report.codes import Code, CodeFacts

CODES: Mapping[Code, CodeFacts] = {
    Code.TOKEN_ENDPOINT_UNREACHABLE: CodeFacts(
        "The OAuth2 token endpoint could not be reached: {detail}.",
        "The token URL's host is unknown, refuses the connection, or does not answer in time.",
        "Check the token URL, and check that Postledger can reach it over HTTPS.",
        field=("oauth2", "tokenUrl"),
        transient=True,
    ),
    Code.TOKEN_ENDPOINT_NOT_TRUSTED: CodeFacts(
        "The certificate of the OAuth2 token endpoint is not valid: {detail}.",
        "The certificate of the token URL's host has expired, is for another name, or was issued "
        "by an authority that is not trusted.",
        "Check the token URL. For a private certificate authority, add its certificate to the "
        "trusted certificates.",
        field=("oauth2", "tokenUrl"),
    ),
    Code.TOKEN_ENDPOINT_TLS_FAILED: CodeFacts(
        "The TLS handshake with the OAuth2 token endpoint failed: {detail}.",
        "The endpoint and Postledger have no TLS version in common, the endpoint requires a client "
        "certificate, or a device on the network path breaks the handshake.",
        "Check the token URL and its port, and whether a firewall inspects the connection.",
        field=("oauth2", "tokenUrl"),
    ),
    Code.TOKEN_ENDPOINT_FAILED: CodeFacts(
        "The OAuth2 token endpoint is temporarily unavailable: {detail}.",
        "The authorization server answered with HTTP status 429 or 5xx, or limits how often this "
        "client may request a token.",
        "Try again in a few minutes. If the problem persists, check the status of the "
        "authorization server.",
        transient=True,
    ),
    Code.TOKEN_ENDPOINT_WRONG: CodeFacts(
        "The token URL is wrong: {detail}.",
        "The URL returned a web page, a redirect or a 404 error, its port does not speak TLS, or "
        "it names no tenant (as `/common/` does) or a tenant that does not exist.",
        "Copy the token URL from the provider's documentation, and put your tenant into it.",
        field=("oauth2", "tokenUrl"),
    ),
    Code.TOKEN_CLIENT_REJECTED: CodeFacts(
        "The authorization server rejected the OAuth2 client: {detail}.",
        "The authorization server does not know the client ID, or the client secret is wrong or "
        "has expired.",
        "Check the client ID. If the client secret has expired, create a new secret.",
        field=("oauth2", "clientSecret"),
    ),
    Code.TOKEN_SCOPE_MISSING: CodeFacts(
        "The authorization server requires a scope, and the settings have none: {detail}.",
        "`oauth2.scope` is empty, and the authorization server has no default scope for this "
        "client.",
        "Set the scope that the provider documents for SMTP.",
        field=("oauth2", "scope"),
    ),
    Code.TOKEN_SCOPE_REJECTED: CodeFacts(
        "The authorization server rejected the scope: {detail}.",
        "The scope is misspelled, is for another grant, or is not granted to this client.",
        "Set the scope that the provider documents for SMTP.",
        field=("oauth2", "scope"),
    ),
    Code.TOKEN_GRANT_REFUSED: CodeFacts(
        "The authorization server does not issue tokens to this client through the "
        "client-credentials grant: {detail}.",
        "The authorization server does not support the client-credentials grant, or the client is "
        "not allowed to use it.",
        "Allow the client-credentials grant for this client, or use a password that the "
        "provider issues for SMTP.",
        field=("oauth2", "tokenUrl"),
    ),
    Code.TOKEN_PERMISSION_MISSING: CodeFacts(
        "The OAuth2 client does not have the permission for SMTP: {detail}.",
        "No administrator of the authorization server has granted the client this permission, or "
        "consented to it.",
        "Ask an administrator of the authorization server to grant the client the permission to "
        "send mail, with consent. In Microsoft Entra, it is the application permission "
        "SMTP.SendAsApp of Office 365 Exchange Online.",
        field=("oauth2", "clientId"),
    ),
    Code.TOKEN_BLOCKED_BY_POLICY: CodeFacts(
        "A policy of the organization blocks the token request: {detail}.",
        "Conditional access, security defaults or a tenant restriction applies to the client.",
        "Ask an administrator of the authorization server to exempt this client, or to allow the "
        "IP address of the machine that runs Postledger.",
    ),
    Code.TOKEN_ANSWER_SENSELESS: CodeFacts(
        "The token endpoint's response contains no usable access token: {detail}.",
        "The response is not JSON, is too long, or has no `access_token` of type Bearer.",
        "Check the token URL: it must be the provider's OAuth 2.0 token endpoint.",
        field=("oauth2", "tokenUrl"),
    ),
    Code.OAUTH2_NOT_CONFIGURED: CodeFacts(
        "The mechanism in the settings needs OAuth2, but no OAuth2 client is configured.",
        "`authMechanism` is XOAUTH2 or OAUTHBEARER, but `oauth2` or its client secret is empty.",
        "Fill in the OAuth2 settings, or select another mechanism.",
        field=("oauth2",),
    ),
    Code.HOST_NOT_FOUND: CodeFacts(
        "The host name {host} could not be found.",
        "The name is misspelled, or only another network's DNS knows it.",
        "Check the spelling of the SMTP host.",
        field=("smtpHost",),
    ),
    Code.HOST_HAS_NO_ADDRESS: CodeFacts(
        "The host name {host} exists, but has no IP address.",
        "The name has other DNS records (such as MX), but no A or AAAA record.",
        "Use the name of the mail server itself, not the name of the mail domain.",
        field=("smtpHost",),
    ),
    Code.RESOLVER_NOT_ANSWERING: CodeFacts(
        "The host name {host} could not be looked up: the DNS resolver did not answer.",
        "The DNS resolver of the machine that runs Postledger is down, unreachable or too slow.",
        "Check DNS on the machine that runs Postledger, then try again.",
        transient=True,
    ),
    Code.DESTINATION_NOT_ALLOWED: CodeFacts(
        "Postledger is not allowed to connect to this destination.",
        "The operator's rules forbid the destination, or it is a metadata or link-local address, "
        "which Postledger never connects to.",
        "Choose another host, or ask Postledger's operator to change "
        "POSTLEDGER_ALLOWED_DESTINATIONS or POSTLEDGER_BLOCKED_DESTINATIONS.",
        field=("smtpHost",),
    ),
    Code.CONNECTION_REFUSED: CodeFacts(
        "{host} refused the connection on port {port}.",
        "No server listens on this port, or a firewall rejects the connection.",
        "Check the port. Mail is submitted on port 587, or on port 465 with implicit TLS.",
        field=("smtpPort",),
    ),
    Code.CONNECTION_TIMED_OUT: CodeFacts(
        "{host} did not answer on port {port} in time.",
        "A firewall drops the connection (many networks block port 25), the port is wrong, "
        "or the host is down.",
        "Check the port, and the firewalls between Postledger and the mail server. Port 587 is "
        "open in most networks.",
        field=("smtpPort",),
        transient=True,
    ),
    Code.HOST_UNREACHABLE: CodeFacts(
        "{host} is unreachable: {detail}.",
        "There is no route to the host, or the host is down.",
        "Check the host, and the network of the machine that runs Postledger.",
        field=("smtpHost",),
        transient=True,
    ),
    Code.PORT_SPEAKS_IMPLICIT_TLS: CodeFacts(
        "Port {port} of {host} expects TLS from the first byte.",
        "The port uses implicit TLS, but the settings say STARTTLS or no TLS.",
        "Set the TLS mode to IMPLICIT.",
        field=("tlsMode",),
    ),
    Code.PORT_SPEAKS_PLAIN_SMTP: CodeFacts(
        "Port {port} of {host} starts without TLS, but the settings say implicit TLS.",
        "The port uses STARTTLS.",
        "Set the TLS mode to STARTTLS.",
        field=("tlsMode",),
    ),
    Code.NOT_SMTP: CodeFacts(
        "Port {port} of {host} does not speak SMTP: {detail}.",
        "Another service (such as HTTP, IMAP, POP3 or SSH) listens on this port.",
        "Use a port for sending mail: 587, or 465 with implicit TLS.",
        field=("smtpPort",),
    ),
    Code.GREETING_TIMED_OUT: CodeFacts(
        "{host} accepted the connection, but sent no greeting.",
        "The server is overloaded, delays unknown clients on purpose, or is not a mail server.",
        "Increase the timeout, and check the host and port.",
        field=("timeoutSeconds",),
        transient=True,
    ),
    Code.SERVER_BUSY: CodeFacts(
        "{host} is not available right now: {detail}",
        "The server is shutting down, is overloaded, or has too many connections from Postledger.",
        "Try again in a few minutes.",
        transient=True,
    ),
    Code.CLIENT_REFUSED: CodeFacts(
        "{host} refuses to serve Postledger: {detail}",
        "The server refuses Postledger's IP address: the address is on a blocklist, has no "
        "reverse DNS, or is not on the server's list of clients.",
        "Ask the server's operator to allow Postledger's IP address, or send through the "
        "provider's submission port 587.",
        transient=None,
    ),
    Code.EHLO_NAME_REFUSED: CodeFacts(
        "{host} refused the name {name} in EHLO: {detail}",
        "The server requires a full domain name, or a name that it knows.",
        "Set the EHLO hostname to the full domain name of the machine that runs Postledger.",
        field=("ehloHostname",),
    ),
    Code.EHLO_REFUSED: CodeFacts(
        "{host} refused the EHLO command: {detail}",
        "The server does not serve this client, or is not a mail server.",
        "Check the host and port, and ask the server's operator.",
    ),
    Code.DIALOGUE_MASKED: CodeFacts(
        "A firewall between Postledger and {host} masks the SMTP dialogue, so that TLS or sign-in "
        "seems not to be offered.",
        "The firewall (such as a Cisco PIX or ASA) inspects SMTP and replaces words of the "
        "dialogue with asterisks or with X, as in `250-XXXXXXXA`.",
        "Turn off SMTP inspection for this port on the firewall (`no inspect esmtp`, or `no fixup "
        "protocol smtp`), or use port 465 with implicit TLS, which the firewall cannot read.",
        field=("smtpPort",),
    ),
    Code.STARTTLS_NOT_OFFERED: CodeFacts(
        "{host} does not offer STARTTLS on port {port}, so Postledger sent no password and no "
        "message.",
        "The server does not support TLS on this port, or a device on the network path removes "
        "the offer.",
        "Use a port with TLS: 587, or 465 with implicit TLS. Turn the secure connection off only "
        "if you trust the whole network path.",
        field=("smtpPort",),
    ),
    Code.STARTTLS_REFUSED: CodeFacts(
        "{host} offers STARTTLS, but refused it: {detail}",
        "TLS is misconfigured on the server.",
        "Use port 465 with implicit TLS, or ask the server's operator.",
    ),
    Code.STARTTLS_UNAVAILABLE: CodeFacts(
        "{host} cannot start TLS right now: {detail}",
        "The server answered STARTTLS with a temporary error, such as 454.",
        "Try again in a few minutes.",
        transient=True,
    ),
    Code.TLS_HANDSHAKE_FAILED: CodeFacts(
        "The TLS handshake with {host} failed: {detail}.",
        "The server and Postledger have no TLS version, cipher or group in common, or a device on "
        "the network path breaks the handshake.",
        "Check the server's TLS configuration, and whether a firewall inspects the connection.",
    ),
    Code.TLS_HANDSHAKE_TIMED_OUT: CodeFacts(
        "The TLS handshake with {host} did not finish in time.",
        "The server is overloaded, or does not use TLS on this port.",
        "Check the port and the TLS mode, then try again.",
        transient=True,
    ),
    Code.TLS_VERSION_TOO_OLD: CodeFacts(
        "{host} supports only TLS versions that are no longer secure. Postledger requires TLS 1.2 "
        "or later.",
        "The server's TLS is older than TLS 1.2.",
        "Ask the server's operator to enable TLS 1.2 or later. No setting accepts an older "
        "version.",
    ),
    Code.TLS_CLIENT_CERTIFICATE_REQUIRED: CodeFacts(
        "{host} requires a client certificate.",
        "The server identifies its clients by certificate, and the settings contain none, or none "
        "that this server accepts.",
        "Set the client certificate that the server's operator issued to you, and its private key. "
        "Otherwise, use a port or a server that accepts a username and password.",
        field=("clientCertificate",),
    ),
    Code.TLS_CLIENT_CERTIFICATE_REFUSED: CodeFacts(
        "{host} refused the client certificate: {detail}.",
        "The client certificate in the settings has expired, was revoked, or was issued by an "
        "authority that the server does not trust.",
        "Set a client certificate that the server's operator accepts, with the intermediate "
        "certificates of its chain.",
        field=("clientCertificate",),
    ),
    Code.CLIENT_CERTIFICATE_UNREADABLE: CodeFacts(
        "The client certificate in the settings cannot be used: {detail}.",
        "The value is not a certificate in PEM format, or its key is too short.",
        "Paste the whole certificate, with its BEGIN and END lines, and then its intermediate "
        "certificates.",
        field=("clientCertificate",),
    ),
    Code.CLIENT_KEY_UNREADABLE: CodeFacts(
        "The private key of the client certificate cannot be used: {detail}.",
        "The value is not a private key in PEM format, is encrypted with a passphrase, or belongs "
        "to another certificate.",
        "Paste the private key of the client certificate, without a passphrase, with its BEGIN and "
        "END lines.",
        field=("clientKey",),
    ),
    Code.TLS_CIPHERS_TOO_OLD: CodeFacts(
        "{host} and Postledger have no secure cipher in common: {detail}.",
        "The server supports only ciphers, key lengths or signatures that are no longer secure, "
        "such as 3DES, RC4, key exchange without forward secrecy, or a Diffie-Hellman key of 1024 "
        "bits.",
        "Ask the server's operator to enable current ciphers, such as AES-GCM with ECDHE. No "
        "setting accepts older ciphers.",
    ),
    Code.TLS_SERVER_NAME_UNKNOWN: CodeFacts(
        "The server does not know the name {host}: {detail}.",
        "The server has certificates only for other names than the SMTP host in the settings.",
        "Set the SMTP host to the name that the server's operator documents.",
        field=("smtpHost",),
    ),
    Code.TLS_ALPN_REFUSED: CodeFacts(
        "{host} refused the handshake because of the application protocol: {detail}.",
        "The server requires its clients to announce a protocol (ALPN), or a device on the network "
        "path announces another protocol than SMTP.",
        "Check the port, and whether a proxy or a firewall changes the connection. Otherwise, ask "
        "the server's operator to accept clients without ALPN.",
    ),
    Code.TLS_ANSWER_SMUGGLED: CodeFacts(
        "Unexpected data arrived between the reply to STARTTLS and the TLS handshake, so "
        "Postledger closed the connection.",
        "An attacker on the network path injects replies before the connection is secured "
        "(CVE-2011-0411), or the server is faulty.",
        "Do not use this connection. Check the network path, and have the server updated.",
    ),
    Code.CERTIFICATE_EXPIRED: CodeFacts(
        "A certificate of {host} has expired: {detail}.",
        "The server's operator did not renew the server's certificate or one of its authorities' "
        "certificates, or the clock of the machine that "
        "runs Postledger is wrong.",
        "Ask the server's operator to renew the certificate, and check the clock of the machine "
        "that runs Postledger.",
    ),
    Code.CERTIFICATE_NOT_YET_VALID: CodeFacts(
        "A certificate of {host} is not valid yet: {detail}.",
        "The certificate becomes valid later, or the clock of the machine that runs Postledger is "
        "wrong.",
        "Check the clock of the machine that runs Postledger.",
    ),
    Code.CERTIFICATE_HOSTNAME_MISMATCH: CodeFacts(
        "The certificate is not valid for {host}. It is valid for {detail}.",
        "The SMTP host in the settings is not a name in the server's certificate.",
        "Set the SMTP host to a name in the certificate.",
        field=("smtpHost",),
    ),
    Code.CERTIFICATE_SELF_SIGNED: CodeFacts(
        "The certificate of {host} is self-signed, and is not among the trusted certificates.",
        "No certificate authority issued the server's certificate.",
        "If the fingerprint is that of your server, add the certificate to the trusted "
        "certificates.",
        field=("trustedCertificates",),
    ),
    Code.CERTIFICATE_UNKNOWN_AUTHORITY: CodeFacts(
        "The certificate of {host} was issued by an authority that is not trusted: {detail}.",
        "The certificate authority is private, or this machine's list of authorities is old.",
        "If it is your own certificate authority, add its certificate to the trusted certificates.",
        field=("trustedCertificates",),
    ),
    Code.CERTIFICATE_CHAIN_INCOMPLETE: CodeFacts(
        "{host} does not send the whole chain of its certificate: {detail}.",
        "The server is configured with its own certificate only, without the intermediate "
        "certificates that lead to a trusted authority. Some clients download them; most mail "
        "clients do not.",
        "Ask the server's operator to send the intermediate certificates too, such as the file "
        "`fullchain.pem`.",
    ),
    Code.CERTIFICATE_REVOKED: CodeFacts(
        "A certificate of {host} was revoked by its authority: {detail}.",
        "The certificate's key was disclosed, or the certificate was replaced or issued by "
        "mistake. An attacker may be using it.",
        "Do not send passwords to this server. Ask its operator for a new certificate.",
    ),
    Code.REVOCATION_NOT_CHECKED: CodeFacts(
        "Whether a certificate of {host} was revoked could not be checked: {detail}",
        "The authority cannot be reached (revocation is checked over outgoing port 80), its answer "
        "is not valid, or the certificate does not say where to ask. Certificates of private "
        "authorities often do not.",
        "Allow outgoing connections to port 80, or set the revocation check to SOFT, which only "
        "reports a check that is impossible.",
        field=("revocationCheck",),
    ),
    Code.CERTIFICATE_REFUSED: CodeFacts(
        "The certificate of {host} was rejected: {detail}.",
        "The certificate breaks a rule: a weak key, a wrong purpose or a damaged chain.",
        "Ask the server's operator to replace the certificate.",
    ),
    Code.TRUSTED_CERTIFICATE_UNREADABLE: CodeFacts(
        "The trusted certificates in the settings cannot be read: {detail}.",
        "A value is not a certificate in PEM format.",
        "Paste the whole certificate, with its BEGIN and END lines.",
        field=("trustedCertificates",),
    ),
    Code.SIGN_IN_NOT_OFFERED: CodeFacts(
        "{host} does not offer sign-in on port {port}.",
        "The port is for mail from other servers, or the server accepts mail without sign-in.",
        "Use the submission port 587, or clear the username if the server needs no sign-in.",
        field=("smtpUsername",),
    ),
    Code.SIGN_IN_REQUIRES_TLS: CodeFacts(
        "{host} allows sign-in only over a secure connection.",
        "The secure connection is turned off in the settings.",
        "Turn on the secure connection.",
        field=("enableSecureConnection",),
    ),
    Code.NO_COMMON_MECHANISM: CodeFacts(
        "{host} offers no sign-in mechanism that these settings can use. It offers {detail}.",
        "The server does not offer the mechanism in the settings or, with AUTO, any mechanism "
        "that Postledger supports.",
        "Choose a mechanism that the server offers.",
        field=("authMechanism",),
    ),
    Code.MECHANISM_REFUSED: CodeFacts(
        "{host} refused the sign-in mechanism: {detail}",
        "The server does not accept this mechanism from Postledger, although it may offer it.",
        "Choose another mechanism that the server offers.",
        field=("authMechanism",),
    ),
    Code.ITERATIONS_OUT_OF_RANGE: CodeFacts(
        "{host} asks Postledger to hash the password {detail}.",
        "With SCRAM, the server decides how often the client hashes the password. Fewer times "
        "than the minimum help an impostor to guess the password, and more times than the maximum "
        "keep the client busy.",
        "Ask the server's operator to change the iteration count, or set another mechanism that "
        "the server offers.",
        field=("authMechanism",),
    ),
    Code.SERVER_NOT_PROVEN: CodeFacts(
        "{host} did not prove that it knows the password: {detail}.",
        "With SCRAM, the server must prove that it knows the password. The proof is missing or "
        "wrong: the server may be an impostor, or it does not follow the protocol.",
        "Check the host. If it is correct, inform the server's operator before you send mail "
        "through it.",
        field=("smtpHost",),
    ),
    Code.PASSWORD_MISSING: CodeFacts(
        "A username is set, but no password.",
        "The password was never set, or was cleared.",
        "Set the password, or clear the username if the server needs no sign-in.",
        field=("smtpPassword",),
    ),
    Code.CREDENTIALS_REJECTED: CodeFacts(
        "{host} rejected the username or the password: {detail}",
        "The username or the password is wrong, or the password has changed.",
        "Enter the password again, and check the username.",
        field=("smtpPassword",),
    ),
    Code.APP_PASSWORD_REQUIRED: CodeFacts(
        "{host} requires an app password instead of the account's own password: {detail}",
        "The account has two-step verification, or the provider accepts only app passwords.",
        "Create an app password in the account's security settings, and set it as the SMTP "
        "password.",
        field=("smtpPassword",),
    ),
    Code.WEB_SIGN_IN_REQUIRED: CodeFacts(
        "{host} wants the account's owner to sign in with a browser first: {detail}",
        "The provider considers this sign-in suspicious.",
        "Sign in with a browser, confirm that it was you, then use an app password.",
        field=("smtpPassword",),
    ),
    Code.BASIC_SIGN_IN_DISABLED: CodeFacts(
        "{host} no longer accepts passwords: {detail}",
        "The provider has turned off basic authentication.",
        "Configure OAuth2 instead of the password.",
        field=("oauth2",),
    ),
    Code.SMTP_SIGN_IN_DISABLED: CodeFacts(
        "SMTP sign-in is disabled for this mailbox or organization: {detail}",
        "Authenticated SMTP is disabled in the provider's administration settings.",
        "Ask the organization's mail administrator to enable authenticated SMTP for the mailbox.",
        transient=None,
    ),
    Code.SIGN_IN_BLOCKED_BY_POLICY: CodeFacts(
        "A policy of the organization blocks the sign-in: {detail}",
        "Conditional access, security defaults or a location rule blocks the sign-in.",
        "Ask the organization's administrator to exempt this account, or use OAuth2.",
    ),
    Code.ACCOUNT_DISABLED: CodeFacts(
        "The account is disabled or locked: {detail}",
        "The provider or the organization has suspended the account.",
        "Ask the provider or the organization's administrator to unlock the account.",
        field=("smtpUsername",),
    ),
    Code.ACCOUNT_NOT_ACTIVE: CodeFacts(
        "The account at {host} is not active yet: {detail}",
        "The provider has not activated the account for sending.",
        "Activate the account on the provider's website, or ask the provider to activate it.",
    ),
    Code.TOKEN_REFUSED: CodeFacts(
        "{host} rejected the OAuth2 access token: {detail}",
        "The token has the wrong scope, or the client is not allowed to use this mailbox.",
        "Check the scope, and check that the client is allowed to send from this mailbox by SMTP.",
        field=("oauth2", "clientId"),
    ),
    Code.TOO_MANY_SIGN_INS: CodeFacts(
        "{host} refuses more sign-ins for now, because there were too many: {detail}",
        "The provider limits the sign-ins or connections of an account.",
        "Wait a few minutes before the next test, and check which other systems use this account.",
        transient=True,
    ),
    Code.SIGN_IN_UNAVAILABLE: CodeFacts(
        "{host} cannot check the sign-in right now: {detail}",
        "The server's user directory is temporarily unavailable.",
        "Try again in a few minutes.",
        transient=True,
    ),
    Code.ADDRESS_INVALID: CodeFacts(
        "The address {detail} cannot be used in an SMTP command.",
        "The address contains spaces, line breaks or other characters that an address cannot have.",
        "Correct the address.",
        field=("defaultFromAddress",),
    ),
    Code.SMTPUTF8_NOT_OFFERED: CodeFacts(
        "The address {detail} has characters that {host} does not support.",
        "The part before the @ is not ASCII, and the server does not offer SMTPUTF8.",
        "Use an ASCII address, or a server that offers SMTPUTF8.",
        field=("defaultFromAddress",),
    ),
    Code.TLS_REQUIRED: CodeFacts(
        "{host} accepts mail only over a secure connection: {detail}",
        "The secure connection is turned off in the settings.",
        "Turn on the secure connection.",
        field=("enableSecureConnection",),
    ),
    Code.SIGN_IN_REQUIRED: CodeFacts(
        "{host} accepts mail only after sign-in: {detail}",
        "No username is set, or the server has forgotten the sign-in.",
        "Set the username and the password.",
        field=("smtpUsername",),
    ),
    Code.SENDER_REFUSED: CodeFacts(
        "{host} refused the sender {sender}: {detail}",
        "The server does not accept this From address.",
        "Use a From address that the server accepts.",
        field=("defaultFromAddress",),
        transient=None,
    ),
    Code.SENDER_NOT_OWNED: CodeFacts(
        "The account is not allowed to send as {sender}: {detail}",
        "The From address does not belong to the account, and the account has no permission to "
        "send as this address.",
        "Use the account's own address as the From address, or grant the account permission to "
        "send as this address.",
        field=("defaultFromAddress",),
        transient=None,
    ),
    Code.SENDER_NOT_VERIFIED: CodeFacts(
        "The provider has not verified the sender {sender}: {detail}",
        "The From address or its domain is not verified with the provider.",
        "Verify the From address or its domain with the provider, or use a verified From address.",
        field=("defaultFromAddress",),
        transient=None,
    ),
    Code.SENDER_DOMAIN_UNKNOWN: CodeFacts(
        "{host} found no DNS records for the domain of {sender}: {detail}",
        "The domain of the From address does not exist or is misspelled.",
        "Correct the domain of the From address.",
        field=("defaultFromAddress",),
        transient=None,
    ),
    Code.SENDER_UNKNOWN: CodeFacts(
        "{host} found that the mailbox {sender} does not exist: {detail}",
        "The server asks the mail server of the sender's domain whether the From address exists "
        "before it accepts a message.",
        "Use a From address that can receive mail, or create its mailbox.",
        field=("defaultFromAddress",),
        transient=None,
    ),
    Code.RELAYING_DENIED: CodeFacts(
        "{host} does not relay mail for this client: {detail}",
        "The server accepts mail only for its own domains, unless the client signs in or is on "
        "the server's list of clients.",
        "Set the username and the password, or ask the server's operator to allow Postledger's IP "
        "address.",
        field=("smtpUsername",),
        transient=None,
    ),
    Code.RECIPIENT_UNKNOWN: CodeFacts(
        "{host} does not know the recipient {recipient}: {detail}",
        "The recipient's address is misspelled or no longer exists.",
        "Check the recipient of the test email.",
        transient=None,
    ),
    Code.RECIPIENT_DOMAIN_UNKNOWN: CodeFacts(
        "{host} found no mail server for the domain of {recipient}: {detail}",
        "The recipient's domain does not exist or does not accept mail.",
        "Check the recipient of the test email.",
        transient=None,
    ),
    Code.RECIPIENT_REFUSED: CodeFacts(
        "{host} refused the recipient {recipient}: {detail}",
        "The server does not deliver to this address.",
        "Try another recipient.",
        transient=None,
    ),
    Code.RECIPIENT_NOT_AUTHORIZED: CodeFacts(
        "This account may send only to authorized recipients, and {recipient} is not among them: "
        "{detail}",
        "The provider limits trial accounts and sandbox domains to recipients that confirmed their "
        "address.",
        "Add the recipient to the authorized recipients on the provider's website, or upgrade the "
        "account.",
    ),
    Code.MAILBOX_FULL: CodeFacts(
        "The mailbox of {recipient} is full: {detail}",
        "The recipient's mailbox has no space left.",
        "Try another recipient.",
        transient=True,
    ),
    Code.GREYLISTED: CodeFacts(
        "{host} makes unknown senders wait a few minutes: {detail}",
        "Greylisting: the server accepts the message when it is sent again later.",
        "Try again in five minutes.",
        transient=True,
    ),
    Code.RATE_LIMITED: CodeFacts(
        "{host} accepts no more mail from this account or IP address for now: {detail}",
        "There were too many messages or connections in a short time.",
        "Wait a few minutes, and check which other systems send with this account.",
        transient=True,
    ),
    Code.QUOTA_EXCEEDED: CodeFacts(
        "The account has reached its sending limit: {detail}",
        "The provider's daily or monthly limit of messages is used up.",
        "Wait until the provider's limit resets, or ask the provider to raise it.",
        transient=True,
    ),
    Code.SERVER_OUT_OF_STORAGE: CodeFacts(
        "{host} has no space for the message right now: {detail}",
        "The server's disk or queue is full.",
        "Try again later, and inform the server's operator.",
        transient=True,
    ),
    Code.MESSAGE_TOO_LARGE: CodeFacts(
        "{host} does not accept a message of this size: {detail}",
        "The server's size limit is smaller than even a test email.",
        "Ask the server's operator to raise the size limit.",
        transient=None,
    ),
    Code.POLICY_REFUSED: CodeFacts(
        "{host} refused the message because of a policy: {detail}",
        "A rule of the server or the organization blocks the message.",
        "Ask the server's operator which rule it was, and quote the server's reply.",
        transient=None,
    ),
    Code.REPUTATION_REFUSED: CodeFacts(
        "{host} refused the message because of the reputation of the sender or of Postledger's IP "
        "address: {detail}",
        "Postledger's IP address is on a blocklist or has no reverse DNS, or the sender's domain "
        "fails the SPF, DKIM or DMARC check.",
        "Check the blocklist named in the reply, and the SPF, DKIM and DMARC records of the "
        "sender's domain.",
        transient=None,
    ),
    Code.MESSAGE_REFUSED: CodeFacts(
        "{host} refused the message: {detail}",
        "The message did not pass the server's content checks.",
        "Read the server's reply: it names the check that failed.",
        transient=None,
    ),
    Code.TEMPORARILY_REFUSED: CodeFacts(
        "{host} cannot accept the message right now: {detail}",
        "The server has a temporary problem.",
        "Try again in a few minutes.",
        transient=True,
    ),
    Code.NO_ANSWER_AFTER_MESSAGE: CodeFacts(
        "{host} did not confirm the message, so it is not known whether the server accepted it.",
        "The connection broke or timed out after the message was sent and before the server "
        "answered.",
        "Look into the recipient's mailbox before you send again: the message may have arrived.",
        transient=True,
    ),
    Code.CONNECTION_CLOSED: CodeFacts(
        "{host} closed the connection without giving a reason.",
        "The server, or a device on the network path, closed the connection.",
        "Try again. If the problem persists, check the port and the TLS mode, and ask the server's "
        "operator.",
        transient=True,
    ),
    Code.REPLY_TIMED_OUT: CodeFacts(
        "{host} did not answer in time.",
        "The server is overloaded, or delays its replies on purpose.",
        "Increase the timeout, or try again later.",
        field=("timeoutSeconds",),
        transient=True,
    ),
    Code.REPLY_TOO_LONG: CodeFacts(
        "{host} sent a reply that is too long, so Postledger closed the connection.",
        "The server is faulty or hostile, or is not a mail server.",
        "Check the host and port.",
    ),
    Code.REPLY_SENSELESS: CodeFacts(
        "{host} sent a reply that is not valid SMTP: {detail}",
        "The server, or a device on the network path, does not follow the protocol.",
        "Check the host and port, and whether a firewall or virus scanner changes the connection.",
    ),
    Code.TEST_TIMED_OUT: CodeFacts(
        "The test did not finish in time: {detail}.",
        "The steps together took longer than a whole test may take, or one step took so long "
        "because its timeout is longer than that.",
        "Find out why the stage that is named in the message takes so long, then try again.",
        transient=True,
    ),
}
