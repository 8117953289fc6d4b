"""Jobs on code that others wrote, with what is right at every place, told by reading it."""
