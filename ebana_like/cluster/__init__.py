"""Work shared over processes and machines by Dask, or done here one item after the other."""

from ebana_like.cluster.sharing import Cluster, Outcome, in_order, share

__all__ = ["Cluster", "Outcome", "in_order", "share"]
