"""Steps 1 to 3: files -> tidy, segmented articles."""
