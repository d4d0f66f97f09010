"""The fault table: firewalls that change the dialogue, replies with two codes, and slow servers."""

from mail.account import TlsMode
from mail.report.codes import Code
from tests.mail.diagnosis.fault import Changes, Fault, Stage
from tests.support.mail.scripted import Script, late, refusing
from tests.support.mail.world import IMPATIENT

STARS = "220 " + "*" * 60
MASKED_OFFERS = "250-mx.example.org\n250-SIZE 10240000\n250-XXXXXXXA\n250 XXXXXXXB"
IMPLICIT = Script(tls="implicit")
PLAIN: Changes = {"secure": False}
TO_465 = {"smtpPort": "465"}
SECURED_465 = {"enableSecureConnection": "true", "smtpPort": "465"}

MASKED = (
    Fault(
        title="Cisco ASA: the offer of STARTTLS is masked",
        server={587: Script(on={"EHLO": MASKED_OFFERS}), 465: IMPLICIT},
        stage=Stage.TLS,
        code=Code.DIALOGUE_MASKED,
        fix=TO_465,
    ),
    Fault(
        title="Cisco ASA: the offer of sign-in is masked",
        server={587: Script(on={"EHLO": MASKED_OFFERS}, tls="none"), 465: IMPLICIT},
        account=PLAIN,
        stage=Stage.AUTHENTICATE,
        code=Code.DIALOGUE_MASKED,
        fix=SECURED_465,
    ),
    Fault(
        title="Cisco PIX: the greeting is masked, and STARTTLS is missing",
        server={
            587: Script(greeting=STARS, on={"EHLO": "250-mx.example.org\n250 SIZE 10240000"}),
            465: IMPLICIT,
        },
        account={"tls_mode": TlsMode.STARTTLS},
        stage=Stage.TLS,
        code=Code.DIALOGUE_MASKED,
        fix=TO_465 | {"tlsMode": "IMPLICIT"},
    ),
    Fault(
        title="Cisco PIX: EHLO is masked, and so refused",
        server={
            587: Script(
                greeting="220 ***************0*2******0***********2******2002*****00**0*00",
                on={"EHLO": '500 5.5.1 Command unrecognized: "XXXX host.example.com"'},
                tls="none",
            ),
            465: IMPLICIT,
        },
        account=PLAIN,
        stage=Stage.AUTHENTICATE,
        code=Code.DIALOGUE_MASKED,
        fix=SECURED_465,
    ),
    Fault(
        title="A firewall: the command STARTTLS is masked",
        server={
            587: Script(on={"STARTTLS": "500 5.3.3 Unrecognized command 'XXXXXXXX'"}),
            465: IMPLICIT,
        },
        stage=Stage.TLS,
        code=Code.DIALOGUE_MASKED,
        fix=TO_465,
    ),
    Fault(
        title="Cisco ASA: the greeting is masked, and no sign-in is offered over TLS either",
        server=Script(greeting=STARS, auth=""),
        stage=Stage.AUTHENTICATE,
        code=Code.SIGN_IN_NOT_OFFERED,
        suggests="smtpUsername",
    ),
)

TWO_CODES = (
    Fault(
        title="The greeting begins, and then refuses the client",
        server=Script(greeting="220-mx.example.org ESMTP\n521 5.7.1 Service unavailable"),
        stage=Stage.GREETING,
        code=Code.CLIENT_REFUSED,
    ),
    Fault(
        title="The greeting begins, and then the server is busy",
        server=Script(greeting="220-mx.example.org ESMTP\n421 4.3.2 Too many connections"),
        stage=Stage.GREETING,
        code=Code.SERVER_BUSY,
        transient=True,
    ),
    Fault(
        title="A reply with two codes, of which the last refuses the recipient",
        server=Script(
            on={
                "RCPT": refusing(
                    "ada@", "250-2.1.5 Checking\n550 5.1.1 <ada@example.net>: User unknown"
                )
            }
        ),
        stage=Stage.RCPT_TO,
        code=Code.RECIPIENT_UNKNOWN,
    ),
)

SLOW = (
    Fault(
        title="A late reply after the final dot",
        server=Script(on={".": late("250 2.0.0 Ok", 0.6)}, tls="none"),
        account=PLAIN | {"timeout_seconds": IMPATIENT, "username": None},
        stage=Stage.DATA,
        code=Code.NO_ANSWER_AFTER_MESSAGE,
        transient=True,
        fix={"timeoutSeconds": "60"},
    ),
)

FAULTS = (*MASKED, *TWO_CODES, *SLOW)
