"""What visits and cases say together: figures, charts, demand against free places, the nightly check."""
