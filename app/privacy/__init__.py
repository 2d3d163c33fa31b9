"""Personal data over time: keys are changed, what served its time goes, and a person may see their own."""
