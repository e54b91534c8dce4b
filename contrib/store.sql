-- What wipeos-iqr reads of the WipeOS appliance's database: seven tables, or views of the same names and columns.
--
-- wipeos-iqr opens the database read-only and never runs this file. It is here
--   * to make an empty database for trials:   sqlite3 trial.db < store.sql
--   * as the list of what an appliance has to offer, and of the indexes that keep an idle pass cheap
--   * as the pattern for views over a schema of another shape (at the end).
--
-- Times are UTC text, `YYYY-MM-DD HH:MM:SS[.fff]`; `T` and `Z` are accepted too. Every column may be NULL or blank
-- unless it says NOT NULL.

CREATE TABLE client (
    id                INTEGER PRIMARY KEY,
    manufacturer      TEXT,                -- SMBIOS system manufacturer, raw
    model             TEXT,                -- SMBIOS system product name
    version           TEXT,                -- SMBIOS system version (Lenovo: the readable name)
    family            TEXT,
    sku               TEXT,
    serial_number     TEXT,
    asset_tag         TEXT,
    chassis_type      INTEGER,             -- SMBIOS chassis type code
    processor         TEXT,                -- brand string
    processor_cores   INTEGER,             -- of one package
    processor_count   INTEGER,             -- packages
    memory_bytes      INTEGER,
    memory_type       TEXT,
    graphics          TEXT,
    optical_drive     TEXT,
    webcam            INTEGER,             -- 0, 1, or NULL: not known
    touchscreen       INTEGER,             -- 0, 1, or NULL: not known
    screen_inches     REAL,
    screen_resolution TEXT,
    technician        TEXT,
    job               TEXT,
    created_at        TEXT,
    updated_at        TEXT NOT NULL        -- bumped by every edit of the client and of its slots
);

-- The slots of the inventory item menu. The inventory ID is the slot that `store.inventory_id_slot` names.
CREATE TABLE client_slot (
    client_id INTEGER NOT NULL,
    name      TEXT NOT NULL,
    value     TEXT
);

CREATE TABLE battery (
    client_id      INTEGER NOT NULL,
    position       INTEGER NOT NULL,
    health_percent INTEGER,               -- also with decimals; beyond 110 it is no reading, nor a share (0.76, 1.0)
    cycles         INTEGER
);

CREATE TABLE disk (
    id            INTEGER PRIMARY KEY,
    client_id     INTEGER NOT NULL,
    position      INTEGER NOT NULL,        -- where it sits; names a drive that tells no serial number
    model         TEXT,
    serial_number TEXT,
    size_bytes    INTEGER,
    media         TEXT,                    -- HDD, SSD, NVMe, ...
    interface     TEXT,
    health        TEXT
);

CREATE TABLE wipe (
    id          INTEGER PRIMARY KEY,
    disk_id     INTEGER NOT NULL,
    method      TEXT,
    result      TEXT,
    verified    INTEGER,                   -- 1 (or t, yes, ...), NULL: not known; anything else is a no
    started_at  TEXT,
    finished_at TEXT                       -- NULL while it runs
);

CREATE TABLE diagnostics_log (
    id         INTEGER PRIMARY KEY,
    client_id  INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    technician TEXT
);

CREATE TABLE diagnostics_test (
    log_id   INTEGER NOT NULL,
    position INTEGER NOT NULL,
    name     TEXT NOT NULL,
    result   TEXT
);

-- A missing index costs speed only.
CREATE INDEX client_updated_at ON client (updated_at);
CREATE INDEX client_slot_client_id ON client_slot (client_id);
CREATE INDEX client_slot_name_value ON client_slot (name, value);
CREATE INDEX battery_client_id ON battery (client_id);
CREATE INDEX disk_client_id ON disk (client_id);
CREATE INDEX wipe_disk_id ON wipe (disk_id);
CREATE INDEX wipe_finished_at ON wipe (finished_at);
CREATE INDEX diagnostics_log_client_id ON diagnostics_log (client_id);
CREATE INDEX diagnostics_log_created_at ON diagnostics_log (created_at);
CREATE INDEX diagnostics_test_log_id ON diagnostics_test (log_id);

-- An appliance whose schema has another shape gives views of these names instead. Say it keeps
--
--     machines (machine_id, vendor, product, dmi_json, serial, ram_mib, last_change_epoch, uid, location, ...)
--     machine_drives (drive_id, machine_id, bay, drive_model, drive_serial, sectors, rotational)
--
-- then two of the views are these. `CAST` and `strftime` give the units of the contract, and an index on the
-- expression of `updated_at` in the table below keeps the idle pass cheap; a view can have no index of its own.
--
-- CREATE VIEW client AS
-- SELECT machine_id                                                     AS id,
--        vendor                                                         AS manufacturer,
--        product                                                        AS model,
--        json_extract(dmi_json, '$.version')                            AS version,
--        json_extract(dmi_json, '$.family')                             AS family,
--        json_extract(dmi_json, '$.sku')                                AS sku,
--        serial                                                         AS serial_number,
--        NULL                                                           AS asset_tag,
--        CAST(json_extract(dmi_json, '$.chassis') AS INTEGER)           AS chassis_type,
--        json_extract(dmi_json, '$.cpu')                                AS processor,
--        CAST(json_extract(dmi_json, '$.cores') AS INTEGER)             AS processor_cores,
--        1                                                              AS processor_count,
--        ram_mib * 1048576                                              AS memory_bytes,
--        NULL AS memory_type, NULL AS graphics, NULL AS optical_drive, NULL AS webcam, NULL AS touchscreen,
--        NULL AS screen_inches, NULL AS screen_resolution, NULL AS technician, NULL AS job, NULL AS created_at,
--        strftime('%Y-%m-%d %H:%M:%S', last_change_epoch, 'unixepoch')  AS updated_at
-- FROM machines;
-- CREATE INDEX machines_changed
--     ON machines (strftime('%Y-%m-%d %H:%M:%S', last_change_epoch, 'unixepoch'));
--
-- CREATE VIEW client_slot AS
-- SELECT machine_id AS client_id, 'Inventory ID' AS name, uid AS value FROM machines
-- UNION ALL
-- SELECT machine_id, 'Location', location FROM machines;
--
-- CREATE VIEW disk AS
-- SELECT drive_id AS id, machine_id AS client_id, bay AS position, drive_model AS model,
--        drive_serial AS serial_number, sectors * 512 AS size_bytes,
--        CASE rotational WHEN 1 THEN 'HDD' WHEN 0 THEN 'SSD' END AS media,
--        NULL AS interface, NULL AS health
-- FROM machine_drives;
