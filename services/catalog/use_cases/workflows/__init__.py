"""What editors and approvers do with processes and interlinked groups, and what readers ask of them."""
