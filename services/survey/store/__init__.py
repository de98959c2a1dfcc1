"""PostgreSQL: invitations, responses; and the questionnaires that come with the package."""
