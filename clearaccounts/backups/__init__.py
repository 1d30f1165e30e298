"""Backups: made while the server runs, proven when they are made, restored and drilled.

clearaccounts-<UTC instant>/
    decisions/   events.jsonl (every event), anchor (their lines)
    data/        landing/, profiles/, preferences/
    settings/    clearaccounts.toml and the files that it names
    manifest.json, manifest.sha256

The warehouse is not in it: it is built again. A backup appears by one rename, when all of it is on the disk.
"""
