"""What each server software says of itself and counts, in its own way; one module each, chosen by `table`."""
