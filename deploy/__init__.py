"""How the platform is installed: images, a compose file, charts, and the small programs that keep them true."""
