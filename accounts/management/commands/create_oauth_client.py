"""Registers an OAuth client and prints its credentials; the secret is shown this once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Application
from accounts.oauth.services import client_create
from crm.core.actor import Actor
from crm.core.errors import CrmError


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = [Application.CLIENT_PUBLIC, Application.CLIENT_CONFIDENTIAL]
        parser.add_argument("--name", required=True)
        parser.add_argument("--type", required=True, choices=kinds, dest="client_type")
        parser.add_argument("--redirect-uri", required=True, action="append", dest="redirect_uris", metavar="URI")
        parser.add_argument("--scopes", required=True, help="space-separated, such as 'customers:read deals:write'")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            client, secret = client_create(
                Actor.system("create_oauth_client"),
                name=options["name"],
                client_type=options["client_type"],
                redirect_uris=" ".join(options["redirect_uris"]).split(),
                scopes=options["scopes"].replace(",", " ").split(),
            )
        except CrmError as error:
            reasons = [f"{detail['field']}: {detail['message']}" for detail in error.details]
            raise CommandError("; ".join(reasons) or error.message) from None
        self.stdout.write(f"client_id={client.client_id}")
        if secret:
            self.stdout.write(f"client_secret={secret}")
