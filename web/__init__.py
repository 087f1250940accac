"""People push: the pages, one room per person in front of the screen, the interface and the command line."""
