"""What editors and approvers send and see."""
