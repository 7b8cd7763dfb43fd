"""The back office of a service marketplace."""

from flask import Flask

from config import Settings, load_settings
from marketplace import models
from marketplace.database import read_json
from marketplace.extensions import db, migrate

def create_app(settings=None):
    settings = settings or load_settings()
    app = Flask(__name__, template_folder="../templates")
    app.config["SECRET_KEY"] = settings.secret_key.get_secret_value()
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"json_deserializer": read_json, "hide_parameters": True}
    db.init_app(app)
    migrate.init_app(app, db)
    return app
