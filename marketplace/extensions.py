"""The Flask extensions, unbound; `create_app` binds them."""

from flask import current_app, request
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_limiter import Limiter
from flask_login import LoginManager
from flask_mailman import Mail
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_talisman import Talisman
from flask_wtf.csrf import CSRFProtect

from config import Settings
from marketplace import connections  # noqa: F401 - it prepares every connection from here on
from marketplace.database import Base


def client_address() -> str:
    """Return the address of the visitor; proxies are believed only as far as PROXY_HOPS says."""
    return request.remote_addr or "unknown"


db = SQLAlchemy(metadata=Base.metadata)
migrate = Migrate()
login_manager = LoginManager()
csrf = CSRFProtect()
bootstrap = Bootstrap5()
babel = Babel()
limiter = Limiter(key_func=client_address)
talisman = Talisman()
mail = Mail()


def settings() -> Settings:
    """Return the settings of the running app."""
    found: Settings = current_app.extensions["settings"]
    return found
