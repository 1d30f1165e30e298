"""From a file somebody exported to a warehouse that answers questions."""
