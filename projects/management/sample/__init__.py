"""What `manage.py sample` makes: a small project to look around in, or one of any size to measure with."""
