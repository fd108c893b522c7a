"""`python -m pocketid`, the same as the command `pocket-id`."""

from pocketid.cli import main

if __name__ == "__main__":
    main()
