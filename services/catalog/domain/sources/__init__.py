"""Files of procedures as others write them, made into the records of the public catalogue."""
