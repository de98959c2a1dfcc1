"""What tests of every service use; no test itself."""
