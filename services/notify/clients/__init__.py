"""The providers: mail over SMTP, text messages over HTTP."""
