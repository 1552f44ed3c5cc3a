"""What a model answered, turned into edits of exactly the asked place, or refused. Pure."""
