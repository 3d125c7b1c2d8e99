"""Rules for the JSON Schemas of clients: which are accepted, and when a result fulfils one."""
