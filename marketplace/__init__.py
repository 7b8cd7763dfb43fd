"""The back office of a service marketplace."""

from pathlib import Path

from flask import Flask, redirect, url_for
from werkzeug.wrappers import Response

from config import Settings, load_settings
from marketplace import cli
from marketplace.connections import engine_options
from marketplace.extensions import bootstrap, csrf, db, limiter, mail, migrate
from marketplace.site import init_site
from marketplace.staff.login import init_login
from marketplace.web.addresses import BackOffice
from marketplace.web.assets import init_assets
from marketplace.web.cookies import init_cookies
from marketplace.web.errors import init_errors
from marketplace.web.formats import init_formats
from marketplace.web.headers import init_headers
from marketplace.web.language import init_language
from marketplace.web.limits import init_limits
from marketplace.web.logs import init_logs
from marketplace.web.refusals import init_refusals
from marketplace.web.requests import init_requests
from marketplace.web.templates import init_templates
from marketplace.web.widgets import init_widgets

MAIL_SECONDS = 10
"""How long a request waits for the mail server."""

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application; without `settings` they are read from the environment."""
    settings = settings or load_settings()
    init_logs(settings)
    app = BackOffice(__name__, root_path=str(ROOT / "marketplace"), template_folder=str(ROOT / "templates"))
    init_templates(app)
    configure(app, settings)
    init_requests(app, settings.proxy_hops)
    init_limits(app)
    init_assets(app)
    init_cookies(app)
    init_headers(app)
    init_errors(app)
    init_refusals(app)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    csrf.init_app(app)
    limiter.init_app(app)
    bootstrap.init_app(app)
    mail.init_app(app)
    init_formats(app)
    init_language(app)
    init_widgets()
    init_login(app)
    init_site(app)
    cli.register(app)
    app.add_url_rule("/", "root", to_the_back_office)
    return app


def configure(app: Flask, settings: Settings) -> None:
    """Tell Flask and its extensions what the settings say, each in its own words."""
    app.extensions["settings"] = settings
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        SECRET_KEY_FALLBACKS=list(settings.secret_key_fallbacks),
        TESTING=settings.testing,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url, threads=settings.web_threads),
        WTF_CSRF_TIME_LIMIT=None,  # The token lives as long as the session it is bound to.
        WTF_CSRF_SSL_STRICT=False,  # It asks for a Referer, which pages with a reset token do not send.
        RATELIMIT_STORAGE_URI=settings.ratelimit_storage_uri,
        RATELIMIT_STORAGE_OPTIONS={"wrap_exceptions": True},
        RATELIMIT_STRATEGY="moving-window",
        BOOTSTRAP_SERVE_LOCAL=True,
        MAIL_SERVER=settings.mail_server,
        MAIL_PORT=settings.mail_port,
        MAIL_USERNAME=settings.mail_username,
        MAIL_PASSWORD=settings.mail_password.get_secret_value(),
        MAIL_USE_TLS=settings.mail_use_tls,
        MAIL_DEFAULT_SENDER=settings.mail_default_sender,
        MAIL_BACKEND=settings.mail_backend,
        MAIL_TIMEOUT=MAIL_SECONDS,
    )


def to_the_back_office() -> Response:
    return redirect(url_for("admin.index"))
