"""``python -m winnow`` is the ``winnow`` command."""

from winnow.cli import main

if __name__ == "__main__":
    main()
