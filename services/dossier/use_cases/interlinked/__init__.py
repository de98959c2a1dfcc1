"""What people and time do with an interlinked submission."""
