"""The providers: data only, in the order in which they are shown.

To change a fact, read the provider's page again, set `checked_on` to that day, and write the table
in `docs/providers.md` anew with `./dev run python tests/mail/providers/test_providers.py`.
"""
# A hint about a password, or the URL of a token endpoint, is no secret.
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
        password_hint="An app password: 16 letters, without the spaces. It needs 2-Step "
        "Verification.",
        app_password_required=True,
        from_address_must_match_username=True,
        auth_mechanisms=("PLAIN", "LOGIN", "XOAUTH2"),
        oauth2_scope="https://mail.google.com/",
        notes=(
            ProviderNote("A new account password revokes every app password."),
            ProviderNote(
                "App passwords are not offered with Advanced Protection, or where 2-Step "
                "Verification uses security keys only; an organisation may switch them off."
            ),
            ProviderNote(
                "Google's own token endpoint does not serve the client-credentials grant, so "
                "OAuth2 needs a token service of your own that does."
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
        username_hint="Empty where the relay knows your server by its IP address; else a full "
        "Workspace address.",
        password_hint="Empty without a username; else that account's app password.",
        notes=(
            ProviderNote(
                "An administrator turns it on first: Admin console, Apps, Google Workspace, Gmail, "
                "Routing, SMTP relay service."
            ),
            ProviderNote(
                "It refuses a client that calls itself localhost: set the EHLO hostname to a full "
                "name of your own."
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
        username_hint="The full address of the mailbox that sends.",
        password_hint="Empty with OAuth2. The mailbox's password only while basic sign-in is on.",
        password_sign_in_ends="2026-12-31",
        auth_mechanisms=("XOAUTH2", "LOGIN"),
        oauth2_token_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        oauth2_scope="https://outlook.office365.com/.default",
        notes=(
            ProviderNote(
                "Basic sign-in (a username with a password) is off by default from the end of "
                "December 2026. An administrator can turn it on again; use OAuth2.",
                effective_from="2026-12-31",
            ),
            ProviderNote(
                "Microsoft says in the second half of 2027 when basic sign-in ends altogether."
            ),
            ProviderNote("SMTP AUTH must be enabled for the mailbox, with OAuth2 too."),
            ProviderNote("At most 30 messages a minute and 3 connections at a time."),
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
        password_hint="None is accepted, an app password neither: OAuth2 only.",
        auth_mechanisms=("XOAUTH2",),
        oauth2_scope="https://outlook.office.com/SMTP.Send",
        notes=(
            ProviderNote("Basic sign-in has ended.", effective_from="2024-09-16"),
            ProviderNote(
                "A token needs the consent of the person whose account it is; the "
                "client-credentials grant serves organisations only. For a system's own mail, "
                "choose another provider."
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
        password_hint="The SMTP password that came with it. Not the AWS secret access key.",
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
            ProviderNote("There is no port 465: a connection to it only times out."),
            ProviderNote("The From address must be a verified sender or on a verified domain."),
            ProviderNote("smtp-broadcasts.postmarkapp.com is for bulk mail, not a system's own."),
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
        password_hint="The account's password; with two-factor sign-in, an app-specific one.",
        from_address_must_match_username=True,
        notes=(
            ProviderNote(
                "The region is that of the account: look at the address of the web mail, such as "
                "mail.zoho.eu. Accounts in Canada use smtp.zohocloud.ca."
            ),
            ProviderNote("Paid organisations use smtppro in place of smtp."),
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
        # Not yahoo.co.jp: another company, with servers of its own.
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
        password_hint="An app password, made under Account Security.",
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
        password_hint="An app-specific password. It needs two-factor authentication.",
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
        notes=(ProviderNote("Accounts of SparkPost EU use smtp.eu.sparkpostmail.com."),),
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
        username_hint="The address for which the SMTP token was made.",
        password_hint="The SMTP token. The account's own password is refused.",
        notes=(
            ProviderNote(
                "SMTP tokens are for addresses on a custom domain, and for some paid plans only."
            ),
        ),
        documentation_url="https://proton.me/support/smtp-submission",
        checked_on="2026-11-23",
        sources=("https://proton.me/support/smtp-submission",),
    ),
)
