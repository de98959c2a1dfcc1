"""HTTP comes in: the gate, the proxy behind it and the gateway's own endpoints."""
