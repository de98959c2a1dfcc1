"""PostgreSQL: messages, readings, preferences; and the templates that come with the package."""
