"""What is true of questionnaires, answers and indices."""
