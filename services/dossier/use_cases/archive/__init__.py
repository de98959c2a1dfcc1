"""The archive: records kept, packages handed over and acknowledged, holds."""
