"""Wordings about the secured connection: it is required, unavailable, or lacks a certificate."""

from mail.classification.wording import ANY_STAGE, SENDING, SIGNING_IN, Wording
from mail.report.codes import Code
from mail.report.report import StageName

_BEFORE_TLS = (
    "must issue a starttls",
    "starttls is required",
    "starttls required",
    "issue a starttls",
    "use starttls",
    "starttls first",
    "starttls before",
    "tls is required",
    "tls required",
    "requires tls",
    "requires a tls",
    "need tls",
    "encryption is required",
    "encryption required",
    "encryption needed",
    "encryption is needed",
    "requires encryption",
    "secure|encrypted|tls|ssl connection|session|channel … required|needed|mandatory|first|only",
    "need|needs|require|requires|required|only|must|use … secure|encrypted connection|session",
    "need|needs|require|requires|required|only|must|use … tls|ssl connection|session",
    "only … over tls|ssl",
    "over tls|ssl only",
    "not|non|without … secure|encrypted|tls|ssl connection|session|connections",
    "ssl … required",
    "requires ssl",
    "only with ssl|tls",
    "only over ssl|tls",
    "plaintext authentication disallowed",
    "cleartext authentication disallowed",
)

TLS = (
    Wording(
        Code.TLS_CLIENT_CERTIFICATE_REQUIRED,
        (
            "no client certificate",
            "client certificate … required|needed|mandatory|missing",
            "client certificate not presented|provided|supplied|sent",
            "client certificate is|was not presented|provided|supplied|sent",
            "missing client certificate",
            "without … client certificate",
            "must|need|needs|require|requires … client certificate",
            "certificate required",
            "certificate is required",
        ),
        stages=ANY_STAGE - {StageName.TLS},
        source="Postfix smtpd.c (smtpd_tls_req_ccert)",
        examples=(
            "EHLO: 421 4.7.1 pf.test Error: No client certificate presented",
            "MAIL_FROM: 530 5.7.0 Must present a client certificate",
            "RCPT_TO: 530 5.7.1 A valid client certificate is needed",
        ),
    ),
    Wording(
        Code.TLS_CLIENT_CERTIFICATE_REFUSED,
        (
            "client certificate not trusted",
            "client certificate not verified",
            "client certificate not permitted",
            "client certificate is|was not|rejected|refused|invalid|expired|revoked|untrusted",
            "client certificate rejected|refused|invalid|expired|revoked|untrusted",
            "invalid|expired|revoked|untrusted|unknown client certificate",
        ),
        stages=ANY_STAGE - {StageName.TLS},
        source="Postfix smtpd.c (smtpd_tls_req_ccert), smtpd_check.c (permit_tls_clientcerts)",
        examples=(
            "EHLO: 421 4.7.1 pf.test Error: Client certificate not trusted",
            "RCPT_TO: 554 5.7.1 Client certificate not trusted",
            "MAIL_FROM: 550 5.7.1 Invalid client certificate",
            "EHLO: 550 5.7.1 The client certificate was rejected",
        ),
    ),
    Wording(
        Code.TLS_VERSION_TOO_OLD,
        ("tls and are not supported", "tls version|versions … not supported", "tls … deprecated"),
        source="Exchange Online (TLS 1.0 and 1.1 are refused)",
        examples=(
            (
                "MAIL_FROM: 421 4.7.66 TLS 1.0 and 1.1 are not supported. Please upgrade/update"
                " your"
                " client to support TLS 1.2."
            ),
        ),
    ),
    Wording(
        Code.SIGN_IN_REQUIRES_TLS,
        _BEFORE_TLS,
        replies=("5", "451", "454"),
        stages=SIGNING_IN,
        source="RFC 4954 §4, RFC 3207 §4; Postfix, Exim, Dovecot",
        examples=(
            "AUTHENTICATE: 530 5.7.0 Must issue a STARTTLS command first",
            (
                "AUTHENTICATE: 523 5.7.10 [AUTH] Plaintext authentication disallowed on non-secure"
                " (SSL/TLS) connections."
            ),
            "AUTHENTICATE: 503 5.5.1 Encryption required before AUTH",
        ),
    ),
    Wording(
        Code.SIGN_IN_REQUIRES_TLS,
        enhanced=("7.10", "7.11"),
        stages=SIGNING_IN,
        source="RFC 4954 §6, RFC 5248",
        examples=("AUTHENTICATE: 534 5.7.11 Not over this connection",),
    ),
    Wording(
        Code.SIGN_IN_REQUIRES_TLS,
        replies=("538", "523"),
        stages=SIGNING_IN,
        source="RFC 4954 §6 (538); Dovecot submission-login (523)",
        examples=("AUTHENTICATE: 538 no",),
    ),
    Wording(
        Code.TLS_REQUIRED,
        _BEFORE_TLS,
        stages=SENDING | {StageName.EHLO},
        secured=False,
        source="RFC 3207 §4; Postfix, Exim, Gmail, Microsoft 365",
        examples=(
            "MAIL_FROM: 530 5.7.0 Must issue a STARTTLS command first. d2e1a72 - gsmtp",
            "MAIL_FROM: 451 5.7.3 STARTTLS is required to send mail [AM0PR02]",
            "RCPT_TO: 550 5.7.1 Session encryption is required",
        ),
    ),
    Wording(
        Code.TLS_REQUIRED,
        enhanced=("7.10", "7.11"),
        stages=SENDING,
        secured=False,
        source="RFC 5248",
        examples=("MAIL_FROM: 530 5.7.10 no",),
    ),
)
"""The examples are of sessions without TLS."""
