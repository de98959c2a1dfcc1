"""What editors and approvers do with drafts of procedures and publication decisions."""
