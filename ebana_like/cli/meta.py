"""`train-circuit meta`: what weights leak to is learned over many tasks, in a run folder as every training is."""

from ebana_like.cli.train import train_command
from ebana_like.tasks.meta import META

meta = train_command(META)
