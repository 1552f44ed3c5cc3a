"""What looks like a credential is replaced before it leaves: which rule sees what, and what stands in its place."""
