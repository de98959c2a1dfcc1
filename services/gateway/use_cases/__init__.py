"""What the gateway does: exchange identities, open sessions, look a dossier up."""
