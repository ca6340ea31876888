from .token import APIToken
from .user import User

__all__ = ["APIToken", "User"]
