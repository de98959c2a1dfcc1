"""Figures: statistics read by right, periods closed, exports asked for."""
