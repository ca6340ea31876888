"""The one settings file. Everything that differs between machines comes from the environment.

`NAME_FILE` gives the value of `NAME` from a file, for secrets. README.md lists all names.
"""

import ipaddress
import os
import secrets
import sys
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import embedded, pool
from projects import redis_clients

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str = "") -> str:
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: {error}") from None
    return os.environ.get(name, default).strip()


def env_bool(name: str, default: bool) -> bool:
    value = env(name).lower()
    if value not in ("", "1", "true", "yes", "on", "0", "false", "no", "off"):
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")
    return default if not value else value in ("1", "true", "yes", "on")


def env_number(name: str, default: float) -> float:
    try:
        return float(env(name) or default)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a number, not {env(name)!r}.") from None


def env_list(name: str, default: str = "") -> list[str]:
    return [item.strip() for item in env(name, default).split(",") if item.strip()]


DEBUG = env_bool("DEBUG", True)
TESTING = "pytest" in sys.modules
DATA_DIR = Path(env("TASKROOM_DATA") or BASE_DIR / ".data").resolve()

if not DEBUG:
    missing = [n for n in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL") if not env(n)]
    if missing:
        raise ImproperlyConfigured(f"DEBUG=False needs {', '.join(missing)} in the environment.")


def development_key() -> str:
    """A key of this checkout's own, so that nobody's sessions can be forged with one from the source."""
    path = DATA_DIR / "secret_key"
    try:
        return path.read_text()
    except FileNotFoundError:
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
        return path.read_text()


SECRET_KEY = env("SECRET_KEY") or development_key()
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],.localhost")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")

# Where the data lives ------------------------------------------------------------------------------------

DATABASE_URL, REDIS_URL = env("DATABASE_URL"), env("REDIS_URL")
if not (DATABASE_URL and REDIS_URL):
    servers = embedded.start(DATA_DIR)
    DATABASE_URL = DATABASE_URL or servers.database_url
    REDIS_URL = REDIS_URL or servers.redis_url

# A pooler in transaction mode, such as pgbouncer, gives each transaction another connection: nothing may be set for
# longer. It takes no options at the beginning either, so that PostgreSQL has to hold them for the role; see README.
DATABASE_POOLER = env_bool("DATABASE_POOLER", False)
pool.install()
# Without jit: our statements are short, and compiling the snapshot's takes longer than running it.
SESSION = "-c lock_timeout=5s -c statement_timeout=30s -c jit=off -c idle_in_transaction_session_timeout=60s"
DATABASES = {
    "default": {
        **embedded.django_database(DATABASE_URL),
        "CONN_MAX_AGE": 0,  # under ASGI a connection kept by a thread is a connection leaked; the pool keeps them
        "CONN_HEALTH_CHECKS": True,  # by config/pool.py
        "DISABLE_SERVER_SIDE_CURSORS": DATABASE_POOLER,
        "OPTIONS": {
            **embedded.django_database(DATABASE_URL).get("OPTIONS", {}),
            "pool": {"min_size": 1, "max_size": int(env_number("DATABASE_POOL", 12)), "timeout": 5},
            "prepare_threshold": 5,  # lets accounts/prepared.py prepare its statements; Django's own never are
            **({} if DATABASE_POOLER else {"options": SESSION}),
        },
    }
}
if password := env("DATABASE_PASSWORD"):
    DATABASES["default"]["PASSWORD"] = password  # a secret of its own; the address around it is none
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Every name we write to Redis starts with this, so that several installations (or test runs) can share one.
REDIS_PREFIX = env("REDIS_PREFIX", f"taskroom-test-{os.getpid()}" if TESTING else "taskroom")
# Redis servers that share the channel layer between them, each group in one; REDIS_URL's alone where there are none.
CHANNEL_LAYER_URLS = env_list("CHANNEL_LAYER_URLS")
try:
    for address in (REDIS_URL, *CHANNEL_LAYER_URLS):
        redis_clients.watched(address)
except ValueError as error:
    raise ImproperlyConfigured(f"REDIS_URL, CHANNEL_LAYER_URLS: {error}.") from None
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "prefix": REDIS_PREFIX,
            # redis-py's own limit of 5 s would cut idle subscriptions.
            "hosts": [
                redis_clients.layer_host(
                    address, socket_timeout=15, socket_connect_timeout=1, health_check_interval=15
                )
                for address in CHANNEL_LAYER_URLS or [REDIS_URL]
            ],
        },
    }
}

CACHES = {
    "default": {
        "BACKEND": "config.cache.ForgetfulRedisCache",
        "LOCATION": [REDIS_URL],  # a list: Django would divide a string at its commas
        "KEY_PREFIX": REDIS_PREFIX,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}

# What runs -----------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    *(["daphne"] if DEBUG else []),  # only brings `runserver`; the image has neither
    "whitenoise.runserver_nostatic",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "ninja",
    "csp",
    "django_bootstrap5",
    "allauth",
    "allauth.account",
    "procrastinate.contrib.django",
    "accounts",
    "projects",
    "tasks",
    "chat",
    "presence",
]

MIDDLEWARE = [
    "config.operations.middleware",
    "config.observing.middleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.PersonalPagesMiddleware",
    "config.middleware.api",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# People --------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "accounts.backends.Backend",
    "django.contrib.auth.backends.ModelBackend",  # of sessions that were begun by it
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "handle", "name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a good one takes half a second
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "handle"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "accounts.forms.SignupForm",
    "login": "accounts.forms.LoginForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "add_email": "accounts.forms.AddEmailForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
ACCOUNT_CHANGE_EMAIL = True  # one address a person; a new one replaces it once it is confirmed
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # an open page alone must not be enough to take an account away
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that signed up, and only there
ACCOUNT_EMAIL_VERIFICATION = env("EMAIL_VERIFICATION", "optional")  # none, optional, mandatory
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = True
# How many proxies of ours stand in front: tries at signing in are counted by the address the last one saw.
ALLAUTH_TRUSTED_PROXY_COUNT = int(env_number("TRUSTED_PROXIES", 0 if DEBUG else 1))
BOOTSTRAP5 = {"set_placeholder": False}

EMAIL_BACKEND = env("EMAIL_BACKEND") or (
    "django.core.mail.backends.console.EmailBackend"
    if DEBUG
    else "django.core.mail.backends.smtp.EmailBackend"
)
EMAIL_HOST, EMAIL_PORT = env("EMAIL_HOST", "localhost"), int(env_number("EMAIL_PORT", 25))
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env("EMAIL_HOST_USER"), env("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 10  # seconds; smtplib itself would wait for ever
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("DEFAULT_FROM_EMAIL", "Taskroom <taskroom@localhost>")

# Words and clocks ----------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
FORMAT_MODULE_PATH = "config.formats"
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# Files ---------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT") or BASE_DIR / ".data" / "static")
MEDIA_ROOT = Path(env("MEDIA_ROOT") or DATA_DIR / "media")  # what people upload
UPLOAD_MAX = int(env_number("UPLOAD_MAX_MB", 25) * 1e6)  # bytes of one file
UPLOAD_QUOTA = int(env_number("UPLOAD_QUOTA_MB", 2048) * 1e6)  # bytes of a project's files
UPLOAD_ACCEL = env_bool("UPLOAD_ACCEL", not DEBUG)  # nginx sends them, from where deploy/nginx.conf says
FILE_UPLOAD_HANDLERS = ["projects.uploading.Incoming"]
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/bootstrap", BASE_DIR / "node_modules" / "bootstrap" / "dist"),
    ("vendor/bootstrap-icons", BASE_DIR / "node_modules" / "bootstrap-icons"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "config.storage.ModuleStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

# Safety --------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
HTTPS = env_bool("HTTPS", not DEBUG)  # false only to try production on one machine, without a certificate
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = env_bool("SECURE_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = int(env_number("SECURE_HSTS_SECONDS", 60 * 60 * 24 * 365))
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
# Bytes of one request's body, a file aside; more is answered with 413.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# How often one person may do something, counted for all processes together; 0 is as often as they like ------

RATE_SENDS_PER_SECOND = env_number("RATE_SENDS_PER_SECOND", 0 if TESTING else 5)  # changes that others see
RATE_SENDS_BURST = env_number("RATE_SENDS_BURST", 20)  # so many at once
RATE_UPLOADS_PER_MINUTE = env_number("RATE_UPLOADS_PER_MINUTE", 0 if TESTING else 60)
RATE_INVITATIONS_PER_HOUR = env_number("RATE_INVITATIONS_PER_HOUR", 0 if TESTING else 50)

# Jobs ----------------------------------------------------------------------------------------------------

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# Presence, in seconds ------------------------------------------------------------------------------------

PRESENCE_IDLE_SECONDS = env_number("PRESENCE_IDLE_SECONDS", 5 * 60)
PRESENCE_INACTIVE_SECONDS = env_number("PRESENCE_INACTIVE_SECONDS", 15 * 60)
PRESENCE_EXPIRY_SECONDS = env_number("PRESENCE_EXPIRY_SECONDS", 60)
PRESENCE_LEAVE_SECONDS = env_number("PRESENCE_LEAVE_SECONDS", 20)
PRESENCE_BEAT_SECONDS = env_number("PRESENCE_BEAT_SECONDS", 30)
PRESENCE_SWEEP_SECONDS = env_number("PRESENCE_SWEEP_SECONDS", 2)

# Chat ----------------------------------------------------------------------------------------------------

# Seconds that an author may edit a message for. MESSAGE_EDIT_HOURS: 0 is never, "always" has no end.
MESSAGE_EDIT_WINDOW = (
    None if env("MESSAGE_EDIT_HOURS") == "always" else env_number("MESSAGE_EDIT_HOURS", 24) * 3600
)

# The log and the feed ------------------------------------------------------------------------------------

FEED_CHECK_SECONDS = env_number("FEED_CHECK_SECONDS", 2)  # how stale a page may be when every push is lost
FEED_RIGHTS_SECONDS = env_number(
    "FEED_RIGHTS_SECONDS", 30
)  # how long an ended session may listen without Redis
FEED_TOGETHER_SECONDS = env_number("FEED_TOGETHER_SECONDS", 0.01)
FEED_HEARTBEAT_SECONDS = int(env_number("FEED_HEARTBEAT_SECONDS", 25))
EVENT_LOG_DAYS = env_number("EVENT_LOG_DAYS", 7)
EVENT_LOG_MINIMUM = int(
    env_number("EVENT_LOG_MINIMUM", 10_000)
)  # events of a project kept whatever their age

# Watching --------------------------------------------------------------------------------------------------

if SENTRY_DSN := env("SENTRY_DSN"):
    from config import reports

    try:
        reports.start(SENTRY_DSN)
    except ValueError as error:
        raise ImproperlyConfigured(f"SENTRY_DSN: {error}.") from None
LOG_FORMAT = env("LOG_FORMAT", "line" if DEBUG else "json")
if LOG_FORMAT not in ("json", "line"):
    raise ImproperlyConfigured(f"LOG_FORMAT must be json or line, not {LOG_FORMAT!r}.")
PROMETHEUS_MULTIPROC_DIR = env("PROMETHEUS_MULTIPROC_DIR")
try:
    METRICS_ALLOWED = [ipaddress.ip_network(each) for each in env_list("METRICS_ALLOWED", "127.0.0.1,::1")]
except ValueError as error:
    raise ImproperlyConfigured(f"METRICS_ALLOWED: {error}.") from None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"lines": {"()": "config.logs.Lines"}},
    "formatters": {
        "line": {"()": "config.logs.LineFormatter"},
        "json": {"()": "config.logs.JSONFormatter"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["lines"]}
    },
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "WARNING" if DEBUG else "INFO")},
    "loggers": {
        # Django would write to the console as well, in a way of its own; of a refusal we have our own line.
        "django": {"handlers": [], "propagate": True},
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # scanners; no failure of ours
        # What jobs there are, told by every process at its start; what becomes of one is told by the worker.
        "procrastinate.blueprints": {"level": "WARNING"},
        "procrastinate.periodic": {"level": "WARNING"},
        "procrastinate.worker": {"level": "WARNING"},  # below it names what a job was given
    },
}
