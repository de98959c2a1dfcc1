"""Administrative units present and former, one-stop points, delegations, leave, mergers."""
