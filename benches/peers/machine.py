"""What both peers say of a machine: the plain case of each rule, none of the exceptions.

The program under test maps more (vendors' habits, placeholders, slots, templates); that makes the peers cheaper, not
dearer.
"""

ID_SLOT = "Inventory ID"

MAKERS = {"Dell Inc.": "DELL", "LENOVO": "LENOVO", "HP": "HP", "Apple Inc.": "APPLE"}


def read(db, client_id):
    """Everything that is known of one client."""
    one = db.execute("SELECT * FROM client WHERE id = ?", (client_id,)).fetchone()
    slot = db.execute(
        "SELECT value FROM client_slot WHERE client_id = ? AND name = ?", (client_id, ID_SLOT)
    ).fetchone()
    disks = db.execute("SELECT * FROM disk WHERE client_id = ? ORDER BY position", (client_id,)).fetchall()
    wipes = db.execute(
        "SELECT d.serial_number AS serial, w.* FROM wipe w JOIN disk d ON d.id = w.disk_id"
        " WHERE d.client_id = ? AND w.finished_at IS NOT NULL ORDER BY w.finished_at",
        (client_id,),
    ).fetchall()
    tests = db.execute(
        "SELECT t.name, t.result FROM diagnostics_log l JOIN diagnostics_test t ON t.log_id = l.id"
        " WHERE l.client_id = ? ORDER BY l.created_at, t.position",
        (client_id,),
    ).fetchall()
    return one, (slot["value"] if slot else None), disks, wipes, tests


def describe(one, disks):
    """Item number, maker, description and extended description."""
    maker = MAKERS.get(one["manufacturer"], (one["manufacturer"] or "").upper())
    model = (one["version"] if maker == "LENOVO" else one["model"]) or ""
    size = sum(disk["size_bytes"] or 0 for disk in disks) // 10**9
    memory = (one["memory_bytes"] or 0) >> 30
    media = disks[0]["media"] if disks else ""
    extended = f'{one["processor"]}/{memory}GB/{size}GB, {media}/{one["graphics"]}'
    return model.upper()[:30], maker, model, extended


def lines(wipes, tests):
    """The comment lines: the newest result of each test, the newest wipe of each drive."""
    said = {test["name"]: f'{test["name"]}: {test["result"]}' for test in tests}
    for wipe in wipes:
        date = wipe["finished_at"][:10]
        said["Wipe " + (wipe["serial"] or "")] = f'Wipe - {wipe["serial"]}: {wipe["result"]}, {wipe["method"]}, {date}'
    return list(said.values())
