"""Known defects of such queues, by the part of the queue that has them."""
