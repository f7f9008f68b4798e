"""Publication: pure functions on a DuckDB connection and a folder. `release` and `state` need the standard library only."""
