"""The register and the control slip: views of what is kept, as screens and as printed books."""
