"""How much the door is used, in counts that hold nobody (docs/adr/0021)."""
