"""``python -m excerpt`` is the ``excerpt`` command."""

from excerpt.cli import main

if __name__ == "__main__":
    main()
