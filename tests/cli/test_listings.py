"""`flask listings signals`: every listing that has changed is looked at; all of them where that is asked for."""

import sqlalchemy as sa

from marketplace.extensions import db
from marketplace.listings.models import Service, ServiceState
from marketplace.listings.states import AT_ONCE
from tests.factories import ServiceFactory


def run(app, *arguments):
    result = app.test_cli_runner().invoke(args=["listings", "signals", *arguments])
    assert result.exit_code == 0, result.output
    db.session.rollback()
    return result.output


def kinds():
    return {state.service_id: state.signal_kinds.split() for state in db.session.scalars(sa.select(ServiceState))}


def test_what_has_changed_is_looked_at_once(app):
    shouting = ServiceFactory(title="BEST WINDOWS IN TOWN, CALL NOW", images=["https://images.example/1.jpg"]).id
    quiet = ServiceFactory(title="Window cleaning", description="Ask me.", images=["https://images.example/1.jpg"]).id
    assert "Looked at 2 listings." in run(app)
    assert "shouting" in kinds()[shouting]
    assert "shouting" not in kinds()[quiet]
    assert "Looked at 0 listings." in run(app)
    db.session.execute(sa.update(Service).where(Service.id == quiet).values(description="Mail ada@example.com"))
    db.session.commit()
    assert "Looked at 1 listings." in run(app)
    assert "contact" in kinds()[quiet]
    assert "Looked at 2 listings." in run(app, "--all")


def test_more_than_are_looked_at_together_are_all_looked_at(app):
    model = ServiceFactory()
    values = {column.key: getattr(model, column.key) for column in Service.__table__.columns if column.key != "id"}
    db.session.execute(sa.insert(Service), [{**values, "title": f"No. {number}"} for number in range(AT_ONCE)])
    db.session.commit()
    assert f"Looked at {AT_ONCE + 1} listings." in run(app)
