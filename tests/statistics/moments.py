"""Moments that tests of this room share."""

from datetime import UTC, datetime

# When a page is shown: in November, after all that the small crowd does.
SHOWN_AT = datetime(2026, 11, 20, 5, 7, tzinfo=UTC)
