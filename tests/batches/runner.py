"""A process that runs a batch in children of its own, which can be killed: `python -m tests.batches.runner URL ID`.

For each line it reads it begins a child that goes on with the batch, and writes the child's process id; when that has
ended, however it did, it writes the signal that killed it, or 0.
"""

import os
import sys
import time
import uuid

from marketplace import create_app
from marketplace.batches.models import Batch
from marketplace.batches.running import run_batch
from marketplace.batches.work import Work
from marketplace.bookings.many import BOOKING_VERBS
from marketplace.bookings.models import Booking
from marketplace.bookings.queries import bookings
from marketplace.extensions import db
from tests.conftest import make_settings
from tests.factories import StaffMemberFactory


def main() -> None:
    url, batch_id = sys.argv[1], uuid.UUID(sys.argv[2])
    app = create_app(make_settings(url, log_level="ERROR"))
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            with app.app_context():
                go_on(batch_id)
            os._exit(0)
        print(child, flush=True)  # noqa: T201 - this is what it is for
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201 - as above


def go_on(batch_id: uuid.UUID) -> None:
    verb = next(each for each in BOOKING_VERBS if each.name == db.session.get_one(Batch, batch_id).verb)
    actor = StaffMemberFactory.build()
    while db.session.get_one(Batch, batch_id).state == "running":
        run_batch(batch_id, Work(Booking, bookings, verb.deed), actor=actor, seconds=1)
        time.sleep(0.01)  # The database may not have noticed yet that the one before is gone.


if __name__ == "__main__":
    main()
