"""``lint`` reads an index as its clients do, and says what is missing or wrong.

It knows nothing of this registry's database or web: any index is read alike, over HTTP.
"""

from wheelyard.lint.findings import Finding, Rule, Severity
from wheelyard.lint.linting import NoIndex, Report, Wish
from wheelyard.lint.running import examine

__all__ = ["Finding", "NoIndex", "Report", "Rule", "Severity", "Wish", "examine"]
