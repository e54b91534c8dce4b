#!/usr/bin/env python3
"""The script that people write first: one client after the other, a new connection for each request.

    plain.py --store wipeos.db --state state.db --url http://127.0.0.1:PORT --key-file api-key
"""

import argparse
import sqlite3
import time
from xml.sax.saxutils import escape

import requests

import machine

DUE = """
    SELECT c.id FROM client c LEFT JOIN state.synced s ON s.client_id = c.id
    WHERE s.at IS NULL OR c.updated_at > s.at
       OR EXISTS (SELECT 1 FROM disk d JOIN wipe w ON w.disk_id = d.id
                  WHERE d.client_id = c.id AND w.finished_at > s.at)
       OR EXISTS (SELECT 1 FROM diagnostics_log l WHERE l.client_id = c.id AND l.created_at > s.at)
"""


def main():
    options = arguments()
    db = sqlite3.connect(f"file:{options.store}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    db.execute("ATTACH ? AS state", (f"file:{options.state}?mode=rwc",))
    db.execute("CREATE TABLE IF NOT EXISTS state.synced (client_id INTEGER PRIMARY KEY, at TEXT)")
    if options.mark_all_sent:
        with db:
            db.execute("INSERT OR REPLACE INTO state.synced SELECT id, ? FROM main.client", (now(),))
        return
    due = [row["id"] for row in db.execute(DUE)]
    if due:
        Iqr(options).send(db, due)


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", required=True)
    parser.add_argument("--state", required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--key-file", required=True)
    parser.add_argument("--mark-all-sent", action="store_true", help="send nothing; take everything as sent")
    return parser.parse_args()


def now():
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())


class Iqr:
    def __init__(self, options):
        self.url = options.url
        key = open(options.key_file).read().strip()
        answer = requests.post(f"{self.url}/api/IntegrationAPI/Session", json={"APIToken": key}, timeout=30)
        self.headers = {"iqr-session-token": answer.json()["Data"]}
        self.items = set()

    def send(self, db, due):
        for client_id in due:
            begun = now()
            one, inventory_id, disks, wipes, tests = machine.read(db, client_id)
            if not (inventory_id or "").strip().isdigit():
                print(f"client {client_id}: no inventory ID")
                continue
            if self.update(inventory_id.strip(), machine.describe(one, disks), machine.lines(wipes, tests)):
                with db:
                    db.execute("INSERT OR REPLACE INTO state.synced VALUES (?, ?)", (client_id, begun))

    def update(self, inventory_id, description, lines):
        asset = self.get(f"Inventory/JSON/GetInventoryById?Id={inventory_id}")
        if not asset:
            print(f"{inventory_id}: not in IQR")
            return False
        number, maker, short, extended = description
        there = (asset.get("inventorycomments") or "").splitlines()
        new = [line for line in lines if line not in there]
        self.post("Inventories/Update/XML", "inventories", "inventory", description=short,
                  extendeddescription=extended, inventorycomments="\n".join(new), inventoryid=inventory_id)
        if asset["item"].strip() != number:
            self.ensure_item(number, maker, short)
            self.post("Inventory/ChangeItemNumberMFGR/XML", "inventories", "inventory",
                      inventoryid=inventory_id, itemnumber=number, mfgr=maker)
        return True

    def ensure_item(self, number, maker, short):
        if (number, maker) in self.items:
            return
        found = self.get(f"MI/JSON/GetItemsByItemNumber?ItemNumber={number}")
        if not any(item["itemnumber"].strip() == number and item["mfgr"].strip() == maker for item in found):
            self.post("MI/Create/XML", "items", "item", assetcreator="WOS", category="COMPUTER",
                      description=f"{maker} {short}", itemnumber=number, mfgr=maker)
        self.items.add((number, maker))

    def get(self, path):
        answer = requests.get(f"{self.url}/webapi.svc/{path}", headers=self.headers, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def post(self, path, many, one, **fields):
        inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in sorted(fields.items()))
        body = f"<request><{many}><{one}>{inner}</{one}></{many}></request>".encode()
        headers = self.headers | {"Content-Type": "application/xml"}
        requests.post(f"{self.url}/webapi.svc/{path}", data=body, headers=headers, timeout=30).raise_for_status()


if __name__ == "__main__":
    main()
