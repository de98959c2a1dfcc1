"""Signing: sessions that wait for a signature made elsewhere, stamps, what QR codes on papers prove."""
