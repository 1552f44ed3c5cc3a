"""What both benchmarks share: processes, an editor's side of LSP, peers to compare with, and the table at the end."""
