"""Where an event came from: language, device and channel of the moment."""

from __future__ import annotations

from flask import request

from webapp.core.frozen import dataclass
from webapp.core.i18n import current_language
from webapp.participation.models import Channel, Device
from webapp.participation.rules import device_of


@dataclass(frozen=True)
class Origin:
    """Language tag, kind of device and channel of one moment."""

    language: str
    device: Device = Device.UNKNOWN
    channel: Channel = Channel.ONLINE

    @classmethod
    def of_request(cls) -> Origin:
        """Of the request being answered."""
        return cls(current_language(), device_of(request.headers.get("User-Agent", "")[:400]))
