"""What a person does, one function each; the command line and any other face call only these."""
