#!/usr/bin/env python3
"""Tests of deploy/chain/webhook.py.  Usage: webhook_test.py"""

import json
import pathlib
import subprocess
import sys
import threading
import unittest
import urllib.request

WEBHOOK = pathlib.Path(__file__).resolve().parents[3] / "deploy/chain/webhook.py"
CLIENTS, REQUESTS, ALERTS = 8, 20, 10
ALERT = {"status": "firing", "labels": {"alertname": "a" * 400}, "annotations": {"summary": "s" * 300}}


class WebhookTest(unittest.TestCase):
    def test_notifications_that_come_side_by_side_are_lines_of_their_own(self):
        # Unbuffered, as some hosts have it, a line and its end are written apart.
        with subprocess.Popen([sys.executable, "-u", WEBHOOK], stdout=subprocess.PIPE, text=True) as webhook:
            port = int(webhook.stdout.readline())
            lines = []
            reader = threading.Thread(target=lambda: lines.extend(webhook.stdout))
            reader.start()
            self.notify(port)
            webhook.terminate()
            reader.join()
        self.assertEqual([json.loads(line) for line in lines], [ALERT] * (CLIENTS * REQUESTS * ALERTS))

    @staticmethod
    def notify(port):
        body = json.dumps({"alerts": [ALERT] * ALERTS}).encode()

        def client():
            for _ in range(REQUESTS):
                urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/", data=body)).close()
        clients = [threading.Thread(target=client) for _ in range(CLIENTS)]
        for each in clients:
            each.start()
        for each in clients:
            each.join()


if __name__ == "__main__":
    unittest.main()
