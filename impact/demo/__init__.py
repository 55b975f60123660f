"""The demo network: invented partners, people and records, made through the operations; the same date makes the same rows."""
