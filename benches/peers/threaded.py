#!/usr/bin/env python3
"""The script of somebody who has thought about it: indexed questions, kept connections, threads, commits in batches.

    threaded.py --store wipeos.db --state state.db --url http://127.0.0.1:PORT --key-file api-key --workers 8
"""

import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import requests

import machine
import plain

SOURCES = [
    "SELECT id FROM client WHERE id > :last",
    "SELECT id FROM client WHERE updated_at > :since",
    "SELECT d.client_id FROM wipe w JOIN disk d ON d.id = w.disk_id WHERE w.finished_at > :since",
    "SELECT client_id FROM diagnostics_log WHERE created_at > :since",
]


def main():
    workers = 8
    if "--workers" in sys.argv:
        at = sys.argv.index("--workers")
        workers = int(sys.argv[at + 1])
        del sys.argv[at : at + 2]
    options = plain.arguments()
    store = sqlite3.connect(f"file:{options.store}?mode=ro", uri=True)
    state = sqlite3.connect(options.state)
    state.execute("PRAGMA journal_mode = WAL")
    state.execute("CREATE TABLE IF NOT EXISTS mark (since TEXT, last INTEGER)")
    state.execute("CREATE TABLE IF NOT EXISTS failed (client_id INTEGER PRIMARY KEY)")
    begun = plain.now()
    last = store.execute("SELECT ifnull(max(id), 0) FROM client").fetchone()[0]
    if not options.mark_all_sent:
        due = due_clients(store, state)
        if due:
            Pass(options, workers).run(due, state)
    with state:
        state.execute("DELETE FROM mark")
        state.execute("INSERT INTO mark VALUES (?, ?)", (begun, last))


def due_clients(store, state):
    since, last = state.execute("SELECT since, last FROM mark").fetchone() or ("", 0)
    due = {row[0] for row in state.execute("SELECT client_id FROM failed")}
    for source in SOURCES:
        due.update(row[0] for row in store.execute(source, {"since": since, "last": last}))
    return sorted(due)


class Pass:
    def __init__(self, options, workers):
        self.options = options
        self.workers = workers
        self.local = threading.local()
        self.items = {}
        self.lock = threading.Lock()
        first = Iqr(options)
        self.headers = first.headers

    def run(self, due, state):
        with ThreadPoolExecutor(self.workers) as pool:
            for client_id, ok in pool.map(self.one, due, chunksize=1):
                table = "DELETE FROM failed WHERE client_id = ?" if ok else "INSERT OR IGNORE INTO failed VALUES (?)"
                state.execute(table, (client_id,))
        state.commit()

    def one(self, client_id):
        if not hasattr(self.local, "iqr"):
            self.local.iqr = Iqr(self.options, self.headers, self.items, self.lock)
            self.local.db = sqlite3.connect(f"file:{self.options.store}?mode=ro", uri=True)
            self.local.db.row_factory = sqlite3.Row
        try:
            one, inventory_id, disks, wipes, tests = machine.read(self.local.db, client_id)
            if not (inventory_id or "").strip().isdigit():
                return client_id, True
            said = machine.describe(one, disks), machine.lines(wipes, tests)
            return client_id, self.local.iqr.update(inventory_id.strip(), *said)
        except (requests.RequestException, sqlite3.Error) as error:
            print(f"client {client_id}: {error}", file=sys.stderr)
            return client_id, False


class Iqr(plain.Iqr):
    """As the plain one, with a kept connection; a master item is asked for once."""

    def __init__(self, options, headers=None, items=None, lock=None):
        self.url = options.url
        self.session = requests.Session()
        self.items, self.lock = items, lock
        if headers is None:
            key = open(options.key_file).read().strip()
            answer = self.session.post(f"{self.url}/api/IntegrationAPI/Session", json={"APIToken": key}, timeout=30)
            headers = {"iqr-session-token": answer.json()["Data"]}
        self.headers = headers

    def ensure_item(self, number, maker, short):
        with self.lock:
            own = self.items.setdefault((number, maker), threading.Lock())
        with own:
            if (number, maker, "there") not in self.items:
                self.create_if_missing(number, maker, short)
                self.items[number, maker, "there"] = True

    def create_if_missing(self, number, maker, short):
        found = self.get(f"MI/JSON/GetItemsByItemNumber?ItemNumber={number}")
        if not any(item["itemnumber"].strip() == number and item["mfgr"].strip() == maker for item in found):
            self.post("MI/Create/XML", "items", "item", assetcreator="WOS", category="COMPUTER",
                      description=f"{maker} {short}", itemnumber=number, mfgr=maker)

    def get(self, path):
        answer = self.session.get(f"{self.url}/webapi.svc/{path}", headers=self.headers, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def post(self, path, many, one, **fields):
        inner = "".join(f"<{name}>{plain.escape(text)}</{name}>" for name, text in sorted(fields.items()))
        body = f"<request><{many}><{one}>{inner}</{one}></{many}></request>".encode()
        headers = self.headers | {"Content-Type": "application/xml"}
        self.session.post(f"{self.url}/webapi.svc/{path}", data=body, headers=headers, timeout=30).raise_for_status()


if __name__ == "__main__":
    main()
