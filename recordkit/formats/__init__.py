"""One module per file format: each draws a form's blocks, or reads what came back."""
