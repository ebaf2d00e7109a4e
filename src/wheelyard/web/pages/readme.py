from dataclasses import dataclass


@dataclass
class R:
    html: str
    is_cut: bool = False


def render(text, ct):
    return R("<p>" + __import__("html").escape(text) + "</p>")
