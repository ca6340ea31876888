from tasks.models.column import Column
from tasks.models.comment import Comment
from tasks.models.label import Label
from tasks.models.task import Priority, Task

__all__ = ["Column", "Comment", "Label", "Priority", "Task"]
