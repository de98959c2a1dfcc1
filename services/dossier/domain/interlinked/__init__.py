"""Interlinked dossiers (hồ sơ liên thông): one submission, children at their agencies, one appointment."""
