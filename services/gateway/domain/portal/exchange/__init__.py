"""What is exchanged besides dossiers: questions, petitions, satisfaction (sections 14 to 16)."""
