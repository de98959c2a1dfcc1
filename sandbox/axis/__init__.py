"""The national document axis with an e-office on it, played: takes, acknowledges, refuses, answers, sends."""
