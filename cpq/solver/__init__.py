"""A solver for choices among finite values (有限域求解器), which knows nothing of products."""
