"""Starts Pocketid from a checkout: `python pocketid.py`. The package beside this file is the program."""

from pocketid.cli import main

if __name__ == "__main__":
    main()
