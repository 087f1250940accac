"""`python -m web.cli`: the same as `banjie`, where the command is not on the path."""

from web.cli import main

main()
