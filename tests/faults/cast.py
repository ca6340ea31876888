"""People for the fault tests, made by a process of the stack's own settings: prints them as JSON.

python -m tests.faults.cast 30 [SEED] -> [{id, handle, token, session}, ...] and the session cookie's name.
"""

import json
import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import transaction

    from accounts.models import APIToken, User

    def sign_in(user: User) -> str:
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        return session.session_key

    people = []
    with transaction.atomic():
        for number in range(int(sys.argv[1])):
            handle = f"person{number}"
            user = User.objects.create_user(f"{handle}@example.com", handle, handle.capitalize())
            token = APIToken.issue(user, "faults")[1]
            people.append({"id": user.pk, "handle": handle, "token": token, "session": sign_in(user)})
    print(json.dumps({"people": people, "cookie": settings.SESSION_COOKIE_NAME}))
