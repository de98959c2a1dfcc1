"""What people, machines and jobs do with a dossier's money."""
