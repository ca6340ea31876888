"""How fast Taskroom is, measured the same way every time, beside what it can be compared with. See README.md."""
