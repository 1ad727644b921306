"""`python -m lazyflow` is the command `lazyflow`."""

from lazyflow.cli.main import main

main()
