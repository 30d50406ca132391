"""Django's command; what it does is in the trail like any other change of a password."""

import getpass
from typing import Any

from django.contrib.auth.management.commands import changepassword

from accounts.models import User
from accounts.passwords.services import password_changed
from crm.core.actor import Actor


class Command(changepassword.Command):
    help = "Sets somebody's password; their sessions and tokens end. The policy for passwords holds here, too."

    def handle(self, *args: Any, **options: Any) -> str | None:
        said = super().handle(*args, **options)
        user = User.objects.get_by_natural_key(options["username"] or getpass.getuser())
        password_changed(Actor.system("changepassword").through("command"), user)
        return said
