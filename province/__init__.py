"""The sample province: data written for this project, and the reader that makes one document of it."""
