"""VNConnect and VNeID, played: two issuers, their accounts, their sign-in and sign-out."""
