"""A mail server (aiosmtpd) that demands STARTTLS and a password, has no mailbox gone…, and prints each message as
a line of JSON.

    mailserver.py PORT CERTIFICATE KEY
"""
import email
import email.policy
import json
import ssl
import sys
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2], sys.argv[3])


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        print(
            json.dumps(
                {
                    "from": envelope.mail_from,
                    "to": envelope.rcpt_tos,
                    "tls": session.ssl is not None,
                    "subject": message["subject"],
                    "id": message["message-id"],
                    "references": message["references"],
                    "in_reply_to": message["in-reply-to"],
                    "text": message.get_content(),
                }
            ),
            flush=True,
        )
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    # What is not handled here is answered by the server: 535.
    return AuthResult(success=(data.login, data.password) == (b"venus", b"a password"), handled=False)


controller = Controller(
    Handler(), hostname="127.0.0.1", port=int(sys.argv[1]), tls_context=context, require_starttls=True,
    auth_required=True, authenticator=authenticate)
controller.start()
print("ready", flush=True)
while True:
    time.sleep(60)
