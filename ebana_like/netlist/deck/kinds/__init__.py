"""What the lines of each kind of element say that is more than names and a number."""
