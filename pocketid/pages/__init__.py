"""Pages: each handler reads a form, calls an area and names a view; one file for each area."""
