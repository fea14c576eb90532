"""The race: the system saves and runs while a second client changes the same workbook all the time."""
