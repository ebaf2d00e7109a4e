"""What an object store refuses, in the few words that its operator can act on.

The library tells all in one text: the request, the status, the store's own answer.  Of that only
the status and the store's code are repeated, for these sentences reach clients and logs.
"""

import re

from wheelyard.blobs.store import Shortcoming
from wheelyard.facts import Sentence, Unavailable

_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w{1,60})</Code>")

# Where the libraries of the three clouds look for credentials when the environment has none.
_NO_CREDENTIALS = re.compile(
    r"169\.254\.169\.254|metadata\.google\.internal|Error getting credentials|Missing.*credential"
)

_VARIABLES = {
    "s3": "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS",
    "az": "AZURE_STORAGE_ACCOUNT_NAME, AZURE_STORAGE_ACCOUNT_KEY",
}


class Refusal(Unavailable):
    """The object store has refused something, or does not answer."""

    def __init__(self, reason: str, *, status: int = 0, has_credentials: bool = True) -> None:
        super().__init__(reason)
        self.status = status
        self.has_credentials = has_credentials

    def shortcoming(self, url: str) -> Shortcoming:
        """Say of the store at a URL what it lacks, and what to do."""
        variables = _VARIABLES[url.partition(":")[0]]
        if not self.has_credentials:
            said = Sentence("There are no credentials for the object store %(url)s.", url=url)
            return Shortcoming(said, Sentence("Set %(variables)s.", variables=variables))
        said = Sentence(
            "The object store %(url)s cannot be used: %(reason)s.", url=url, reason=str(self)
        )
        if self.status == 404:  # noqa: PLR2004  HTTP's
            return Shortcoming(said, Sentence("Make the bucket, or correct WHEELYARD_BLOBS_URL."))
        if self.status in {401, 403}:
            remedy = Sentence(
                "Check %(variables)s, and that they may read, write, list and delete there.",
                variables=variables,
            )
            return Shortcoming(said, remedy)
        remedy = Sentence("Check %(variables)s, and the network.", variables=variables)
        return Shortcoming(said, remedy)


def read_refusal(text: str) -> Refusal:
    """Read what the library has told; an empty text is a time that has run out."""
    if _NO_CREDENTIALS.search(text):
        return Refusal("There are no credentials for the object store", has_credentials=False)
    status, code = _STATUS.search(text), _CODE.search(text)
    if status is None:
        return Refusal("The object store does not answer")
    found = f"{status[1]} {code[1]}" if code else status[1]
    return Refusal(f"The object store answers with {found}", status=int(status[1]))
