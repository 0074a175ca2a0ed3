"""How fast is it on this machine, beside what? Paired rounds, medians, and fits."""
