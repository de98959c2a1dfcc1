"""What notify does: plan, send, show, mark as read."""
