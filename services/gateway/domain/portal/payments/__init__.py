"""The portal's payment platform (section 19): messages and signatures."""
