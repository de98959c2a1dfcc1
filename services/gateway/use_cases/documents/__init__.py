"""What the office does with documents on the national axis: sends, hands over, takes in, answers."""
