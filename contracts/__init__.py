"""What services promise each other: topics here, event schemas and OpenAPI documents beside it."""
