"""What every room stands on: clock, database, columns, errors, access, nursery, logging. Knows no word of the trade."""
