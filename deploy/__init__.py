"""How the platform is installed: images, a compose file, charts, and what keeps them true."""
