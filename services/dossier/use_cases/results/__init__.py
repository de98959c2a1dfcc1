"""The register of results: written with the result, read again instead of asking for papers."""
