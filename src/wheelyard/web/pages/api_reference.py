"""The API for people: the document of ``/api/v4/openapi.json``, operation by operation."""

from wheelyard.web.openapi.outline import Outline
from wheelyard.web.pages.view import Answer, Handler, Page, View


def show(api: Outline) -> Handler:
    """Return the handler of ``GET /help/api``, which anybody may read."""

    def show_reference(view: View) -> Answer:
        text = view.params.peek_text("q").strip()
        resources = api.filtered(text)
        return Page(
            "api_reference.html",
            {
                "resources": resources,
                "count": sum(len(one.operations) for one in resources),
                "refusals": api.refusals,
                "filter_text": text,
                "base_url": view.base_url,
            },
        )

    return show_reference
