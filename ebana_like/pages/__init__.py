"""What does a person look at? Reports of runs, pages of circuits, and the pictures in them."""
