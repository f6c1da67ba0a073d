#!/usr/bin/env python3
"""Takes notifications of Alertmanager and prints a line for each alert: the end of the chain, where a person would be told.

Usage: webhook.py        prints the port it listens on, on 127.0.0.1, first
A line is JSON: {"status": "firing" or "resolved", "labels": {...}, "annotations": {...}}.
"""

import http.server
import json
import sys
import threading

# Notifications come side by side, and somebody may read meanwhile: a line is written at once, and alone.
printing = threading.Lock()


def print_line(text):
    with printing:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        for alert in json.loads(body)["alerts"]:
            told = {key: alert[key] for key in ("status", "labels", "annotations")}
            print_line(json.dumps(told, sort_keys=True))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print_line(str(server.server_port))
server.serve_forever()
