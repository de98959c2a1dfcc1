"""Electronic forms as data: what a form may say, whether answers are right, what they cost; pure."""
