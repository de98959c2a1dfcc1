"""Petitions: phản ánh, kiến nghị (NĐ 20/2008; domain.md section 8)."""
