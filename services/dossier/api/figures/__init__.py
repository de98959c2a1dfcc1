"""Statistics over HTTP: numbers, the dossiers behind each, closed periods, exports."""
