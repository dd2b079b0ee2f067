from enum import StrEnum


class Failure(StrEnum):
    CHANNEL_ERROR = "channel_error"
    CLIENT_ERROR = "client_error"
    CONNECTION = "connection"
    DNS = "dns"
    GONE = "gone"
    GUARDED = "guarded"
    PROTOCOL = "protocol"
    RATE_LIMITED = "rate_limited"
    REDIRECT = "redirect"
    REFUSED = "refused"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    TLS = "tls"
    UNCLEAR = "unclear"

    def __str__(self) -> str:
        return str(self.value)
