"""``python -m classifier``: the command line, where the console command is not on the path."""

from classifier.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
