"""The portal's side of the door: its adapter, and the screens of those who look after it."""
