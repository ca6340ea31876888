"""Production's settings, with mail that goes into a directory, and passwords as the tests keep them."""

import os

from config.settings import *  # noqa: F403

EMAIL_FILE_PATH = os.environ["TASKROOM_TEST_MAIL"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
