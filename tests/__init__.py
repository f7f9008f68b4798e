"""The tests. A package, so that no other of the name takes its place."""
