"""What a source file consists of: by its grammar where tree-sitter is installed, else by what its lines look like."""
