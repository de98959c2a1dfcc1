"""Agencies in time: how they end, begin, are renamed and moved, and who may act for whom."""
