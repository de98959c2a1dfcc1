"""The archive: how long a record is kept, how it is handed over, and the one way it may be destroyed."""
