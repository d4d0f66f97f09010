"""Classifies refusals by the stage, the reply code and the wording of common servers.

The rules of a stage are tried in order and the first match decides, so specific rules come before
general ones. The wordings are from Gmail, Microsoft 365, Postfix, Exim, Exchange and the known
providers; `docs/fault-table.md` lists the replies that are tested.
"""

import re
from collections.abc import Mapping, Sequence

from mail.report.codes import Code
from mail.report.reply import Reply
from mail.report.report import StageName

Rules = Sequence[tuple[str, Code]]
"""Patterns that are searched in a code and its text, such as `535 5.7.8 Error: failed`."""

_BUSY: Rules = [(r"^421", Code.SERVER_BUSY)]

_GREETING: Rules = [
    (r"spamhaus|block ?list|black ?list|dnsbl|\brbl\b|reputation", Code.CLIENT_REFUSED),
    (r"^4", Code.SERVER_BUSY),
    (r"^5", Code.CLIENT_REFUSED),
]

_EHLO: Rules = [
    (r"\(ehlo\)|(he|eh)lo.*(name|host|domain|argument|invalid)", Code.EHLO_NAME_REFUSED),
    (
        r"(invalid|bad|need|own|fully|syntax).*(name|host|domain|address|argument)",
        Code.EHLO_NAME_REFUSED,
    ),
    (r"^(501|504|553)", Code.EHLO_NAME_REFUSED),
    (r"^4", Code.SERVER_BUSY),
    (r"^5", Code.EHLO_REFUSED),
]

_STARTTLS: Rules = [(r"^4", Code.STARTTLS_UNAVAILABLE), (r"^5", Code.STARTTLS_REFUSED)]

_SIGN_IN: Rules = [
    (r"^538|^(5\d\d|451).*(starttls|\btls\b|encrypt|secure connection)", Code.SIGN_IN_REQUIRES_TLS),
    (r"smtpclientauthentication is disabled", Code.SMTP_SIGN_IN_DISABLED),
    (r"basic authentication is|5\.7\.30", Code.BASIC_SIGN_IN_DISABLED),
    (
        r"security defaults|conditional access|did not meet the criteria",
        Code.SIGN_IN_BLOCKED_BY_POLICY,
    ),
    (r"user credentials were incorrect", Code.CREDENTIALS_REJECTED),
    (r"account (is |has been )?(disabled|locked|suspended)", Code.ACCOUNT_DISABLED),
    (r"5\.7\.139", Code.BASIC_SIGN_IN_DISABLED),
    (r"5\.7\.14\b|web ?login|web browser", Code.WEB_SIGN_IN_REQUIRED),
    (r"^432|too many|concurrent|rate limit|exceeded", Code.TOO_MANY_SIGN_INS),
    (r"5\.7\.9|app(lication)?[- ](specific )?password", Code.APP_PASSWORD_REQUIRED),
    (r"5\.7\.8.*(badcredentials|support\.google)", Code.APP_PASSWORD_REQUIRED),
    (r"not advertised", Code.SIGN_IN_NOT_OFFERED),
    (r"^504|5\.7\.4|mechanism|authentication type", Code.MECHANISM_REFUSED),
    (r"^4", Code.SIGN_IN_UNAVAILABLE),
    (r"^50[023]", Code.MECHANISM_REFUSED),
    (r"^5", Code.CREDENTIALS_REJECTED),
]

_TOKEN_SIGN_IN: Rules = [
    (r"badcredentials|5\.7\.(8|3)\b", Code.TOKEN_REFUSED),
    *_SIGN_IN[:-1],
    (r"^5", Code.TOKEN_REFUSED),
]

_SENDING: Rules = [
    (
        r"starttls|must issue|encryption (is )?(required|needed)|secure connection",
        Code.TLS_REQUIRED,
    ),
    (r"5\.6\.7|smtputf8", Code.SMTPUTF8_NOT_OFFERED),
    (
        r"^530|5\.7\.57|authentication (is )?(required|needed)|not (logged in|authenticated)",
        Code.SIGN_IN_REQUIRED,
    ),
    (
        r"5\.7\.60|5\.2\.252|send ?as ?denied|not owned by|(permissions?|permitted) to send",
        Code.SENDER_NOT_OWNED,
    ),
    (r"relaying disallowed as|not allowed to send (as|from)", Code.SENDER_NOT_OWNED),
    (
        r"not verified|verified sender|sender signature|domain .*not allowed to send",
        Code.SENDER_NOT_VERIFIED,
    ),
    (
        r"[45]\.1\.8|sender address rejected: domain not found|sender verify fail",
        Code.SENDER_DOMAIN_UNKNOWN,
    ),
    (r"gr[ea]y-?list|postgrey", Code.GREYLISTED),
    (
        r"5\.4\.5|5\.1\.90|daily|monthly|submissionquota|sending (limit|quota)|credits",
        Code.QUOTA_EXCEEDED,
    ),
    (r"^432|4\.7\.28|\brate\b|rate limit|throttl|too many", Code.RATE_LIMITED),
    (r"[45]\.2\.2|(mailbox|inbox).*(full|out of storage)|over ?quota", Code.MAILBOX_FULL),
    (r"4\.3\.1|insufficient (system|storage|resource|disk)", Code.SERVER_OUT_OF_STORAGE),
    (r"^552|5\.3\.4|message.*(too (big|large)|size)", Code.MESSAGE_TOO_LARGE),
    (r"spamhaus|block ?list|black ?list|dnsbl|\brbl\b|reputation|banned", Code.REPUTATION_REFUSED),
    (
        r"reverse (dns|host)|\bptr\b|\bspf\b|\bdkim\b|\bdmarc\b|5\.7\.2[3-9]",
        Code.REPUTATION_REFUSED,
    ),
]

_MAIL_FROM: Rules = [
    *_SENDING,
    *_BUSY,
    (r"^4", Code.TEMPORARILY_REFUSED),
    (r"policy|spam", Code.POLICY_REFUSED),
    (r"^5", Code.SENDER_REFUSED),
]

_RCPT_TO: Rules = [
    (r"\brelay|5\.7\.54|5\.7\.64", Code.RELAYING_DENIED),
    *_SENDING,
    (
        r"[45]\.1\.2\b|domain (not found|does not exist)|no such domain",
        Code.RECIPIENT_DOMAIN_UNKNOWN,
    ),
    (
        r"5\.1\.(1|10|6)\b|(user|recipient|mailbox|account).*(unknown|not found|unavail|not exist)",
        Code.RECIPIENT_UNKNOWN,
    ),
    (
        r"unknown (user|recipient)|no such (user|recipient|person)|unrouteable",
        Code.RECIPIENT_UNKNOWN,
    ),
    *_BUSY,
    (r"^4", Code.TEMPORARILY_REFUSED),
    (r"5\.7\.1\b|policy", Code.POLICY_REFUSED),
    (r"^5", Code.RECIPIENT_REFUSED),
]

_DATA: Rules = [
    *_SENDING,
    *_BUSY,
    (r"^4", Code.TEMPORARILY_REFUSED),
    (r"spam|virus|content|5\.6\.|header", Code.MESSAGE_REFUSED),
    (r"5\.7\.\d|policy", Code.POLICY_REFUSED),
    (r"^5", Code.MESSAGE_REFUSED),
]

_RULES: Mapping[StageName, Rules] = {
    StageName.GREETING: _GREETING,
    StageName.EHLO: _EHLO,
    StageName.TLS: _STARTTLS,
    StageName.AUTHENTICATE: _SIGN_IN,
    StageName.MAIL_FROM: _MAIL_FROM,
    StageName.RCPT_TO: _RCPT_TO,
    StageName.DATA: _DATA,
}


def meaning_of(reply: Reply, stage: StageName, *, by_token: bool = False) -> Code:
    """Returns the diagnosis code of an unexpected reply in `stage`.

    `by_token` is true if the sign-in uses XOAUTH2.
    """
    text = f"{reply.code} {reply.raw or reply.text}"
    text = re.sub(r"\s+", " ", text)
    token_stage = by_token and stage is StageName.AUTHENTICATE
    rules = _TOKEN_SIGN_IN if token_stage else _RULES[stage]
    for pattern, code in rules:
        if re.search(pattern, text, re.IGNORECASE):
            return code
    return Code.REPLY_SENSELESS
