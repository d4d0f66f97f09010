"""The providers: data only, in the order in which they are shown.

To change a fact, read the provider's page again, set `checked_on` to that day, and update the table
in `docs/providers.md` with `./dev run python tests/mail/providers/test_providers.py`.
"""
# A hint about a password and the URL of a token endpoint are not secrets.
# ruff: noqa: S106

from typing import Final

from mail.providers.provider import Provider, ProviderEndpoint, ProviderNote

PROVIDERS: Final[tuple[Provider, ...]] = (
    Provider(
        id="gmail",
        name="Gmail",
        smtp_host="smtp.gmail.com",
        other_hosts=("smtp.googlemail.com",),
        domains=("gmail.com", "googlemail.com"),
        endpoints=(
            ProviderEndpoint(587, "STARTTLS", recommended=True),
            ProviderEndpoint(465, "IMPLICIT"),
        ),
        username_hint="The full Google address, such as alerts@example.com.",
        password_hint="An app password: 16 letters, without the spaces. App passwords need 2-Step "
        "Verification.",
        app_password_required=True,
        from_address_must_match_username=True,
        auth_mechanisms=("PLAIN", "LOGIN", "XOAUTH2"),
        oauth2_scope="https://mail.google.com/",
        notes=(
            ProviderNote("A new account password revokes every app password."),
            ProviderNote(
                "App passwords are not available with Advanced Protection, or if 2-Step "
                "Verification uses only security keys. An organization may turn them off."
            ),
            ProviderNote(
                "Google's own token endpoint does not support the client-credentials grant. To use "
                "OAuth2, you need your own token service that supports it."
            ),
        ),
        documentation_url="https://support.google.com/a/answer/176600",
        checked_on="2026-11-23",
        sources=(
            "https://support.google.com/accounts/answer/185833",
            "https://developers.google.com/workspace/gmail/imap/xoauth2-protocol",
        ),
    ),
    Provider(
        id="google-workspace-relay",
        name="Google Workspace SMTP relay",
        smtp_host="smtp-relay.gmail.com",
        endpoints=(
            ProviderEndpoint(587, "STARTTLS", recommended=True),
            ProviderEndpoint(465, "IMPLICIT"),
            ProviderEndpoint(25, "STARTTLS"),
        ),
        username_hint="Empty if the relay identifies your server by its IP address; otherwise a "
        "full Workspace address.",
        password_hint="Empty without a username; otherwise that account's app password.",
        notes=(
            ProviderNote(
                "An administrator must turn on the relay first: Admin console, Apps, Google "
                "Workspace, Gmail, Routing, SMTP relay service."
            ),
            ProviderNote(
                "The relay refuses clients that use the name localhost in EHLO: set the EHLO "
                "hostname to your server's full domain name."
            ),
        ),
        documentation_url="https://support.google.com/a/answer/2956491",
        checked_on="2026-11-23",
        sources=(
            "https://support.google.com/a/answer/2956491",
            "https://support.google.com/a/answer/6140680",
        ),
    ),
    Provider(
        id="microsoft-365",
        name="Microsoft 365",
        smtp_host="smtp.office365.com",
        other_hosts=("smtp-legacy.office365.com",),
        endpoints=(ProviderEndpoint(587, "STARTTLS", recommended=True),),
        username_hint="The full address of the sending mailbox.",
        password_hint="Empty with OAuth2. The mailbox's password works only while basic sign-in is "
        "on.",
        password_sign_in_ends="2026-12-31",
        auth_mechanisms=("XOAUTH2", "LOGIN"),
        oauth2_token_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        oauth2_scope="https://outlook.office365.com/.default",
        notes=(
            ProviderNote(
                "Basic sign-in (with a username and password) is off by default from the end of "
                "December 2026. An administrator can turn it on again, but OAuth2 is the better "
                "choice.",
                effective_from="2026-12-31",
            ),
            ProviderNote(
                "Microsoft will announce in the second half of 2027 when basic sign-in ends for "
                "good."
            ),
            ProviderNote("SMTP AUTH must be enabled for the mailbox, even with OAuth2."),
            ProviderNote("The limits are 30 messages per minute and 3 connections at a time."),
        ),
        documentation_url="https://learn.microsoft.com/en-us/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission",
        checked_on="2026-11-23",
        sources=(
            "https://techcommunity.microsoft.com/blog/exchange/updated-exchange-online-smtp-auth-basic-authentication-deprecation-timeline/4489835",
            "https://learn.microsoft.com/en-us/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth",
        ),
    ),
    Provider(
        id="outlook-com",
        name="Outlook.com",
        smtp_host="smtp-mail.outlook.com",
        domains=(
            "outlook.com",
            "hotmail.com",
            "live.com",
            "msn.com",
            "windowslive.com",
            "outlook.at",
            "outlook.be",
            "outlook.de",
            "outlook.dk",
            "outlook.es",
            "outlook.fr",
            "outlook.ie",
            "outlook.it",
            "outlook.jp",
            "outlook.pt",
            "outlook.com.au",
            "outlook.com.br",
            "hotmail.be",
            "hotmail.ca",
            "hotmail.de",
            "hotmail.dk",
            "hotmail.es",
            "hotmail.fi",
            "hotmail.fr",
            "hotmail.it",
            "hotmail.nl",
            "hotmail.no",
            "hotmail.se",
            "hotmail.co.jp",
            "hotmail.co.uk",
            "hotmail.com.au",
            "hotmail.com.br",
            "live.at",
            "live.be",
            "live.ca",
            "live.de",
            "live.dk",
            "live.fi",
            "live.fr",
            "live.ie",
            "live.it",
            "live.jp",
            "live.nl",
            "live.no",
            "live.se",
            "live.co.uk",
            "live.com.au",
        ),
        endpoints=(ProviderEndpoint(587, "STARTTLS", recommended=True),),
        username_hint="The full address of the account.",
        password_hint="Not accepted, not even an app password: OAuth2 only.",
        auth_mechanisms=("XOAUTH2",),
        oauth2_scope="https://outlook.office.com/SMTP.Send",
        notes=(
            ProviderNote("Basic sign-in is no longer available.", effective_from="2024-09-16"),
            ProviderNote(
                "A token needs the consent of the account's owner; the client-credentials grant is "
                "for organizations only. For system email, choose another provider."
            ),
        ),
        documentation_url="https://support.microsoft.com/en-us/office/pop-imap-and-smtp-settings-for-outlook-com-d088b986-291d-42b8-9564-9c414e2aa040",
        checked_on="2026-11-23",
        sources=(
            "https://learn.microsoft.com/en-us/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth",
            "https://github.com/thunderbird/autoconfig/blob/master/ispdb/hotmail.com.xml",
        ),
    ),
    Provider(
        id="amazon-ses",
        name="Amazon SES",
        smtp_host="email-smtp.{region}.amazonaws.com",
        other_hosts=("email-smtp-fips.{region}.amazonaws.com",),
        endpoints=(
            ProviderEndpoint(587, "STARTTLS", recommended=True),
            ProviderEndpoint(2587, "STARTTLS"),
            ProviderEndpoint(25, "STARTTLS"),
            ProviderEndpoint(465, "IMPLICIT"),
            ProviderEndpoint(2465, "IMPLICIT"),
        ),
        username_hint="The SMTP user name from the SES console. Each region has its own.",
        password_hint="The SMTP password of that user name. Not the AWS secret access key.",
        notes=(
            ProviderNote("The From address, or its domain, must be verified in SES."),
            ProviderNote("Amazon EC2 throttles port 25: from there, use 587 or 2587."),
        ),
        documentation_url="https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html",
        checked_on="2026-11-23",
        sources=(
            "https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html",
            "https://docs.aws.amazon.com/ses/latest/dg/send-email-smtp.html",
        ),
    ),
    Provider(
        id="sendgrid",
        name="SendGrid",
        smtp_host="smtp.sendgrid.net",
        endpoints=(
            ProviderEndpoint(587, "STARTTLS", recommended=True),
            ProviderEndpoint(2525, "STARTTLS"),
            ProviderEndpoint(25, "STARTTLS"),
            ProviderEndpoint(465, "IMPLICIT"),
        ),
        fixed_username="apikey",
        username_hint="The word apikey, exactly.",
        password_hint="An API key with the Mail permission.",
        documentation_url="https://www.twilio.com/docs/sendgrid/for-developers/sending-email/integrating-with-the-smtp-api",
        checked_on="2026-11-23",
        sources=(
            "https://www.twilio.com/docs/sendgrid/for-developers/sending-email/integrating-with-the-smtp-api",
        ),
    ),
    Provider(
        id="mailgun",
        name="Mailgun",
        smtp_host="smtp.mailgun.org",
        other_hosts=("smtp.eu.mailgun.org",),
        endpoints=(
            ProviderEndpoint(587, "STARTTLS", recommended=True),
            ProviderEndpoint(2525, "STARTTLS"),
            ProviderEndpoint(25, "STARTTLS"),
            ProviderEndpoint(465, "IMPLICIT"),
        ),
        username_hint="The SMTP credential of the domain: a full address, such as "
        "postmaster@mg.example.com.",
        password_hint="The password of that SMTP credential. Not the one for the control panel.",
        notes=(ProviderNote("Domains in the EU region use smtp.eu.mailgun.org."),),
        documentation_url="https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/send-smtp",
        checked_on="2026-11-23",
        sources=(
            "https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/send-smtp",
            "https://documentation.mailgun.com/docs/mailgun/user-manual/smtp-protocol/smtp-relay",
        ),
    ),
    Provider(
        id="postmark",
        name="Postmark",
        smtp_host="smtp.postmarkapp.com",
        other_hosts=("smtp-broadcasts.postmarkapp.com",),
        endpoints=(
            ProviderEndpoint(587, "STARTTLS", recommended=True),
            ProviderEndpoint(2525, "STARTTLS"),
            ProviderEndpoint(25, "STARTTLS"),
        ),
        username_hint="The Server API token.",
        password_hint="The same Server API token again.",
        notes=(
            ProviderNote("Port 465 is not available: connections to it time out."),
            ProviderNote("The From address, or its domain, must be verified."),
            ProviderNote("smtp-broadcasts.postmarkapp.com is for bulk mail, not for system email."),
        ),
        documentation_url="https://postmarkapp.com/developer/user-guide/send-email-with-smtp",
        checked_on="2026-11-23",
        sources=(
            "https://postmarkapp.com/support/article/811-what-are-the-smtp-details-api-tokens-i-should-be-using",
        ),
    ),
    Provider(
        id="brevo",
        name="Brevo",
        smtp_host="smtp-relay.brevo.com",
        other_hosts=("smtp-relay.sendinblue.com",),
        endpoints=(
            ProviderEndpoint(587, "STARTTLS", recommended=True),
            ProviderEndpoint(2525, "STARTTLS"),
            ProviderEndpoint(465, "IMPLICIT"),
        ),
        username_hint="The SMTP login shown under SMTP & API.",
        password_hint="An SMTP key. An API key does not work.",
        documentation_url="https://developers.brevo.com/docs/smtp-integration",
        checked_on="2026-11-23",
        sources=("https://developers.brevo.com/docs/smtp-integration",),
    ),
    Provider(
        id="fastmail",
        name="Fastmail",
        smtp_host="smtp.fastmail.com",
        domains=("fastmail.com", "fastmail.fm"),
        endpoints=(
            ProviderEndpoint(465, "IMPLICIT", recommended=True),
            ProviderEndpoint(587, "STARTTLS"),
        ),
        username_hint="The full Fastmail address, with its domain.",
        password_hint="An app password. The account's own password is refused.",
        app_password_required=True,
        auth_mechanisms=("PLAIN",),
        documentation_url="https://www.fastmail.help/hc/en-us/articles/1500000278342-Server-names-and-ports",
        checked_on="2026-11-23",
        sources=("https://www.fastmail.com/help/technical/servernamesandports.html",),
    ),
    Provider(
        id="zoho",
        name="Zoho Mail",
        smtp_host="smtp.zoho.{region}",
        other_hosts=("smtppro.zoho.{region}", "smtp.zohocloud.ca"),
        regions=("com", "eu", "in", "com.au", "jp", "com.cn", "sa", "ae", "uk"),
        domains=("zoho.com", "zohomail.com"),
        endpoints=(
            ProviderEndpoint(465, "IMPLICIT", recommended=True),
            ProviderEndpoint(587, "STARTTLS"),
        ),
        username_hint="The full address of the account.",
        password_hint="The account's password; with two-factor sign-in, an app-specific password.",
        from_address_must_match_username=True,
        notes=(
            ProviderNote(
                "The region is that of the account, as in the address of its web mail: for "
                "mail.zoho.eu it is eu. Accounts in Canada use smtp.zohocloud.ca."
            ),
            ProviderNote("Organizations with a paid plan use smtppro instead of smtp."),
        ),
        documentation_url="https://www.zoho.com/mail/help/zoho-smtp.html",
        checked_on="2026-11-23",
        sources=(
            "https://www.zoho.com/mail/help/zoho-smtp.html",
            "https://www.zoho.com/workdrive/developer/docs/api/v1/getting-started-multi-dc-support.html",
        ),
    ),
    Provider(
        id="yahoo",
        name="Yahoo Mail",
        smtp_host="smtp.mail.yahoo.com",
        # Not yahoo.co.jp, which belongs to another company with its own servers.
        domains=(
            "yahoo.com",
            "yahoo.de",
            "yahoo.es",
            "yahoo.fr",
            "yahoo.it",
            "yahoo.se",
            "yahoo.co.in",
            "yahoo.co.nz",
            "yahoo.co.uk",
            "yahoo.com.ar",
            "yahoo.com.au",
            "yahoo.com.br",
            "yahoo.com.mx",
            "myyahoo.com",
            "rocketmail.com",
            "ymail.com",
        ),
        endpoints=(
            ProviderEndpoint(465, "IMPLICIT", recommended=True),
            ProviderEndpoint(587, "STARTTLS"),
        ),
        username_hint="The full Yahoo address.",
        password_hint="An app password, created under Account Security.",
        app_password_required=True,
        documentation_url="https://help.yahoo.com/kb/SLN4724.html",
        checked_on="2026-11-23",
        sources=(
            "https://help.yahoo.com/kb/SLN4724.html",
            "https://help.yahoo.com/kb/SLN15241.html",
            "https://github.com/thunderbird/autoconfig/blob/master/ispdb/yahoo.com.xml",
        ),
    ),
    Provider(
        id="icloud",
        name="iCloud Mail",
        smtp_host="smtp.mail.me.com",
        domains=("icloud.com", "me.com", "mac.com"),
        endpoints=(ProviderEndpoint(587, "STARTTLS", recommended=True),),
        username_hint="The full iCloud Mail address.",
        password_hint="An app-specific password, which needs two-factor authentication.",
        app_password_required=True,
        documentation_url="https://support.apple.com/en-us/102525",
        checked_on="2026-11-23",
        sources=(
            "https://support.apple.com/en-us/102525",
            "https://support.apple.com/en-us/102654",
        ),
    ),
    Provider(
        id="mailjet",
        name="Mailjet",
        smtp_host="in-v3.mailjet.com",
        endpoints=(
            ProviderEndpoint(587, "STARTTLS", recommended=True),
            ProviderEndpoint(25, "STARTTLS"),
            ProviderEndpoint(465, "IMPLICIT"),
        ),
        username_hint="The API key.",
        password_hint="The secret key that belongs to the API key.",
        documentation_url="https://dev.mailjet.com/smtp-relay/configuration/",
        checked_on="2026-11-23",
        sources=("https://dev.mailjet.com/smtp-relay/configuration/",),
    ),
    Provider(
        id="sparkpost",
        name="SparkPost",
        smtp_host="smtp.sparkpostmail.com",
        other_hosts=("smtp.eu.sparkpostmail.com",),
        endpoints=(
            ProviderEndpoint(587, "STARTTLS", recommended=True),
            ProviderEndpoint(2525, "STARTTLS"),
        ),
        fixed_username="SMTP_Injection",
        username_hint="The word SMTP_Injection, exactly.",
        password_hint="An API key with the permission Send via SMTP.",
        auth_mechanisms=("LOGIN",),
        notes=(ProviderNote("SparkPost EU accounts use smtp.eu.sparkpostmail.com."),),
        documentation_url="https://developers.sparkpost.com/api/smtp/",
        checked_on="2026-11-23",
        sources=("https://developers.sparkpost.com/api/smtp/",),
    ),
    Provider(
        id="proton",
        name="Proton Mail",
        smtp_host="smtp.protonmail.ch",
        domains=("proton.me", "protonmail.com", "pm.me"),
        endpoints=(ProviderEndpoint(587, "STARTTLS", recommended=True),),
        username_hint="The address for which the SMTP token was created.",
        password_hint="The SMTP token. The account's own password is refused.",
        notes=(
            ProviderNote(
                "SMTP tokens are available only for addresses on a custom domain, and only with "
                "some paid plans."
            ),
        ),
        documentation_url="https://proton.me/support/smtp-submission",
        checked_on="2026-11-23",
        sources=("https://proton.me/support/smtp-submission",),
    ),
)
