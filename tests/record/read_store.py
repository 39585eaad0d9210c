"""Reads a run by docs/store.md alone and prints it: read_store.py STORE RUN_ID."""

import json
import sqlite3
import struct
import sys
import zlib

store, run = sys.argv[1], int(sys.argv[2])
connection = sqlite3.connect(store)
assert connection.execute("PRAGMA application_id").fetchone() == (0x67634E4E,)
assert connection.execute("PRAGMA user_version").fetchone() == (1,)

name, seed, status, steps, final_loss = connection.execute(
    "SELECT name, seed, status, steps, final_loss FROM runs WHERE id = ?", (run,)
).fetchone()
print("run", name, seed, status, steps, final_loss)

tables = connection.execute("SELECT id, name, columns FROM run_tables WHERE run = ? ORDER BY name", (run,)).fetchall()
for table, table_name, columns_json in tables:
    columns = json.loads(columns_json)
    print("table", table_name, " ".join(f"{quantity}[{layer}]" for quantity, layer in columns))
    blocks = connection.execute(
        "SELECT rows, crc, first_step, last_step, data FROM blocks WHERE run_table = ? ORDER BY place", (table,)
    )
    for rows, crc, first_step, last_step, data in blocks:
        assert zlib.crc32(data) == crc
        payload = zlib.decompress(data)
        step_list, step = [], 0
        for (difference,) in struct.iter_unpack("<q", payload[: 8 * rows]):
            step += difference
            step_list.append(step)
        assert (step_list[0], step_list[-1]) == (first_step, last_step)
        place = 8 * rows
        constant = payload[place : place + len(columns)]
        place += len(columns)
        values = {}
        for column, flag in enumerate(constant):
            if flag:
                values[column] = [payload[place : place + 4]] * rows
                place += 4
        varying = [column for column, flag in enumerate(constant) if not flag]
        size = len(varying) * rows
        planes = [payload[place + i * size : place + (i + 1) * size] for i in range(4)]
        assert place + 4 * size == len(payload)
        for i, column in enumerate(varying):
            most_significant_first = zip(*(plane[i * rows : (i + 1) * rows] for plane in planes))
            values[column] = [bytes(value)[::-1] for value in most_significant_first]
        for row in range(rows):
            print(step_list[row], " ".join(values[c][row].hex() for c in range(len(columns))))
