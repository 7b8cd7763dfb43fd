"""`python -m tests.e2e.picture`: the picture of the booking list in the README, from sample data."""

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect

from marketplace import ROOT
from tests.e2e.chromium import chromium
from tests.e2e.server import environment, served

PICTURE = ROOT / "docs" / "booking-list.png"
MOST_BYTES = 250_000
EMAIL, PASSWORD = "support@example.com", "eleven calm storks nod"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/marketplace.sqlite"
        flask(url, "db", "upgrade")
        flask(url, "sample-data", "--bookings", "2000", "--seed", "1")
        flask(url, "staff", "create", EMAIL, "--role", "support", "--name", "Sana Support", "--password-stdin")
        with served(Path(folder) / "gunicorn.log", DATABASE_URL=url) as origin:
            take_picture(origin)
    size = PICTURE.stat().st_size
    if size > MOST_BYTES:
        raise SystemExit(f"{PICTURE.name} has {size} bytes, more than {MOST_BYTES}.")
    sys.stdout.write(f"{PICTURE.relative_to(ROOT)}: {size} bytes\n")


def take_picture(origin: str) -> None:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 900}, color_scheme="light")
        page.goto(f"{origin}/login?next=/admin/bookings/")
        page.get_by_label("E-mail").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Bookings")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=PICTURE)


def flask(database_url: str, *arguments: str) -> None:
    """Run a command of the app on the database; whoever asks for a password gets ours."""
    subprocess.run(  # noqa: S603 - this very interpreter, with arguments of our own
        [sys.executable, "-m", "flask", "--app", "app", *arguments],
        cwd=ROOT,
        env=environment("http://127.0.0.1") | {"DATABASE_URL": database_url},
        input=f"{PASSWORD}\n",
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    main()
