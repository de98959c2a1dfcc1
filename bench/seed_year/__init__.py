"""A province's year of dossiers, made up to the minute, with the maker's own truth about every figure."""
