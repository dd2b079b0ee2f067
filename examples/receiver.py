# ruff: noqa: INP001, T201 - a script beside its product, not a package; it prints what it hears
"""Hears Piaoda's webhooks. Its one rule: what is not signed by Piaoda is not believed.

Run it as `WEBHOOK_SECRET=whsec_… python examples/receiver.py`; it needs `pip install standardwebhooks`, nothing else.
A message may come twice: `webhook-id` stays the same, so remember the ids that were done.
"""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError


class Receiver(BaseHTTPRequestHandler):
    webhook: Webhook
    done: set[str]

    def do_POST(self) -> None:
        """Answers 204 once the message is ours; anything but a 2xx makes Piaoda come again."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        try:
            event = self.webhook.verify(body, {name.lower(): value for name, value in self.headers.items()})
        except WebhookVerificationError:
            self.send_response(401)
        else:
            self.take(self.headers["webhook-id"], event)
            self.send_response(204)
        self.end_headers()

    def take(self, message: str, event: dict) -> None:
        if message in self.done:
            return
        self.done.add(message)
        data = event["data"]
        about = data.get("invoice") or data.get("incident") or data.get("webhook") or {}
        print(event["type"], about.get("number") or about.get("id", ""), about.get("state", ""), flush=True)


def main(secret: str, port: int) -> None:
    Receiver.webhook, Receiver.done = Webhook(secret), set()
    ThreadingHTTPServer(("127.0.0.1", port), Receiver).serve_forever()


if __name__ == "__main__":
    main(os.environ["WEBHOOK_SECRET"], int(os.environ.get("PORT", "9000")))
