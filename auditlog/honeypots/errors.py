"""Why a request, or a ban, is refused."""

from crm.core.errors import Conflict, Forbidden


class AddressBanned(Forbidden):
    code = "address_banned"
    message = "Requests from your network are refused for a while. If you work here, sign in and they are not."
    template = "errors/address_banned.html"


class AddressSpared(Conflict):
    code, message = "address_spared", "This address cannot be banned."
