"""What every room stands on: settings, database, clock, access, errors, mail, audit, signals and the look."""
