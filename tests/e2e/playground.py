"""The playground, used the way a person uses it."""

import json
from typing import Any

from tests.e2e.browser import Page


async def open_playground(page: Page, address: str) -> None:
    """Opens the playground at an address, and waits until its editor is ready."""
    await page.command("Page.navigate", url=address)
    await page.wait_for("document.querySelector('.graphiql-query-editor .view-lines')")


async def sign_in(page: Page, token: str) -> None:
    """Types the token into its field and submits it."""
    await page.click("[aria-label='Access token']")
    await page.write(token)
    await page.press("Enter", 13)


async def run(page: Page, operation: str, variables: str | None = None) -> None:
    """Writes an operation, and variables if given, into their editors, and runs it."""
    if variables is not None:
        await fill(page, ".graphiql-editor-tool .graphiql-editor", variables)
    await fill(page, ".graphiql-query-editor .graphiql-editor", operation)
    await page.press("Enter", 13, control=True)


async def fill(page: Page, editor: str, text: str) -> None:
    """Replaces the contents of an editor.

    It uses the editor's own API, because the editor completes quotes and braces that are typed.
    """
    await page.click(editor)
    focused = "__MONACO.editor.getEditors().find(editor => editor.hasTextFocus())"
    await page.wait_for(focused)
    await page.evaluate(f"{focused}.setValue({json.dumps(text)})")


RESPONSE = (
    "__MONACO.editor.getModels().find(model => model.uri.path.endsWith('response.json')).getValue()"
)


async def response(page: Page, part: str) -> Any:  # noqa: ANN401 (any JSON value)
    """Returns the response editor's contents, once they include `part`."""
    await page.wait_for(f"{RESPONSE}.includes({json.dumps(part)})")
    return json.loads(await page.evaluate(RESPONSE))
