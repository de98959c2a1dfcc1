"""Tells people what happened: applicants by e-mail, SMS and in-app, officers in their inbox."""
