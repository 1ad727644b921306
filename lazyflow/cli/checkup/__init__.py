"""What `lazyflow doctor` looks at: one file a section, each a function to a value."""
