"""A simulator of a ministry's central system and of the shared databases: pages, pushes, files, answers."""
