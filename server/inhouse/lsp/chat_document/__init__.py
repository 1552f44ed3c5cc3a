"""Chat documents: the command, the ways an answer gets into one, and what an editor shows of them."""
