"""The world around the province, played for development and tests: portal, mail and SMS, outside systems."""
