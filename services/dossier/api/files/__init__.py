"""Files and signatures over HTTP."""
