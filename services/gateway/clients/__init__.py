"""HTTP goes out: to the services behind the door and to the issuers of identities."""
