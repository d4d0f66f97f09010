"""Wordings that refuse the client: its IP address, its name in EHLO, or its rate."""

from mail.classification.wording import ANY_STAGE, SIGNING_IN, Wording
from mail.report.codes import Code
from mail.report.report import StageName

_AFTER_TLS = ANY_STAGE - {StageName.TLS}

HELO = (
    Wording(
        Code.EHLO_NAME_REFUSED,
        (
            "helo|ehlo argument|name|hostname|host|domain|parameter|string|identity|greeting",
            "helo|ehlo rejected|refused|invalid|blocked|denied|failed|error|syntax|mismatch",
            "helo|ehlo requires|require|needs|should|must|is|was|does|did|cannot|has|contains",
            "helo|ehlo command rejected",
            "helo|ehlo … not|resolve|resolvable|unresolvable",
            "reject|rejected|refused|faked|dynamic helo|ehlo",
            "helo|ehlo check|policy|restrictions|violation|impersonating",
            "bad|invalid|forged|wrong|incorrect|malformed|illegal|fake|missing|valid helo|ehlo",
            "bogus|your|own|numeric|dotless|unacceptable|unresolvable|spoofed helo|ehlo",
            "mailserver name in private namespace",
            "need fully qualified hostname",
        ),
        replies=("501", "504", "55", "45"),
        stages=_AFTER_TLS - SIGNING_IN,
        source="Postfix smtpd_check.c, Exim ACLs, Sendmail, hMailServer",
        examples=(
            (
                "RCPT_TO: 504 5.5.2 <25aea30808b2>: Helo command rejected: need fully-qualified"
                " hostname"
            ),
            "RCPT_TO: 450 4.7.1 <c93fcab98fcb>: Helo command rejected: Host not found",
            "RCPT_TO: 554 5.7.1 <localhost>: Helo command rejected: You are not me",
            "RCPT_TO: 501 5.5.2 <a_b>: Helo command rejected: Invalid name",
            "EHLO: 501 5.0.0 HELO requires domain address",
            "EHLO: 501 5.5.4 HELO/EHLO argument invalid",
            "RCPT_TO: 550 The host name specified in HELO does not match IP address.",
            "RCPT_TO: 554 5.7.1 Bogus HELO",
            "RCPT_TO: 550 Bad HELO - 192.0.2.9 is not a valid host name",
            "EHLO: 501 Syntactically invalid EHLO argument(s)",
            "MAIL_FROM: 550 HELO argument does not resolve",
        ),
    ),
    Wording(
        Code.EHLO_NAME_REFUSED,
        ("closing connection ehlo|helo",),
        stages=_AFTER_TLS - SIGNING_IN,
        source="Gmail's relay refuses a name that is not the sender's own",
        examples=("EHLO: 421-4.7.0 Try again later, closing connection. (EHLO) d2e1 - gsmtp",),
    ),
    Wording(
        Code.EHLO_NAME_REFUSED,
        (
            "invalid|bad|own|qualified … name|host|hostname|domain|address|argument",
            "need|syntax … name|host|hostname|domain|address|argument",
        ),
        stages=frozenset({StageName.EHLO}),
        source="Sendmail, Courier, CommuniGate",
        examples=("EHLO: 501 5.0.0 Invalid domain name",),
    ),
)

REPUTATION = (
    Wording(
        Code.REPUTATION_REFUSED,
        (
            "blocked using",
            "ip … blocked",
            "host|client blocked by",
            "is|was listed",
            "listed in|by|on|at",
            "on our|a|the block|black list",
            "block|black list",
            (
                "blocklist|blacklist|blocklisted|blacklisted|dnsbl|rbl|spamhaus|spamcop|sorbs|barracud"
                "a"
            ),
            "banned sending",
            "banned sender",
            "bad|poor|low reputation",
            "reputation",
            "dynamic ip|address|pool|range",
        ),
        stages=_AFTER_TLS - SIGNING_IN,
        source="Postfix (reject_rbl_client), Exim dnslists, Microsoft 365, postscreen",
        examples=(
            (
                "GREETING: 554 5.7.1 Service unavailable; client [192.0.2.9] blocked using"
                " zen.spamhaus.org"
            ),
            (
                "RCPT_TO: 554 5.7.1 Service unavailable; Sender address [a@example.org] blocked"
                " using"
                " dbl.spamhaus.org"
            ),
            (
                "GREETING: 554-mx.example.com ESMTP not accepting messages\n"
                "554 Your access to this mail system has been rejected due to the sending MTA's"
                " poor"
                " reputation."
            ),
            "RCPT_TO: 550 5.7.606 Access denied, banned sending IP [192.0.2.9].",
            "RCPT_TO: 550-rejected because 192.0.2.9 is in a black list at zen.spamhaus.org",
            "MAIL_FROM: 550 5.7.1 Your IP is on our block list",
        ),
    ),
    Wording(
        Code.REPUTATION_REFUSED,
        (
            "cannot find your hostname",
            "cannot find your reverse hostname",
            "reverse dns",
            "reverse host|hostname|lookup|name",
            "ptr record",
            "no ptr",
            "missing ptr",
            "without ptr",
            "forward confirmed",
            "hostname|host … could not be found|resolved",
        ),
        stages=_AFTER_TLS - SIGNING_IN,
        source="Postfix (reject_unknown_client_hostname), Exim, Gmail",
        examples=(
            (
                "RCPT_TO: 450 4.7.25 Client host rejected: cannot find your reverse hostname,"
                " [192.0.2.9]"
            ),
            "GREETING: 554 5.7.1 No reverse DNS for 192.0.2.9",
            (
                "DATA: 550-5.7.25 The IP address sending this message does not have a PTR record\n"
                "550 5.7.25 setup. d2e1 - gsmtp"
            ),
        ),
    ),
    Wording(
        Code.REPUTATION_REFUSED,
        ("traffic not accepted from this ip", "spam abuse detected", "bad outbound sender ip"),
        source="Exchange Online NDR codes 5.7.708 and 5.7.501",
        examples=(
            "RCPT_TO: 550 5.7.708 Access denied, traffic not accepted from this IP. [AM0PR02]",
            "DATA: 550 5.7.501 Access denied, spam abuse detected",
        ),
    ),
    Wording(
        Code.REPUTATION_REFUSED,
        (
            "temporarily deferred due to … complaints",
            "due to user complaints",
            "unexpected volume or user complaints",
        ),
        source="Yahoo, SMTP error codes (TSS04)",
        examples=(
            (
                "MAIL_FROM: 421 4.7.0 [TSS04] Messages from 192.0.2.9 temporarily deferred due to"
                " unexpected volume or user complaints - 4.16.55.1"
            ),
        ),
    ),
)

CLIENT = (
    Wording(
        Code.SIGN_IN_REQUIRED,
        ("client host rejected access denied",),
        username_set=False,
        stages=_AFTER_TLS - SIGNING_IN - {StageName.GREETING},
        source="Postfix's submission service (smtpd_client_restrictions)",
        examples=("RCPT_TO: 554 5.7.1 <unknown[10.5.2.20]>: Client host rejected: Access denied",),
    ),
    Wording(
        Code.CLIENT_REFUSED,
        (
            "client host rejected",
            "client … rejected access denied",
            "unauthorized|unauthorised ip",
            "ip … not authorized|authorised|allowed|permitted|whitelisted",
            "your ip … rejected|refused|denied",
            "not allowed to connect",
            "connection|connections refused|rejected|denied from|by",
            "host is not allowed",
            "client was rejected",
        ),
        source="Postfix (check_client_access), Brevo, Exchange",
        examples=(
            "GREETING: 554 5.7.1 <unknown[192.0.2.9]>: Client host rejected: Access denied",
            "AUTHENTICATE: 525 5.7.1 Unauthorized IP address",
            "MAIL_FROM: 550 Your IP address 192.0.2.9 is not allowed to send mail here",
        ),
    ),
    Wording(
        Code.SERVER_BUSY,
        (
            "too many errors",
            "too many connections",
            "too many concurrent|simultaneous",
            "too many smtp sessions|connections",
            "too many sessions",
            "too many syntax",
            "too many unrecognized|unknown|invalid|bad commands",
            "all server ports are busy",
            "load average",
            "system load",
            "server busy closing",
            "service shutting down",
            "shutting down",
        ),
        stages=_AFTER_TLS - SIGNING_IN,
        replies=("4", "554"),
        source="Postfix smtpd.c, Exim, Amazon SES",
        examples=(
            "RCPT_TO: 421 4.7.0 relay.corp.example Error: too many errors",
            "GREETING: 421 4.7.0 mx.example.org Error: too many connections from [::1]",
            "MAIL_FROM: 421 4.3.2 All server ports are busy",
            "EHLO: 421 Too many concurrent SMTP connections; please try again later.",
        ),
    ),
    Wording(
        Code.RATE_LIMITED,
        (
            "unusual rate",
            "rate limit|limited|limits|exceeded",
            "sending rate",
            "at a rate",
            "throttling|throttled|throttle",
            "too many messages|mails|emails|recipients|deliveries",
            "too much mail",
            "sender thread limit",
            "thread limit exceeded",
            "unusual sending activity",
            "too fast",
            "mail flood",
            "slow down",
            "probation",
            "connection rate",
            "reduce your",
        ),
        replies=("4", "5"),
        stages=_AFTER_TLS - SIGNING_IN,
        source="Gmail, Microsoft 365, Postfix anvil, Sendmail, Zoho, Mailgun",
        examples=(
            (
                "MAIL_FROM: 421 4.7.28 Our system has detected an unusual rate of unsolicited mail."
                " gsmtp"
            ),
            "RCPT_TO: 450 4.7.1 Error: too much mail from 192.0.2.9",
            "DATA: 454 Throttling failure: Maximum sending rate exceeded.",
            "MAIL_FROM: 550 5.4.6 Unusual sending activity detected. Please try after sometime",
            "GREETING: 421 4.3.2 Connection rate limit exceeded.",
        ),
    ),
)
