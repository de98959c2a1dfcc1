"""The heart: receives dossiers, works them by the internal process, keeps their deadlines and history."""
