"""Questions: asked by citizens, answered by officers, and what of both is published for all."""
