"""One file a way to nudge; its name is the way's."""
