"""One SMTP session, from the DNS lookup to the last reply, observed stage by stage.

- A whole attempt: `attempt`. What all stages share: `session`, `tools`.
- TOKEN, RESOLVE and CONNECT: `reach`. GREETING and EHLO: `greet`. TLS: `secure`.
- AUTHENTICATE: `authenticate`, with the dialogue in `sign_in`. MAIL_FROM to DATA: `deliver`.
- The connection's bytes: `wire`. What is recorded of them: `transcript`, `redaction`, `stages`.
"""

from mail.session.attempt import planned_stages, run_attempt
from mail.session.tools import Tools

__all__ = ["Tools", "planned_stages", "run_attempt"]
