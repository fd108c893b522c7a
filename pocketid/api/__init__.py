"""Pocket ID's REST API: each handler decodes JSON, calls an area and encodes what it answers."""
