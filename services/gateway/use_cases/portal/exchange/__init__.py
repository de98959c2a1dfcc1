"""Payments, questions, petitions and satisfaction."""
