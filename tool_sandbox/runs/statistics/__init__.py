"""How sure the numbers of a run are: intervals of means, and samples as columns with what repeated trials show."""
