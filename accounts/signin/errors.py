"""How the password door refuses. The words are the same for people we know and people we do not."""

from math import ceil

from crm.core.errors import CrmError

PAGE = "account/sign_in_refused.html"


class LoginLocked(CrmError):
    status, code = 423, "login_locked"
    template = PAGE

    def __init__(self, seconds: float, *, is_new: bool = False) -> None:
        """`is_new`: this very attempt locked the door, without having been checked."""
        self.is_new = is_new
        self.retry_after = max(1, ceil(seconds))
        minutes = ceil(self.retry_after / 60)
        wait = "1 minute" if minutes == 1 else f"{minutes} minutes"
        super().__init__(f"Too many wrong passwords. This sign-in is locked here; try again in {wait}.")


class LoginTooSoon(CrmError):
    status, code = 429, "login_too_soon"
    template = PAGE

    def __init__(self, seconds: float) -> None:
        self.retry_after = max(1, ceil(seconds))
        wait = "1 second" if self.retry_after == 1 else f"{self.retry_after} seconds"
        super().__init__(f"That was too soon after a wrong password. Wait {wait} and try again.")


class LoginLinkRequired(CrmError):
    status, code = 429, "login_link_required"
    template = PAGE

    def __init__(self, seconds: float) -> None:
        self.retry_after = max(1, ceil(seconds))
        super().__init__(
            "There were many wrong passwords for this account lately, so from a new place a password is not enough. "
            "Ask for a link by e-mail."
        )
