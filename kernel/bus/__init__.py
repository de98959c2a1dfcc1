"""The bus: three adapters behind one port, the relay that feeds it and the consumer that reads it."""
