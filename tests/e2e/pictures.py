"""Takes the pictures in `docs/pictures` from a running service: `./dev pictures`."""

import asyncio
import base64
import sys
import tempfile
from pathlib import Path

from tests.e2e.browser import CHROMIUM, Page, open_page
from tests.e2e.installation import Installation
from tests.e2e.playground import RESPONSE, open_playground, run, sign_in
from tests.support.root import ROOT

FOLDER = ROOT / "docs" / "pictures"

WRONG_PASSWORD = """\
# What does a wrong password look like?
mutation TryWrongPassword {
  sendTestEmail(
    input: {
      recipient: "you@example.com"
      settings: {
        smtpPassword: { set: "not the password" }
      }
    }
  ) {
    ... on SendTestEmailSuccess {
      testEmail {
        outcome
        diagnosis {
          stage
          code
          message
          suggestions { message }
        }
        stages { name outcome durationMs }
      }
    }
  }
}
"""


async def save_picture(page: Page, name: str) -> None:
    """Saves a picture of the page."""
    shot = await page.command("Page.captureScreenshot", format="png")
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.png"
    path.write_bytes(base64.b64decode(shot["data"]))
    print(path.relative_to(ROOT))  # noqa: T201 (a command)


async def playground(address: str, token: str, profile: Path) -> None:
    """Takes the picture of a test email that failed."""
    async with open_page(profile) as page:
        await open_playground(page, address)
        await sign_in(page, token)
        await page.wait_for(
            "document.querySelector('[role=status]').textContent.startsWith('Signed in')"
        )
        await run(page, WRONG_PASSWORD)
        await page.wait_for(f"{RESPONSE}.includes('CREDENTIALS_REJECTED')")
        await page.wait_for("!document.querySelector('.graphiql-spinner')")
        await save_picture(page, "playground")


def main() -> int:
    """Starts a service with the sandbox, and takes the pictures."""
    if CHROMIUM is None:
        print("The pictures need `chromium` on the PATH.", file=sys.stderr)  # noqa: T201 (a command)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(
            Path(folder), None, {"POSTLEDGER_DATA_DIRECTORY": str(Path(folder) / "data")}
        )
        with installation.serving("--sandbox", "--sandbox-port", "0") as service:
            service.process.stdout.wait_for(r"(sandbox's mail server listens)")
            client = service.client
            asyncio.run(playground(client.address, client.token or "", Path(folder) / "profile"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
