"""The API for people: the document of ``/api/v4/openapi.json``, resource by resource."""

from wheelyard.facts import NotFound
from wheelyard.web.openapi.outline import Outline
from wheelyard.web.pages.view import Answer, Handler, Page, View


def show(api: Outline) -> Handler:
    """Return the handler of ``GET /help/api``, which anybody may read: every operation, in a line.

    ``q`` leaves those that have all of its words.
    """

    def show_operations(view: View) -> Answer:
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

    return show_operations


def show_resource(api: Outline) -> Handler:
    """Return the handler of ``GET /help/api/{resource}``: its operations, told whole.

    The handler raises NotFound for a resource that is not there.
    """

    def show_one(view: View) -> Answer:
        at = api.find(view.path["resource"])
        if at is None:
            raise NotFound
        return Page(
            "api_resource.html",
            {
                "resource": api.resources[at],
                "previous": api.resources[at - 1] if at else None,
                "following": next(iter(api.resources[at + 1 :]), None),
                "base_url": view.base_url,
            },
        )

    return show_one
