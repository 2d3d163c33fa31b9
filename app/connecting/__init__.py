"""How we reach the database: what is said at the start, and how long anybody waits."""
