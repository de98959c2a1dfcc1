"""The pure part of the kernel: values and Protocols, importable from every room."""
