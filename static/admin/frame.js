// What every page of the back office runs.
