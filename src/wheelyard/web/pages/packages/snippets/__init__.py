"""What a reader copies: how each client installs from an index here, and publishes to it.

Where the public index is needed beside a private one, a client's own way of saying which package
comes from which is shown, and never a second index that is merely asked as well: of equal names
the higher version wins there, whoever published it.

What has to be replaced stands in angle brackets.
"""

from wheelyard.web.pages.packages.snippets.installers import install
from wheelyard.web.pages.packages.snippets.publishers import publish
from wheelyard.web.pages.packages.snippets.recipes import Place, Snippet

__all__ = ["Place", "Snippet", "install", "publish"]
